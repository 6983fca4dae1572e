"""The demo desk: a believable firm, played through the same services as everyone.

`content/` is readable YAML: people, categories, customers, the open cases told step by step, and
matters from which the resolved ones of the last months are made. `load.fill` plays it all in the
order of time, so that deadlines, offers, surveys and events come about as they would have.
"""
