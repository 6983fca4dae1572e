"""The pages of insight: figures as words, pictures and tables."""
