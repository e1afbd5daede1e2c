"""The only place that knows SQL: one SQLite file that can be copied, opened and understood."""
