"""What keeps open pages of the desk true: who else is here, what changed, what rings.

An open page asks `/desk/pulse/` every few seconds. The answer comes from Redis alone
(`middleware`), unless something happened that concerns the page; only then it reads a row or a
part of itself from PostgreSQL. Redis holds nothing that matters: where it is gone nobody is shown
to be here, and pages look at the database, less often.
"""
