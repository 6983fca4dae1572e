"""Pages, by the person who reads them."""
