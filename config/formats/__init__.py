"""How Django writes values by itself, where that is not as we do."""
