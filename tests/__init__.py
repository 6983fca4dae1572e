"""Tests of Amends, one folder for each package, and flows, browser and faults across them."""
