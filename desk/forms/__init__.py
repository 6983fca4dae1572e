"""What people type, parsed. Business rules are the services' to check."""
