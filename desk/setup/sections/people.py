"""Those who work here, and their teams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, gettext_noop, ngettext

from desk.setup.access import ADMIN, is_admin
from desk.setup.compound import Rows
from desk.setup.fields import Choice, Flag, Text
from desk.setup.section import Attention, Doc, Preview, Section, held, referred, stored
from desk.setup.sections import options
from tickets.access import Principal
from tickets.errors import Conflict, NotAllowed
from tickets.models import Category, Membership, Team, User
from tickets.rules import Role

SLUG = r"[-a-zA-Z0-9_]+"
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"


class People(Section):
    """Users, by their address."""

    key = "people"
    title = gettext_noop("People")
    one = gettext_noop("person")
    about = gettext_noop(
        "Who works here, and in which role. New people get a mail with a link to begin."
    )
    icon = "users-round"
    group = gettext_noop("People and teams")
    in_person = True
    removable = False
    identity = ("email",)
    columns = ("email", "role", "active")
    fields = (
        Text(
            name="email",
            label=gettext_noop("E-mail address"),
            limit=254,
            form=EMAIL,
            required=True,
            like=gettext_noop("an address such as tara@example.org"),
            help=gettext_noop("What they sign in with."),
        ),
        Text(name="name", label=gettext_noop("Name"), limit=120, required=True),
        Choice(
            name="role",
            label=gettext_noop("Role"),
            required=True,
            default=Role.REP.value,
            options=options.of_enum(Role),
        ),
        Choice(
            name="language",
            label=gettext_noop("Language"),
            default="",
            options=options.desk_languages,
            blank=gettext_noop("as the browser asks for"),
            help=gettext_noop("In which the desk speaks to this person."),
        ),
        Choice(
            name="time_zone",
            label=gettext_noop("Time zone"),
            default="Europe/London",
            required=True,
            options=options.zones,
        ),
        Flag(
            name="active",
            label=gettext_noop("Works here"),
            default=True,
            help=gettext_noop("Who left keeps a name on what was done, and can't sign in."),
        ),
    )

    def key_of(self, doc: Doc) -> str:
        """The address."""
        return str(doc["email"]).lower()

    def documents(self) -> dict[str, Doc]:
        """Those who work here first, then by name."""
        rows = User.objects.order_by("-is_active", "name", "email")
        return {row.email.lower(): self._doc(row) for row in rows}

    def _doc(self, row: User) -> Doc:
        return {
            "email": row.email.lower(),
            "name": row.name,
            "role": row.role,
            "language": row.language,
            "time_zone": row.time_zone,
            "active": row.is_active,
        }

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Administrators, so that nobody promotes himself."""
        if not is_admin(who):
            raise NotAllowed(who=str(ADMIN))

    def locked(self, who: Principal) -> frozenset[str]:
        """For a manager all of it."""
        return frozenset() if is_admin(who) else frozenset(self.by_name)

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """Raises `Conflict` where nobody would be left who administers."""
        row = held(User, before, email__iexact=key) or User(email=doc["email"].lower())
        if row._state.adding:
            row.set_unusable_password()
        row.name, row.role, row.language = doc["name"], doc["role"], doc["language"]
        row.time_zone, row.is_active = doc["time_zone"], doc["active"]
        stored(row, exclude=["password"], later=True)
        if before and not User.objects.filter(role=Role.ADMIN.value, is_active=True).exists():
            raise Conflict("Somebody has to stay who administers the desk.", field="role")

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """People without a team who should have one."""
        working = {Role.REP.value, Role.SUPERVISOR.value}
        alone = User.objects.filter(is_active=True, role__in=working, memberships=None).count()
        if alone:
            words = ngettext(
                "%(count)s person works in no team. They see no complaints.",
                "%(count)s people work in no team. They see no complaints.",
                alone,
            )
            yield Attention(words % {"count": alone}, "/desk/settings/teams/")


class Teams(Section):
    """Teams with their members."""

    key = "teams"
    title = gettext_noop("Teams")
    one = gettext_noop("team")
    about = gettext_noop("Who shares a queue, who leads, who watches over it.")
    icon = "users"
    group = gettext_noop("People and teams")
    columns = ("lead", "members", "is_default", "active")
    previews = True
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Choice(
            name="lead",
            label=gettext_noop("Lead"),
            options=options.people,
            blank=gettext_noop("nobody"),
            open=True,
        ),
        Text(
            name="email",
            label=gettext_noop("Mail address"),
            limit=254,
            form=EMAIL,
            like=gettext_noop("an address such as home@example.org"),
            help=gettext_noop("The address that this team's mail goes to."),
        ),
        Choice(
            name="language",
            label=gettext_noop("Language"),
            default="en",
            required=True,
            options=options.fixed(*options.LANGUAGES),
            open=True,
        ),
        Choice(
            name="time_zone",
            label=gettext_noop("Time zone"),
            default="Europe/London",
            required=True,
            options=options.zones,
        ),
        Flag(
            name="is_default",
            label=gettext_noop("Gets what no category sends elsewhere"),
            help=gettext_noop("One team does; where another did before, that one does no more."),
        ),
        Flag(name="active", label=gettext_noop("In use"), default=True),
        Rows(
            name="members",
            label=gettext_noop("Members"),
            help=gettext_noop("Administrators say who works where."),
            columns=(
                Choice(
                    name="person",
                    label=gettext_noop("Person"),
                    options=options.people,
                    required=True,
                    open=True,
                ),
                Flag(name="supervises", label=gettext_noop("Supervises")),
            ),
        ),
    )

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = Team.objects.select_related("lead").prefetch_related("memberships__user")
        return {row.key: self._doc(row) for row in rows.order_by("name")}

    def _doc(self, row: Team) -> Doc:
        links = sorted(row.memberships.all(), key=lambda one: one.user.email)
        return {
            "name": row.name,
            "lead": row.lead.email.lower() if row.lead else "",
            "email": row.email,
            "language": row.language,
            "time_zone": row.time_zone,
            "is_default": row.is_default,
            "active": row.active,
            "members": [
                {"person": one.user.email.lower(), "supervises": one.supervises} for one in links
            ],
        }

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Who works where says what one sees: an administrator's to say."""
        moved = ((before or {}).get("members") or []) != ((after or {}).get("members") or [])
        if moved and not is_admin(who):
            raise NotAllowed(who=str(ADMIN), field="members")

    def locked(self, who: Principal) -> frozenset[str]:
        """Members, for a manager."""
        return frozenset() if is_admin(who) else frozenset({"members"})

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One default team at most: the new one takes it over."""
        row = held(Team, before, key=key) or Team(key=key)
        if doc["is_default"]:
            for other in Team.objects.filter(is_default=True).exclude(pk=row.pk):
                other.is_default = False
                other.save(update_fields=["is_default"])
        row.name, row.email, row.active = doc["name"], doc["email"], doc["active"]
        row.language, row.time_zone = doc["language"], doc["time_zone"]
        row.is_default = doc["is_default"]
        row.lead = referred(User, doc["lead"], "lead", by="email", what="person")
        stored(row)
        wanted: dict[Any, bool] = {}
        for index, one in enumerate(doc["members"]):
            at = f"members[{index}].person"
            wanted[referred(User, one["person"], at, by="email", what="person")] = one["supervises"]
        there = {link.user: link for link in row.memberships.select_related("user")}
        for user in there.keys() - wanted.keys():
            there[user].delete()
        for user, watches in wanted.items():
            link = there.get(user) or Membership(user=user, team=row)
            if link._state.adding or link.supervises != watches:
                link.supervises = watches
                link.save()

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that nothing refers to."""
        Team.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """Which complaints go there."""
        own = Category.objects.filter(team__key=key, active=True).order_by("order", "name")
        return Preview("desk/setup/preview_team.html", {"categories": own, "doc": doc})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """No team, no default team, teams that nobody works in."""
        if not documents:
            yield Attention(gettext_noop("There is no team yet."), "/desk/start/", stops=True)
            return
        if not any(doc["is_default"] for doc in documents.values()):
            words = gettext("No team gets what no category sends elsewhere.")
            yield Attention(words, self.url, stops=True)
        for key, doc in documents.items():
            if doc["active"] and not doc["members"]:
                yield Attention(
                    gettext("Nobody works in %(doc)s.") % {"doc": doc["name"]}, f"{self.url}{key}/"
                )
