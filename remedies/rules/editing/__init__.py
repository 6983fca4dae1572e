"""A policy's text as people edit it: in parts, without touching the rest."""
