"""Mail: out to customers, and in from them."""
