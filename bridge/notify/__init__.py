"""How news reaches people: what is said to whom, cut to each vendor's limits, signed and sent."""
