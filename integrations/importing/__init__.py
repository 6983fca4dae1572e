"""Complaints from a file: mapping, reading, loading. docs/import.md explains the mapping."""
