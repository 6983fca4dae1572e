"""The guided start: from an empty desk to one that takes a complaint in.

Each step is a small form over the sections of the settings and is stored whole or not at all.
How far the desk is, is read from what is set up; only what was left out, or has nothing to set, is
noted. So a step can be left and taken up again, by anybody who sets the desk up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop

from desk.setup import asked, keeping
from desk.setup.access import is_admin
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Field
from desk.setup.fields import told as in_words
from desk.setup.invitations import invite
from desk.setup.keeping import Author
from desk.setup.models import StartStep
from desk.setup.packs import category_packs
from desk.setup.rules import Deed, Step
from desk.setup.section import Doc, sections
from escalation.models import DeadlinePolicy, WorkCalendar
from escalation.services.defaults import ensure_defaults
from remedies.models import Authority, RemedyPolicy
from remedies.rules.states import PolicyStatus
from remedies.services.drafts import pack_policy
from tickets.access import Principal
from tickets.catalogue import catalogue
from tickets.models import Category, Team, User
from tickets.rules import Role

OFFICE = "office"
USUAL_HOURS = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(frozen=True)
class Guide:
    """One step: what it says, asks and does."""

    step: Step
    title: str
    about: str
    fields: tuple[Field, ...]
    begin: Callable[[], Doc]
    apply: Callable[[Doc, Author], None]
    button: str
    #: Whether one can go on without it.
    optional: bool = True


@dataclass(frozen=True)
class Progress:
    """One step in the list."""

    guide: Guide
    done: bool
    skipped: bool


def is_needed(who: Principal) -> bool:
    """Whether a desk is so new that whoever sets it up should be led. No query, mostly."""
    if who.user is None or not who.user.is_staff:
        return False
    return not catalogue().by_key


def progress() -> list[Progress]:
    """Every step with whether it is done. A fixed number of queries."""
    noted = {row.step: row for row in StartStep.objects.all()}
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    team = Team.objects.filter(is_default=True).first()
    here = {
        Step.TEAM: team is not None and calendar is not None,
        Step.HOLIDAYS: bool(calendar and calendar.country),
        Step.CATEGORIES: Category.objects.filter(active=True).exists(),
        Step.POLICIES: DeadlinePolicy.objects.filter(active=True).exists()
        and RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value).exists(),
        Step.PEOPLE: bool(team and team.memberships.exists()),
        Step.MAIL: bool(team and team.email),
        Step.FORM: False,
    }
    found = []
    for step, guide in GUIDES.items():
        row = noted.get(step.value)
        done = here[step] or (row is not None and not row.skipped)
        found.append(Progress(guide, done, row is not None and row.skipped and not done))
    return found


def ready() -> bool:
    """Whether a complaint can be taken in: somebody gets it, and it can be filed."""
    return (
        Team.objects.filter(is_default=True).exists()
        and Category.objects.filter(active=True, public=True).exists()
    )


def next_step(rows: Sequence[Progress]) -> Step | None:
    """The first that is neither done nor left out."""
    return next((row.guide.step for row in rows if not row.done and not row.skipped), None)


def finish(step: Step, doc: Doc, author: Author) -> None:
    """Do what a step asks, all of it or nothing. Raises `DomainError`, naming the field."""
    guide = GUIDES[step]
    wrong: list[tuple[str, str]] = []
    checked = {one.name: one.check(doc.get(one.name), one.name, wrong) for one in guide.fields}
    if wrong:
        raise SetupInvalid(wrong)
    with transaction.atomic():
        guide.apply(checked, author)
        _noted(step, author, skipped=False)


def skip(step: Step, author: Author) -> None:
    """Go on without a step; it can be taken up later."""
    if not StartStep.objects.filter(step=step.value).exists():
        _noted(step, author, skipped=True)


def _noted(step: Step, author: Author, *, skipped: bool) -> None:
    StartStep.objects.update_or_create(
        step=step.value, defaults={"skipped": skipped, "at": author.now, "by": author.user}
    )


def _save(section: str, key: str, author: Author, **over: Any) -> str:
    """Keep a document with some words changed, as the pages do. Returns its key."""
    held = sections()[section].documents().get(key) or {}
    return keeping.save(sections()[section], key, {**held, **over}, author).key


# -- team and hours -------------------------------------------------------------------------------


def _begin_team() -> Doc:
    team = Team.objects.filter(is_default=True).first()
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    return {
        "name": team.name if team else gettext("Complaints"),
        "time_zone": team.time_zone if team else settings.TIME_ZONE
        if settings.TIME_ZONE != "UTC" else "Europe/London",
        "language": team.language if team else "en",
        "hours": calendar.hours if calendar else USUAL_HOURS,
    }  # fmt: skip


def _apply_team(doc: Doc, author: Author) -> None:
    team = Team.objects.filter(is_default=True).first()
    key = team.key if team else slugify(doc["name"])[:40] or "team"
    same = {"time_zone": doc["time_zone"]}
    _save("teams", key, author, name=doc["name"], language=doc["language"], is_default=True, **same)
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    name = calendar.name if calendar else gettext("Office hours")
    _save("calendars", calendar.key if calendar else OFFICE, author, name=name, is_default=True,
          hours=doc["hours"], **same)  # fmt: skip


# -- holidays -------------------------------------------------------------------------------------


def _begin_holidays() -> Doc:
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    zone = calendar.time_zone if calendar else ""
    guess = {"Europe/London": "GB", "Europe/Berlin": "DE", "Europe/Paris": "FR"}.get(zone, "")
    return {
        "country": (calendar.country if calendar else "") or guess,
        "subdivision": (calendar.subdivision if calendar else "") or ("ENG" * (guess == "GB")),
    }


def _apply_holidays(doc: Doc, author: Author) -> None:
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    if calendar is None:
        raise SetupInvalid([("", gettext("First say when you work: the step before this one."))])
    _save("calendars", calendar.key, author, **doc)


# -- categories -----------------------------------------------------------------------------------


def _begin_categories() -> Doc:
    there = set(Category.objects.values_list("key", flat=True))
    return {
        "trades": [key for key, pack in category_packs().items()
                   if any(one["key"] in there for one in pack["categories"])] or ["common"],
        "further": "",
    }  # fmt: skip


#: Of a category's name.
_LONGEST = 80


def _free(key: str, taken: set[str]) -> str:
    """The key, or with a number what is none yet: another category of like name stays itself."""
    return next(one for one in chain([key], (f"{key}-{n}" for n in count(2))) if one not in taken)


def _apply_categories(doc: Doc, author: Author) -> None:
    there = sections()["categories"].documents()
    order = 10 * (len(there) + 1)
    for trade in doc["trades"]:
        pack = category_packs()[trade]
        for one in pack["categories"]:
            if one["key"] not in there:
                # From here on they are the desk's own words, in the language of who sets it up.
                facts = [
                    {**fact, "label": in_words(fact["label"])}
                    for fact in pack.get("facts", {}).get(one["key"], [])
                ]
                said = {"name": in_words(one["name"]), "icon": one["icon"], "facts": facts}
                _save("categories", one["key"], author, **said, order=order)
                order += 10
    taken = sections()["categories"].documents()
    names, keys = {held["name"].lower() for held in taken.values()}, set(taken)
    for line in doc["further"].splitlines():
        name = " ".join(line.split())
        if len(name) > _LONGEST:
            told = gettext("A category’s name has at most %(most)s characters: “%(name)s…”")
            raise SetupInvalid([("further", told % {"most": _LONGEST, "name": name[:20]})])
        if name and name.lower() not in names:
            key = _free(slugify(name)[:36] or "category", keys)
            _save("categories", key, author, name=name, order=order)
            names.add(name.lower())
            keys.add(key)
            order += 10
    if not Category.objects.filter(active=True).exists():
        raise SetupInvalid([("trades", gettext("Choose one at least, or write your own below."))])


# -- policies -------------------------------------------------------------------------------------


def _begin_policies() -> Doc:
    rows = {row.role: row for row in Authority.objects.filter(kind="")}
    sums = sections()["authority"].documents()
    held = {doc["role"]: doc["per_ticket"] for doc in sums.values() if not doc["kind"]}
    active = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value).order_by("key").first()
    return {
        "policy": active.key if active else "general",
        "deadlines": ["general"],
        "currency": next((row.currency for row in rows.values()), "GBP"),
        "rep": held.get("rep", "100.00"),
        "supervisor": held.get("supervisor", "500.00"),
    }


def _apply_policies(doc: Doc, author: Author) -> None:
    before = {key: sections()[key].documents() for key in ("calendars", "paths", "deadlines")}
    for pack in doc["deadlines"]:
        ensure_defaults(now=author.now, pack=pack)
    for key, docs in before.items():
        for name, after in sections()[key].documents().items():
            if name not in docs:
                keeping.note(sections()[key], name, None, after, author, Deed.MADE)
    if doc["policy"] and doc["policy"] not in sections()["remedy-policies"].documents():
        source = pack_policy(doc["policy"])
        keeping.save(sections()["remedy-policies"], doc["policy"], {"source": source}, author)
    for role in ("rep", "supervisor"):
        if doc[role] is not None:
            held = sections()["authority"]
            said = {"role": role, "kind": "", "currency": doc["currency"], "per_ticket": doc[role]}
            there = held.documents().get(held.key_of(said), {})
            keeping.save(held, held.key_of(said), {**there, **said}, author)


# -- people ---------------------------------------------------------------------------------------


def _apply_people(doc: Doc, author: Author) -> None:
    team = Team.objects.filter(is_default=True).first()
    if team is None:
        raise SetupInvalid([("", gettext("First name a team: the first step."))])
    links = {one["person"]: one for one in sections()["teams"].documents()[team.key]["members"]}
    new: list[str] = []
    seen: set[str] = set()
    for index, one in enumerate(doc["people"]):
        email = one["email"].lower()
        if email in seen:
            told = gettext("Somebody above has this address.")
            raise SetupInvalid([(f"people[{index}].email", told)])
        seen.add(email)
        try:
            if not User.objects.filter(email__iexact=email).exists():
                _save("people", email, author, **{**one, "email": email},
                      time_zone=team.time_zone, language=team.language)  # fmt: skip
                new.append(email)
        except SetupInvalid as error:
            raise SetupInvalid(
                [(f"people[{index}].{place}", words) for place, words in keeping.refused(error)]
            ) from error
        if one["role"] in {Role.REP.value, Role.SUPERVISOR.value}:
            watches = one["role"] == Role.SUPERVISOR.value
            links[email] = {"person": email, "supervises": watches}
    me = author.user
    if doc["me"] and me is not None:
        links.setdefault(me.email.lower(), {"person": me.email.lower(), "supervises": True})
    lead = sections()["teams"].documents()[team.key]["lead"]
    watching = [email for email, one in links.items() if one["supervises"]]
    members = [links[email] for email in sorted(links)]
    _save("teams", team.key, author, members=members, lead=lead or (watching or [""])[0])
    for email in new:
        invite(User.objects.get(email__iexact=email), by=me, now=author.now)


# -- mail and form --------------------------------------------------------------------------------


def _begin_mail() -> Doc:
    team = Team.objects.filter(is_default=True).first()
    return {"email": (team.email if team else "") or settings.INBOUND_MAIL_ADDRESS, "test": False}


def _apply_mail(doc: Doc, author: Author) -> None:
    team = Team.objects.filter(is_default=True).first()
    if team is None:
        raise SetupInvalid([("", gettext("First name a team: the first step."))])
    _save("teams", team.key, author, email=doc["email"])
    if doc["test"] and author.user is not None:
        to = author.user.email
        mail = EmailMessage(
            gettext("A test of %(brand)s") % {"brand": settings.BRAND_NAME}, gettext(_TEST), to=[to]
        )
        try:
            mail.send()
        except OSError as error:
            told = gettext("The mail to %(to)s could not be sent: %(error)s")
            told %= {"to": to, "error": error}
            raise SetupInvalid([("test", told)]) from error


_TEST = gettext_noop("If you read this, the complaint desk can send mail.\n")


def _begin_form() -> Doc:
    rows = Category.objects.filter(active=True, parent=None, public=True)
    return {"public": list(rows.values_list("key", flat=True))}


def _apply_form(doc: Doc, author: Author) -> None:
    for key, _ in asked.public():
        _save("categories", key, author, public=key in doc["public"])
    if not ready():
        raise SetupInvalid([("public", gettext("The form has to offer one category at least."))])


def may_take(step: Step, who: Principal) -> bool:
    """Whether this person may take the step: only administrators make accounts."""
    return step is not Step.PEOPLE or is_admin(who)


GUIDES: dict[Step, Guide] = {guide.step: guide for guide in (
    Guide(Step.TEAM, gettext_noop("Your team and its hours"), gettext_noop(
        "Who answers complaints, and when you are there. Deadlines count these hours only."
    ), asked.TEAM, _begin_team, _apply_team, gettext_noop("Keep team and hours"), optional=False),
    Guide(Step.HOLIDAYS, gettext_noop("Holidays"), gettext_noop(
        "On public holidays no clock runs."
    ), asked.HOLIDAYS, _begin_holidays, _apply_holidays, gettext_noop("Keep holidays")),
    Guide(Step.CATEGORIES, gettext_noop("What complaints are about"), gettext_noop(
        "Choose what comes near; everything can be changed later. With each come the questions "
        "that are worth asking."
    ), asked.CATEGORIES, _begin_categories, _apply_categories, gettext_noop("Keep categories"),
        optional=False),
    Guide(Step.POLICIES, gettext_noop("What you give, and by when"), gettext_noop(
        "A policy drafts offers, deadlines keep you to your word, limits say who may grant what "
        "alone."
    ), asked.POLICIES, _begin_policies, _apply_policies, gettext_noop("Keep policies and limits")),
    Guide(Step.PEOPLE, gettext_noop("The first colleagues"), gettext_noop(
        "Each gets a mail with a link to choose a password. Reps and supervisors join your team."
    ), asked.PEOPLE, lambda: {"people": [], "me": True}, _apply_people,
        gettext_noop("Invite them")),
    Guide(Step.MAIL, gettext_noop("Mail"), gettext_noop(
        "Complaints that come by mail, and the answers to them."
    ), asked.MAIL, _begin_mail, _apply_mail, gettext_noop("Keep the address")),
    Guide(Step.FORM, gettext_noop("The public form"), gettext_noop(
        "Customers complain here, without an account. Put the link on your site, print the code."
    ), asked.FORM, _begin_form, _apply_form, gettext_noop("Open the form")),
)}  # fmt: skip
