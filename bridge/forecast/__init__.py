"""When it will be finished: several independent methods, from values only, and never before today."""
