"""How many tickets stand in the views of the queue and in their groups."""

from collections.abc import Sequence
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from desk.build.clocks import late_rows
from desk.counting import MOST, counted, counted_by, counted_groups
from desk.orders import BY_DATE
from desk.queue import ANY_MOMENT, Bounds, View, parts_of, resting, tickets_in
from desk.sets import Told
from escalation.models import Deadline
from tickets.access import Principal
from tickets.models import Category, Ticket


def counts_of(
    who: Principal, views: list[View], bounds: Bounds
) -> tuple[dict[str, int], dict[int, int]]:
    """How many tickets each of `views`, which everybody has, has; and each category of what is
    open, as desk.counting counts. Two queries, and one more for a reader of some teams."""
    found = {view.key: parts_of(view, who, bounds) for view in views}
    everything = parts_of(View("team", "", "", Q()), who, bounds)
    if who.teams is None:
        (every,) = everything
        return counted(found), counted_by(Category, every, "category_id")
    # A category that others work on has no tickets to stop at: those of his teams are all read.
    return counted(found), counted_groups(everything, "category_id")


def group_counts(who: Principal, view: View, bounds: Bounds) -> dict[str, int]:
    """How many tickets of the view stand in each group, as desk.counting counts. One query.

    What is put aside stands in one, whose key is "all".
    """
    if view.aside:
        return counted({"all": parts_of(view, who, bounds)})
    now, missed, rests = bounds.now, _missed(bounds), resting(bounds)
    groups: dict[str, list[Told]] = {}
    for told in parts_of(view, who, bounds):
        active = told.among(rests, but=True)
        past = active.that("attention_at < %s", now)
        apart = {
            "late": past.among(missed),
            # A date at closing is not late before the opening; such dates are the last that passed.
            "opening": past.last(MOST + 1).among(missed, but=True),
            "soon": active.that("attention_at >= %s AND attention_at < %s", now, bounds.soon),
            "today": active.that(
                "attention_at >= %s AND attention_at < %s", bounds.soon, bounds.tomorrow
            ),
            "later": active.that("attention_at >= %s", max(bounds.soon, bounds.tomorrow)),
            "waiting": told.among(rests).by(*BY_DATE),
        }
        for key, rows in apart.items():
            groups.setdefault(key, []).append(rows)
    return counted(groups)


def _missed(bounds: Bounds) -> Told:
    return _kept_missed().at(bounds.moments)


@lru_cache(maxsize=1)
def _kept_missed() -> Told:
    """Tickets with a clock that runs late."""
    late = Deadline.objects.filter(late_rows(ANY_MOMENT.now), ticket=OuterRef("pk"))
    (told,) = Told.all_of([Ticket.objects.filter(Exists(late))])
    return told


def total_of(who: Principal, views: Sequence[View], bounds: Bounds) -> dict[str, int]:
    """How many tickets each of `views` has, as desk.counting counts. One query, and two for each
    that looks for words."""
    return counted(
        {view.key: Told.all_of([tickets_in(view, who, bounds).order_by()]) for view in views}
    )
