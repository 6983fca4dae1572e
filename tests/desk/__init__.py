"""Pages: one file each, over HTTP with Django's client."""
