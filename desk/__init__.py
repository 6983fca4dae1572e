"""The web pages of reps, supervisors and customers."""
