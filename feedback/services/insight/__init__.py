"""Insight: kept from the stream of events, made anew, checked, and read."""
