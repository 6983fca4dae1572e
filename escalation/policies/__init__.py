"""What a desk promises and what it does when late: policies of deadlines, and paths. Pure."""
