"""The limit: what bare Django and DRF do with one ticket table and one event table.

It is what a competent engineer writes first, and nothing beside: no deadlines, no offers, no
audit trail, no rights. Nobody runs it; Amends is measured against it.
"""
