"""What would fairly make it right: pain, policies, offers, authority, exceptions, the ledger."""
