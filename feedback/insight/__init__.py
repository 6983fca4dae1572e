"""What insight counts, and how it is read off a ticket's events. Pure.

`measures` says what there is, `buckets` how lengths and sums are spread, `themes` what a comment is
about, `deriving` what one ticket gives. Keeping and reading it is feedback.services.insight.
"""
