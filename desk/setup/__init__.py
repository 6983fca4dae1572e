"""How the desk is set up: one shape for every section, its pages, its API, one file of it all."""
