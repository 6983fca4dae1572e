"""Judges the pure cores by results that others have published, as data.

`python -m tests.oracle <name> FILE…` runs the module `tests.oracle.<name>`, which offers
`run(paths, **options) -> (passed, failures)`, and perhaps `remarks(paths)`, lines to print before
the count. A new oracle is a new module; nothing else changes.
"""
