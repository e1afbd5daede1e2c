"""Raw payload -> Task, as a TOML file declares it; the same payload and file always give the same task."""
