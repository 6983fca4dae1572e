"""Text without accents and in lower case, as people type it."""

from django.db.models import Func, TextField


class Plain(Func):
    """`amends_plain(…)`: "Wiśniewski" is "wisniewski"."""

    function = "amends_plain"
    output_field = TextField()
