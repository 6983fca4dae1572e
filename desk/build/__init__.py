"""From stored rows to what the components show."""
