"""The benchmark's own code: its arithmetic, its clients, its copies of tickets."""
