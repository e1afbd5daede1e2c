"""The delay report in a browser: thin pages over what the use cases give."""
