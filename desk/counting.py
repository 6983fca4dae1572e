"""Counts for headings and badges: exact while they are small, "999+" beyond.

Nobody acts otherwise on 61,204 tickets than on 61,198, but counting them reads each: at 200,000
tickets most of the time of a page. A count that stops costs the same in a desk of any size.
"""

from collections.abc import Mapping, Sequence

from django.db import connection, models

from desk.sets import Told

#: The largest number that is shown as it is; beside a place of the rail, where there is less room.
MOST, MOST_BESIDE = 999, 99


def _size(part: Told, most: int) -> str:
    """How many there are, as SQL that stops counting above `most`."""
    return f"(SELECT COUNT(*) FROM ({part.first(most + 1, '1')}) AS part)"  # noqa: S608 - Django wrote it


def counted(sets: Mapping[str, Sequence[Told]], *, most: int | None = None) -> dict[str, int]:
    """The size of each of `sets`, which are made of parts; above `most` (`MOST`) it is just more.

    One query. Give the parts the order of the index that finds them; one that belongs to several
    sets is counted once.
    """
    parts: list[Told] = []
    for part in (part for some in sets.values() for part in some):
        if part not in parts:
            parts.append(part)
    if not parts:
        return dict.fromkeys(sets, 0)
    most = MOST if most is None else most
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_size(part, most) for part in parts)}",
            [value for part in parts for value in part.values],
        )
        found = cursor.fetchone()
    return {key: sum(found[parts.index(part)] for part in some) for key, some in sets.items()}


def counted_by(model: type[models.Model], rows: Told, column: str) -> dict[int, int]:
    """How many of `rows` point at each row of `model` by their `column`, where there are any.

    One query, from the few of `model` to some of `rows` each: not the other way.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    key = f"{table}.id"
    size = _size(rows.that(f"{rows.table}.{column} = {key}"), MOST)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, {size} FROM {table}", rows.values)  # noqa: S608 - Django wrote it
        return {pk: count for pk, count in cursor.fetchall() if count}


def counted_groups(parts: Sequence[Told], column: str) -> dict[int, int]:
    """How many rows of `parts`, which have nothing in common, have each value of `column`. One
    query, which reads all of them: for parts that are some teams', not the whole desk's."""
    if not parts:
        return {}
    rows = " UNION ALL ".join(
        f"(SELECT {part.table}.{column} FROM {part.source} WHERE {part.sql})"  # noqa: S608 - Django wrote it
        for part in parts
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, COUNT(*) FROM ({rows}) AS found(key) GROUP BY key",  # noqa: S608 - Django's
            [value for part in parts for value in part.given],
        )
        return dict(cursor.fetchall())


def shown(count: int, most: int | None = None) -> str:
    """ "14", "999+"."""
    most = MOST if most is None else most
    return f"{most}+" if count > most else str(count)
