"""The operations on tickets, customers and configuration, by noun."""
