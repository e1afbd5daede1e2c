"""The demo: one believable programme in both tools, its sales plan, and the simulated vendors that serve it."""
