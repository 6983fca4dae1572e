"""Who may give how much: authority, budgets, and who decides exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop

from desk.setup.access import ADMIN, is_admin
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Flag, Sum, Text, Whole, Words, told
from desk.setup.pictures import grants_of
from desk.setup.section import Attention, Doc, Preview, Section, referred, stored
from desk.setup.sections import options
from remedies.admin import LevelForm
from remedies.models import Authority, Budget, DecisionLevel
from remedies.models.policies import Grantor
from remedies.rules.language.draft import ComponentKind
from remedies.rules.periods import Every
from remedies.rules.routing import Who
from tickets.access import Principal
from tickets.errors import DomainError, NotAllowed
from tickets.models import Team, User
from tickets.money import Money
from tickets.rules import Role

_CURRENCY = Choice(
    name="currency",
    label=gettext_noop("Currency"),
    options=options.currencies,
    required=True,
    default="GBP",
)


def minor_of(text: str | None, currency: str, at: str) -> int | None:
    """A sum in minor units. Raises `SetupInvalid`."""
    if text is None:
        return None
    try:
        return Money.of(text, currency).minor
    except DomainError as error:
        raise SetupInvalid([(at, error.message)]) from error


def text_of(minor: int | None, currency: str) -> str | None:
    """The same back: "100.00"."""
    return None if minor is None else format(Money(minor, currency).major, "f")


#: Those who grant and are no person.
_NOBODY = {"client": gettext_noop("integration"), "policy": gettext_noop("policy, by itself")}


class Authorities(Section):
    """What a role may grant alone."""

    key = "authority"
    title = gettext_noop("Authority")
    one = gettext_noop("limit")
    about = gettext_noop(
        "What each role may grant alone. Sums set by law and proven loss do not count."
    )
    icon = "scale"
    group = gettext_noop("Money")
    in_person = True
    previews = True
    identity = ("role", "kind", "currency")
    named = "role"
    columns = ("kind", "per_remedy", "per_ticket", "per_customer")
    fields = (
        Choice(
            name="role",
            label=gettext_noop("Role"),
            options=options.of_enum(Grantor, **_NOBODY),
            required=True,
        ),
        Choice(
            name="kind",
            label=gettext_noop("What"),
            options=options.of_enum(ComponentKind),
            blank=gettext_noop("everything together"),
        ),
        _CURRENCY,
        Sum(
            name="per_remedy",
            label=gettext_noop("Each remedy"),
            help=gettext_noop("Empty: without limit."),
        ),
        Sum(
            name="per_ticket",
            label=gettext_noop("Each complaint"),
            help=gettext_noop("Empty: without limit."),
        ),
        Sum(
            name="per_customer",
            label=gettext_noop("Each customer"),
            help=gettext_noop("In the days below. Empty: without."),
        ),
        Whole(
            name="period_days",
            label=gettext_noop("Days that the customer's limit is about"),
            default=365,
            least=1,
        ),
    )

    def title_of(self, key: str, doc: Doc) -> str:
        """ "rep, GBP"."""
        role = str(doc["role"])
        return f"{told(_NOBODY.get(role, role))}, {doc['currency']}"

    def documents(self) -> dict[str, Doc]:
        """By role."""
        order = {role.value: index for index, role in enumerate(Grantor)}
        rows = sorted(
            Authority.objects.all(), key=lambda row: (order[row.role], row.currency, row.kind)
        )
        docs = [self._doc(row) for row in rows]
        return {self.key_of(doc): doc for doc in docs}

    def _doc(self, row: Authority) -> Doc:
        sums = {
            name: text_of(getattr(row, name), row.currency)
            for name in ("per_remedy", "per_ticket", "per_customer")
        }
        return {
            "role": row.role,
            "kind": row.kind,
            "currency": row.currency,
            **sums,
            "period_days": row.period_days,
        }

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Nobody raises the limits of the role that he holds himself; administrators may."""
        role = (after or before or {}).get("role")
        if not is_admin(who) and role in {who.role, Role.ADMIN}:
            raise NotAllowed(who=str(ADMIN), field="role")

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One."""
        found = {name: doc[name] for name in self.identity}
        row = Authority.objects.filter(**found).first() or Authority(**found)
        for name in ("per_remedy", "per_ticket", "per_customer"):
            setattr(row, name, minor_of(doc[name], doc["currency"], name))
        row.period_days = doc["period_days"]
        stored(row)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """Then that role grants nothing of it alone."""
        doc = self.documents()[key]
        Authority.objects.get(**{name: doc[name] for name in self.identity}).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """Who may grant what, with this as it would be."""
        docs = {**self.documents(), self.key_of(doc): doc}
        return Preview(
            "desk/setup/preview_authority.html",
            {"rows": grants_of(docs.values(), doc["currency"], doc)},
        )

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Reps who may give nothing."""
        if not any(doc["role"] == Grantor.REP.value for doc in documents.values()):
            yield Attention(
                gettext_noop("Reps may grant nothing alone: every offer waits for somebody."),
                self.url,
            )


class Budgets(Section):
    """What a person or a team may give in a period."""

    key = "budgets"
    title = gettext_noop("Budgets")
    one = gettext_noop("budget")
    about = gettext_noop(
        "Goodwill of one person, or on the complaints of one team, in each period."
    )
    icon = "wallet"
    group = gettext_noop("Money")
    in_person = True
    identity = ("person", "team", "currency", "every")
    named = "person"
    columns = ("amount", "every")
    fields = (
        Choice(name="person", label=gettext_noop("Person"), options=options.people, open=True),
        Choice(name="team", label=gettext_noop("Or team"), options=options.teams, open=True),
        _CURRENCY,
        Sum(name="amount", label=gettext_noop("Sum"), required=True),
        Choice(
            name="every",
            label=gettext_noop("Each"),
            options=options.of_enum(Every),
            required=True,
            default=Every.MONTH.value,
        ),
    )

    def title_of(self, key: str, doc: Doc) -> str:
        """Whose."""
        return (
            str(doc["person"] or gettext("team %(doc)s") % {"doc": doc["team"]})
            + f", {doc['currency']}"
        )

    def documents(self) -> dict[str, Doc]:
        """In the order in which they were made."""
        docs = [self._doc(row) for row in Budget.objects.select_related("user", "team")]
        return {self.key_of(doc): doc for doc in docs}

    def _doc(self, row: Budget) -> Doc:
        return {
            "person": row.user.email.lower() if row.user else "",
            "team": row.team.key if row.team else "",
            "currency": row.currency,
            "amount": text_of(row.amount, row.currency),
            "every": row.every,
        }

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Nobody raises his own; administrators may."""
        whose = (after or before or {}).get("person")
        if not is_admin(who) and who.user is not None and whose == who.user.email.lower():
            raise NotAllowed(who=str(ADMIN), field="person")

    def _row(self, doc: Doc) -> Budget:
        user = referred(User, doc["person"], "person", by="email", what="person")
        team = referred(Team, doc["team"], "team")
        if (user is None) == (team is None):
            raise SetupInvalid([("person", gettext("A person or a team: one of them."))])
        found = {"user": user, "team": team, "currency": doc["currency"], "every": doc["every"]}
        return Budget.objects.filter(**found).first() or Budget(**found)

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One."""
        row = self._row(doc)
        row.amount = minor_of(doc["amount"], doc["currency"], "amount") or 0
        stored(row)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One."""
        self._row(self.documents()[key]).delete()


class Levels(Section):
    """Who decides exceptions."""

    key = "levels"
    title = gettext_noop("Who decides exceptions")
    one = gettext_noop("level")
    about = gettext_noop(
        "Up to which sum, and who. Where there is none, supervisors of the team decide."
    )
    icon = "gavel"
    group = gettext_noop("Money")
    in_person = True
    removable = False
    identity = ("name",)
    columns = ("order", "who", "up_to", "needed", "active")
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Whole(
            name="order",
            label=gettext_noop("Place"),
            required=True,
            default=None,
            help=gettext_noop("Lower ones are asked first."),
        ),
        Choice(
            name="currency",
            label=gettext_noop("Currency"),
            options=options.currencies,
            blank=gettext_noop("every currency, without a sum"),
        ),
        Sum(
            name="up_to",
            label=gettext_noop("Up to"),
            help=gettext_noop("What is given on the complaint. Empty: any sum."),
        ),
        Words(
            name="kinds",
            label=gettext_noop("For"),
            boxes=True,
            options=options.of_enum(ComponentKind),
            help=gettext_noop("None chosen: all."),
        ),
        Choice(
            name="team",
            label=gettext_noop("Only for complaints of"),
            options=options.teams,
            open=True,
            blank=gettext_noop("every team"),
        ),
        Choice(
            name="who",
            label=gettext_noop("Who decides"),
            options=options.of_enum(Who),
            required=True,
            default=Who.SUPERVISORS.value,
        ),
        Choice(
            name="members_of",
            label=gettext_noop("With “team”: whose members"),
            options=options.teams,
            open=True,
        ),
        Words(
            name="people",
            label=gettext_noop("With “people”: who"),
            limit=254,
            help=gettext_noop("Addresses, with commas."),
        ),
        Whole(
            name="needed",
            label=gettext_noop("How many have to say yes"),
            default=1,
            least=1,
            most=5,
        ),
        Flag(
            name="own_limits",
            label=gettext_noop("Only what they may grant themselves"),
            default=True,
        ),
        Flag(name="active", label=gettext_noop("In use"), default=True),
    )

    def key_of(self, doc: Doc) -> str:
        """Of its name."""
        return slugify(doc["name"]) or "level"

    def documents(self) -> dict[str, Doc]:
        """In the order in which they are asked."""
        rows = DecisionLevel.objects.select_related("team", "members_of").prefetch_related("people")
        docs = [self._doc(row) for row in rows.order_by("order", "id")]
        return {self.key_of(doc): doc for doc in docs}

    def _doc(self, row: DecisionLevel) -> Doc:
        return {
            "name": row.name,
            "order": row.order,
            "currency": row.currency,
            "up_to": text_of(row.up_to, row.currency),
            "kinds": list(row.kinds),
            "team": row.team.key if row.team else "",
            "who": row.who,
            "members_of": row.members_of.key if row.members_of else "",
            "people": sorted(one.email.lower() for one in row.people.all()),
            "needed": row.needed,
            "own_limits": row.own_limits,
            "active": row.active,
        }

    def check_may(self, who: Principal, before: Doc | None, after: Doc | None) -> None:
        """Nobody widens a level that he decides at himself; administrators may."""
        if is_admin(who):
            return
        mine = who.user.email.lower() if who.user else ""
        for doc in filter(None, (before, after)):
            named = doc["who"] == Who.PEOPLE and mine in doc["people"]
            if named or (doc["who"] == Who.MANAGERS and who.role is Role.MANAGER):
                raise NotAllowed(who=str(ADMIN), field="who")

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """Checked by the form that the admin has."""
        row = DecisionLevel.objects.filter(name=doc["name"]).first()
        people = [
            referred(User, email, f"people[{index}]", by="email", what="person")
            for index, email in enumerate(doc["people"])
        ]
        data: dict[str, Any] = {
            **doc,
            "up_to": minor_of(doc["up_to"], doc["currency"] or "GBP", "up_to"),
            "team": getattr(referred(Team, doc["team"], "team"), "pk", None),
            "members_of": getattr(referred(Team, doc["members_of"], "members_of"), "pk", None),
            "people": [one.pk for one in people],
        }
        form = LevelForm(data, instance=row)
        if not form.is_valid():
            raise SetupInvalid(
                [(name, str(one)) for name, every in form.errors.items() for one in every]
            )
        form.save()
