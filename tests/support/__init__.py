"""Machinery behind the fixtures of conftest.py."""
