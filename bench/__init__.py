"""Measures Amends beside the least that could do the same work. `make bench` runs it."""
