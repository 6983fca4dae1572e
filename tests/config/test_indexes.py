"""The database has every index and constraint that the models name, and none of them twice."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db

#: Indexes whose columns are the first columns of another one over the same rows.
_TWICE = """
SELECT t.relname, i.relname, min(j.relname)
FROM pg_index a
JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
JOIN pg_class t ON t.oid = a.indrelid
JOIN pg_class i ON i.oid = a.indexrelid
JOIN pg_class j ON j.oid = b.indexrelid AND j.relam = i.relam
WHERE t.relname = ANY(%s) AND NOT a.indisunique
    AND a.indexprs IS NULL AND a.indpred IS NULL AND b.indpred IS NULL
    AND a.indnkeyatts <= b.indnkeyatts
    AND (a.indkey::int2[])[0:a.indnkeyatts - 1] = (b.indkey::int2[])[0:a.indnkeyatts - 1]
    AND (a.indclass::oid[])[0:a.indnkeyatts - 1] = (b.indclass::oid[])[0:a.indnkeyatts - 1]
    AND (a.indoption::int2[])[0:a.indnkeyatts - 1] = (b.indoption::int2[])[0:a.indnkeyatts - 1]
    AND (SELECT amname FROM pg_am WHERE oid = i.relam) = 'btree'
GROUP BY 1, 2 ORDER BY 1, 2
"""


def _tables() -> list[str]:
    """Those that we describe ourselves; Django makes the rest, which are small."""
    return [
        model._meta.db_table
        for label in settings.LOCAL_APPS
        for model in apps.get_app_config(label.rpartition(".")[2]).get_models()
    ]


def _twice() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, [_tables()])
        return cursor.fetchall()


def test_no_index_is_the_beginning_of_another() -> None:
    assert _twice() == []


def test_a_second_index_would_be_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX once_more ON tickets_message (ticket_id)")
        cursor.execute("CREATE INDEX but_not_this ON tickets_message (author_id) WHERE automatic")
    assert [index for _, index, _ in _twice()] == ["once_more"]


def test_every_index_and_constraint_that_a_model_names_is_there() -> None:
    # A migration that takes an index off a column takes every index of that column along.
    missing = []
    for label in settings.LOCAL_APPS:
        for model in apps.get_app_config(label.rpartition(".")[2]).get_models():
            with connection.cursor() as cursor:
                there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            named = [*model._meta.indexes, *model._meta.constraints]
            missing += [one.name for one in named if one.name not in there]
    assert not missing, ", ".join(missing)
