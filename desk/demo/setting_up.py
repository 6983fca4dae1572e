"""What the firm is set up with before the first complaint: people, categories, rules, customers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from simple_history.utils import bulk_create_with_history

from desk.demo.content import (
    Shopper,
    cases,
    draft_source,
    policy_source,
    read,
    regulars,
    shoppers,
)
from desk.demo.moments import Moments
from escalation.hours import Calendar
from escalation.models import DeadlinePolicy, Rota, WorkCalendar
from escalation.services.defaults import ensure_defaults
from escalation.services.rotas import NewSlot, add_slot
from integrations.clients import make_client
from remedies.models import Authority, Budget, DecisionLevel, RemedyPolicy
from remedies.rules.states import PolicyStatus
from remedies.services.drafts import begin_draft, write_draft
from remedies.services.policies import activate, save_draft
from tickets import services
from tickets.change import unit_of_work
from tickets.models import (
    Category,
    Customer,
    FactDefinition,
    Membership,
    Recourse,
    ReusableText,
    RootCause,
    Team,
    User,
)
from tickets.money import Money
from tickets.services.customers import CustomerDetails

#: What everyone of the demo signs in with. Made for it, and set nowhere else.
PASSWORD = "amends-demo"  # noqa: S105 - known to everyone, on purpose
#: How long before the first complaint the desk was set up.
BEFORE = dt.timedelta(days=212)


@dataclass
class Firm:
    """Everyone and everything by the key that the content calls it."""

    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    causes: dict[str, RootCause] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)


def set_up(now: dt.datetime, *, small: bool = False) -> Firm:
    """Everything but complaints, as if it had been there for some months. Of the newer customers a
    `small` one has those alone who complain now."""
    since = now - BEFORE
    firm = Firm()
    _people(firm)
    _catalogue(firm)
    _rules(firm, since)
    _rotas(firm)
    _customers(firm, since, small=small)
    client = read("people")["client"]
    make_client(
        client["name"],
        client_id=client["id"],
        client_secret=client["secret"],
        by=firm.people["ada"],
        now=since,
    )
    return firm


def office() -> Calendar:
    """The working hours by which the demo is told. After `set_up`."""
    row = WorkCalendar.objects.get(is_default=True)
    return Calendar.parse(row.data())


def send_away(firm: Firm, moments: Moments) -> None:
    """Who is out of office now. Last, so that nobody was away while the past was played."""
    for item in read("people")["away"]:
        services.set_away(
            firm.people[item["who"]],
            away_from=moments.read(item["from"]),
            away_until=moments.read(item["until"]),
            substitute=firm.people[item["substitute"]],
        )


def leave_draft(firm: Firm, moments: Moments) -> None:
    """The next version of the policy, which the manager has begun and not finished."""
    active = RemedyPolicy.objects.get(key="general", status=PolicyStatus.ACTIVE.value)
    by = firm.people["miriam"]
    draft = begin_draft(active.source, by=by, now=moments.read("-1d"), based_on=active)
    write_draft(draft, draft_source(), by=by, now=moments.read("-20m"), seen=draft.revision)


def _people(firm: Firm) -> None:
    data = read("people")
    # One hash for all: twelve slow ones would take as long as the rest of the set-up.
    hashed = make_password(PASSWORD)
    for key, raw in data["people"].items():
        firm.people[key] = User.objects.create(
            email=email_of(raw["name"], data["domain"]),
            password=hashed,
            name=raw["name"],
            role=raw["role"],
            time_zone=raw.get("time_zone", "Europe/London"),
            is_superuser=raw["role"] == "admin",
        )
    for raw in data["teams"]:
        team = Team.objects.create(
            key=raw["key"],
            name=raw["name"],
            lead=firm.people[raw["lead"]],
            time_zone=raw["time_zone"],
            is_default=raw.get("is_default", False),
        )
        firm.teams[team.key] = team
        for watches, names in ((False, raw["members"]), (True, raw["supervisors"])):
            Membership.objects.bulk_create(
                Membership(user=firm.people[name], team=team, supervises=watches) for name in names
            )


def email_of(name: str, domain: str) -> str:
    """The address that somebody of the demo signs in with."""
    return f"{name.split(maxsplit=1)[0].lower()}@{domain}"


def _catalogue(firm: Firm) -> None:
    data = read("catalogue")
    found: dict[str, Category] = {}
    for order, raw in enumerate(data["categories"], start=1):
        _category(firm, found, raw, parent=None, order=order * 10)
    facts = [
        FactDefinition(
            **{**raw, "category": found[raw["category"]] if "category" in raw else None},
            order=order,
        )
        for order, raw in enumerate(data["facts"], start=1)
    ]
    bulk_create_with_history(facts, FactDefinition)
    for key, name in data["causes"].items():
        firm.causes[key] = RootCause.objects.create(key=key, name=name)
    for raw in data["recourse"]:
        category = found[raw["category"]] if "category" in raw else None
        Recourse.objects.create(**{**raw, "category": category})
    _texts(found)


def _texts(found: Mapping[str, Category]) -> None:
    data = read("texts")
    for key, words in data["guidance"].items():
        found[key].guidance = words
        found[key].save(update_fields=["guidance"])
    texts = [
        ReusableText(**{**raw, "category": found[raw["category"]] if "category" in raw else None})
        for raw in data["texts"]
    ]
    for order, row in enumerate(texts, start=1):
        row.order = order * 10
    bulk_create_with_history(texts, ReusableText)


def _category(
    firm: Firm,
    found: dict[str, Category],
    raw: Mapping[str, Any],
    *,
    parent: Category | None,
    order: int,
) -> None:
    team = raw.get("team")
    row = found[raw["key"]] = Category.objects.create(
        key=raw["key"],
        name=raw["name"],
        icon=raw.get("icon", ""),
        team=firm.teams[team] if team else None,
        parent=parent,
        order=order,
    )
    for index, child in enumerate(raw.get("children", ()), start=1):
        _category(firm, found, child, parent=row, order=order + index)


def _rules(firm: Firm, since: dt.datetime) -> None:
    data = read("people")
    ensure_defaults(now=since)
    for raw in data["calendars"]:
        calendar = WorkCalendar(**raw)
        calendar.full_clean()
        calendar.save()
    for raw in data["deadline_policies"]:
        policy = DeadlinePolicy(**raw, created_at=since, created_by=firm.people["miriam"])
        policy.full_clean()
        policy.save()
    for raw in data["authority"]:
        sums = {
            name: Money.of(raw[name], raw["currency"]).minor
            for name in ("per_ticket", "per_customer")
            if name in raw
        }
        Authority.objects.update_or_create(
            role=raw["role"], kind="", currency=raw["currency"], defaults=sums
        )
    _deciders(firm)
    draft = save_draft(policy_source(), by=firm.people["miriam"], now=since)
    activate(draft, by=firm.people["miriam"], now=since)


def _deciders(firm: Firm) -> None:
    """Who decides exceptions, and what a team may give away in a month."""
    for raw in read("people")["levels"]:
        named = [firm.people[key] for key in raw.get("people", ())]
        sums = {}
        if "up_to" in raw:
            sums["up_to"] = Money.of(str(raw["up_to"]), raw["currency"]).minor
        kept = {key: raw[key] for key in ("order", "currency", "who", "needed", "own_limits")
                if key in raw}  # fmt: skip
        level = DecisionLevel.objects.create(name=raw["name"], **kept, **sums)
        level.people.set(named)
    for raw in read("people")["budgets"]:
        Budget.objects.create(
            team=firm.teams[raw["team"]],
            currency=raw["currency"],
            amount=Money.of(str(raw["amount"]), raw["currency"]).minor,
        )


def _rotas(firm: Firm) -> None:
    for raw in read("people")["rotas"]:
        rota = Rota.objects.create(
            key=raw["key"], name=raw["name"], team=firm.teams[raw["team"]],
            time_zone=raw["time_zone"],
        )  # fmt: skip
        for duty in raw["duties"]:
            starts, ends = (dt.time.fromisoformat(text) for text in duty["hours"])
            slot = NewSlot(firm.people[duty["who"]], starts, ends, weekday=duty["weekday"])
            add_slot(rota, slot)


def _customers(firm: Firm, since: dt.datetime, *, small: bool) -> None:
    needed = {case.customer for case in cases()}
    known = [who for who in shoppers() if not small or who in regulars() or who.name in needed]
    with unit_of_work(now=since):
        for who in known:
            firm.customers[who.name] = _customer(who, since)
    for who in known:
        extra = {"preferences": who.prefers, "do_not_survey": who.do_not_survey}
        if any(extra.values()):
            firm.customers[who.name] = services.update_customer(
                firm.customers[who.name], extra, now=since
            )


def _customer(who: Shopper, since: dt.datetime) -> Customer:
    return services.find_or_create_customer(
        CustomerDetails(
            name=who.name,
            email=who.email,
            phone=who.phone,
            external=("billing", who.account) if who.account else None,
            language=who.language,
            time_zone=who.time_zone,
            since=who.since,
            tier=who.tier,
            support_needs=who.needs,
        ),
        now=since,
    )
