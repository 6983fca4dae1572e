"""Views of the queue that people save, order, share with a team and take away; and how it looks."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet, Value
from django.utils.translation import gettext as _

from tickets.access import Principal
from tickets.errors import Conflict, Invalid, Missing, NotAllowed, NotFound, Stale
from tickets.kept import Asking, given
from tickets.models import QueueSettings, SavedView, Team, User
from tickets.models.desk import Density, Sort
from tickets.rules import Role
from tickets.selecting import checked
from tickets.services.texts import clean_line

#: So many views one person, or one team, has at most.
MOST = 50
#: For so long a view that was taken away can be put back.
KEPT = dt.timedelta(days=1)


def visible_views(who: Principal) -> QuerySet[SavedView]:
    """The reader's own views and those shared with his teams, in their order."""
    return _in_order(who.teams, who.user)


def views_of(who: Principal) -> list[SavedView]:
    """The same as rows. One query."""
    if who.user is None:
        return list(visible_views(who))
    if who.teams is None:
        return _OF_ALL(user=who.user.pk)
    return _OF_TEAMS(user=who.user.pk, teams=sorted(who.teams))


def _in_order(teams: Any, user: Any) -> QuerySet[SavedView]:
    """Views of `user` and of `teams`, None for every team."""
    found = Q(team__isnull=False, team__active=True)
    if teams is not None:
        found &= Q(team__among=teams) if isinstance(teams, Value) else Q(team__in=teams)
    if user is not None:
        found |= Q(owner=user, team__isnull=True)
    rows = SavedView.objects.filter(found, removed_at=None).select_related("team", "owner")
    return rows.order_by("position", "id")


_OF_ALL: Asking[SavedView] = Asking(lambda: _in_order(None, given("user")))
_OF_TEAMS: Asking[SavedView] = Asking(lambda: _in_order(given("teams"), given("user")))


def access_view(who: Principal, key: int) -> SavedView:
    """A view that the reader may use. Raises `NotFound`."""
    view = visible_views(who).filter(pk=key).first()
    if view is None:
        raise NotFound(field="view")
    return view


def may_change(who: Principal, view: SavedView) -> bool:
    """Its owner may; of a shared one also those who watch over the team."""
    if who.user is None:
        return False
    if view.owner_id == who.user.pk or who.role is Role.ADMIN:
        return True
    return view.team_id is not None and view.team_id in who.supervises


def save_view(
    who: Principal,
    *,
    name: str,
    criteria: Mapping[str, Any],
    now: dt.datetime,
    sort: str = Sort.DUE.value,
    team: Team | None = None,
) -> SavedView:
    """Keep a selection under a name, at the end of the reader's list or of the team's.

    Raises `Missing` and `Invalid`, naming the field; `Conflict` where the name is taken or there
    are fifty; `NotAllowed` for an integration and for a team that is not his.
    """
    owner = _person(who)
    _check_share(who, team)
    row = SavedView(owner=owner, team=team, name=_name(name), sort=_sort(sort))
    row.criteria, row.created_at, row.updated_at = checked(criteria), now, now
    with transaction.atomic():
        siblings = _hold(row)
        if siblings.count() >= MOST:
            raise Conflict("There are {most} views. Take one away first.", most=MOST, field="name")
        last = siblings.aggregate(last=Max("position"))["last"]
        row.position = 0 if last is None else last + 1
        _write(row)
    return row


def change_view(
    who: Principal,
    view: SavedView,
    *,
    now: dt.datetime,
    name: str | None = None,
    criteria: Mapping[str, Any] | None = None,
    sort: str | None = None,
    share: Team | bool | None = None,
    seen: int | None = None,
) -> SavedView:
    """Change what is given. `share` is the team to share it with, or False for nobody but its
    owner. Raises as `save_view` does, and `Stale` where somebody changed it since `seen`."""
    with transaction.atomic():
        row = _held(who, view, seen=seen)
        if name is not None:
            row.name = _name(name)
        if criteria is not None:
            row.criteria = checked(criteria)
        if sort is not None:
            row.sort = _sort(sort)
        if share is not None:
            team = share if isinstance(share, Team) else None
            if (team.pk if team else None) != row.team_id:
                _check_share(who, team)
                row.team = team
                last = _hold(row).aggregate(last=Max("position"))["last"]
                row.position = 0 if last is None else last + 1
        row.version += 1
        row.updated_at = max(now, row.created_at)
        _write(row)
    return row


def move_view(who: Principal, view: SavedView, *, to: int) -> None:
    """Put it at place `to`, counted from 0, among its owner's or its team's views."""
    with transaction.atomic():
        row = _held(who, view)
        others = [one for one in _hold(row).order_by("position", "id") if one.pk != row.pk]
        others.insert(max(0, min(to, len(others))), row)
        for place, one in enumerate(others):
            one.position = place
        SavedView.objects.bulk_update(others, ["position"])


def remove_view(
    who: Principal, view: SavedView, *, now: dt.datetime, seen: int | None = None
) -> None:
    """Take it away; for a day it can be put back. Those of longer ago are deleted for good."""
    with transaction.atomic():
        row = _held(who, view, seen=seen)
        SavedView.objects.filter(owner_id=row.owner_id, removed_at__lt=now - KEPT).delete()
        row.removed_at = now
        row.version += 1
        row.save(update_fields=["removed_at", "version"])


def put_back_view(who: Principal, key: int) -> SavedView:
    """Undo taking it away. Raises `NotFound`, and `Conflict` where its name is taken by now."""
    with transaction.atomic():
        gone = SavedView.objects.select_for_update(of=("self",)).filter(removed_at__isnull=False)
        row = gone.filter(pk=key).first()
        if row is None or not may_change(who, row):
            raise NotFound(field="view")
        row.removed_at = None
        row.version += 1
        _write(row)
    return row


_SETTINGS: Asking[QueueSettings] = Asking(lambda: QueueSettings.objects.filter(user=given("user")))


def queue_settings(user: User) -> QueueSettings:
    """How this person wants the queue; the usual way where he never said."""
    found = _SETTINGS(user=user.pk)
    return found[0] if found else QueueSettings(user=user)


def set_queue_settings(
    user: User, *, density: str | None = None, sort: str | None = None
) -> QueueSettings:
    """Keep what is given. Raises `Invalid`."""
    values = {}
    if density is not None:
        if density not in {one.value for one in Density}:
            raise Invalid("One of: {known}.", known=", ".join(Density), field="density")
        values["density"] = density
    if sort is not None:
        values["sort"] = _sort(sort)
    row, _ = QueueSettings.objects.update_or_create(user=user, defaults=values)
    return row


def _person(who: Principal) -> User:
    if who.user is None:
        raise NotAllowed(who=_("A person who is signed in"))
    return who.user


def _name(name: str) -> str:
    line = clean_line(name, field="name", limit=60)
    if not line:
        raise Missing(what=_("a name"), field="name")
    return line


def _sort(sort: str) -> str:
    if sort not in {one.value for one in Sort}:
        raise Invalid("One of: {known}.", known=", ".join(Sort), field="sort")
    return sort


def _check_share(who: Principal, team: Team | None) -> None:
    if team is None:
        return
    belongs = who.teams is not None and team.pk in who.teams
    if who.role is Role.AUDITOR or not (
        belongs or team.pk in who.supervises or who.role is Role.ADMIN
    ):
        raise NotAllowed(
            "Only who works in {name} shares views with it.", name=team.name, field="team"
        )


def _hold(row: SavedView) -> QuerySet[SavedView]:
    """The views that stand beside it, held: two who save or move them wait for each other."""
    if row.team_id is None:
        User.objects.select_for_update(no_key=True).get(pk=row.owner_id)
        return SavedView.objects.filter(owner=row.owner_id, team=None, removed_at=None)
    Team.objects.select_for_update(no_key=True).get(pk=row.team_id)
    return SavedView.objects.filter(team=row.team_id, removed_at=None)


def _held(who: Principal, view: SavedView, *, seen: int | None = None) -> SavedView:
    row = (
        SavedView.objects.select_for_update(of=("self",))
        .select_related("team", "owner")
        .filter(pk=view.pk, removed_at=None)
        .first()
    )
    if row is None:
        raise NotFound(field="view")
    if not may_change(who, row):
        raise NotAllowed(who=_("Whoever made it, or a supervisor of its team"))
    if seen is not None and seen != row.version:
        raise Stale(
            "Somebody changed this view while you did. Nothing was changed; look at it again.",
            seen=seen,
            current=row.version,
        )
    return row


def _write(row: SavedView) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "once" not in str(error):
            raise
        raise Conflict(
            "There is a view called {name} already.", name=row.name, field="name"
        ) from None
