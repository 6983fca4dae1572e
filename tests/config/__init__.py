"""Tests of settings, launcher and embedded stack."""
