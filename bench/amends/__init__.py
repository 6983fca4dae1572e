"""Amends under measurement: its desk, its tables filled, what is sent to it."""
