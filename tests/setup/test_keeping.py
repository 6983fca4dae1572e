"""Documents of the settings: written once, by whoever may, with who changed what."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from desk.setup import keeping
from desk.setup.errors import SetupInvalid, SetupStale
from desk.setup.keeping import Author, Item
from desk.setup.models import SetupChange
from desk.setup.rules import Deed
from desk.setup.section import digest, sections
from escalation.models import DeadlinePolicy, Rederivation, WorkCalendar
from tests.builders import NOW, Desk, make_ticket
from tickets.access import Principal
from tickets.catalogue import catalogue
from tickets.errors import Conflict, NotAllowed
from tickets.models import Category, Membership, Team, User

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=5)


def author(user: User, now: dt.datetime = NOW) -> Author:
    return Author(Principal.of_user(user, now=now), now)


def client(*scopes: str, teams: frozenset[int] | None = None) -> Author:
    who = Principal.of_client("shop", scopes=frozenset(scopes), teams=teams)
    return Author(who, NOW)


def found(section: str, key: str, who: Author) -> Item:
    return keeping.find(sections()[section], key, who.who)


def save(section: str, key: str, who: Author, seen: str | None = None, **over: Any) -> Item:
    """A document with some fields changed."""
    held = sections()[section].documents().get(key) or {}
    return keeping.save(sections()[section], key, {**held, **over}, who, seen=seen)


def test_every_document_is_what_its_own_check_makes_of_it(whole_desk: Desk) -> None:
    for section in sections().values():
        for key, doc in section.documents().items():
            assert section.checked(doc) == doc, (section.key, key)
            if section.identity:
                assert section.key_of(doc) == key


def test_a_change_is_kept_with_who_made_it_and_seen_at_once(whole_desk: Desk) -> None:
    mona = author(whole_desk.mona)
    item = save("categories", "outage", mona, name="No service", team="travel")
    assert item.doc["name"] == "No service"
    assert catalogue().entry("outage").team == whole_desk.travel
    row = SetupChange.objects.get()
    assert (row.by, row.by_name, row.at, row.deed) == (whole_desk.mona, "Mona", NOW, Deed.CHANGED)
    changes = sections()["categories"].changes(row.before, row.after)
    assert ("Name", "Outage", "No service") in changes


def test_what_is_so_already_is_no_change(whole_desk: Desk) -> None:
    save("categories", "outage", author(whole_desk.mona))
    save("deadlines", "general", author(whole_desk.mona))
    assert not SetupChange.objects.exists()
    assert DeadlinePolicy.objects.filter(key="general").count() == 1


def test_who_did_not_see_the_last_change_is_refused_and_nothing_is_lost(whole_desk: Desk) -> None:
    seen = found("categories", "outage", author(whole_desk.ada))
    save("categories", "outage", author(whole_desk.mona), name="No service")
    with pytest.raises(SetupStale):
        save("categories", "outage", author(whole_desk.ada), seen.revision, icon="wifi")
    section = sections()["categories"]
    theirs = section.documents()["outage"]
    base = keeping.base_of(section, "outage", seen.revision)
    mine, both = keeping.merged(base, theirs, {**seen.doc, "icon": "wifi"})
    assert (mine["name"], mine["icon"], both) == ("No service", "wifi", [])
    _, both = keeping.merged(base, theirs, {**seen.doc, "name": "Nothing works"})
    assert both == ["name"]


def test_a_change_in_the_admin_is_noticed_too(whole_desk: Desk) -> None:
    ada = author(whole_desk.ada)
    seen = save("categories", "outage", ada, name="No service")
    Category.objects.filter(key="outage").update(name="Silence")
    with pytest.raises(SetupStale):
        save("categories", "outage", ada, seen.revision, icon="wifi")
    save("categories", "outage", ada, icon="wifi")
    deeds = list(SetupChange.objects.order_by("number").values_list("number", "deed"))
    assert deeds == [(1, "changed"), (2, "found"), (3, "changed")]


def test_a_change_is_undone_and_an_earlier_one_restored(whole_desk: Desk) -> None:
    mona, section = author(whole_desk.mona), sections()["causes"]
    save("causes", "job", mona, name="Job closed too early")
    save("causes", "job", author(whole_desk.mona, LATER), name="Closed")
    keeping.undo(section, "job", 2, mona)
    assert section.documents()["job"]["name"] == "Job closed too early"
    with pytest.raises(Conflict):
        keeping.undo(section, "job", 2, mona)
    keeping.remove(section, "job", mona, seen=digest(section.documents()["job"]))
    assert section.documents() == {}
    keeping.restore(section, "job", 2, mona)
    assert section.documents()["job"]["name"] == "Closed"
    assert SetupChange.objects.order_by("-number")[0].deed == Deed.RESTORED
    keeping.undo(section, "job", 5, mona)
    assert section.documents() == {}


def test_what_is_in_use_is_not_removed(whole_desk: Desk) -> None:
    make_ticket(whole_desk)
    mona = author(whole_desk.mona)
    with pytest.raises(Conflict, match="It is in use by"):
        keeping.remove(sections()["categories"], "outage", mona)
    with pytest.raises(SetupInvalid, match="General"):
        keeping.remove(sections()["paths"], "standard", mona)
    with pytest.raises(Conflict, match="switched off"):
        keeping.remove(sections()["deadlines"], "general", mona)


def test_those_who_set_the_desk_up_and_nobody_else(whole_desk: Desk) -> None:
    for name in ("alice", "sue", "audrey"):
        with pytest.raises(NotAllowed):
            save("causes", "job", author(getattr(whole_desk, name)), name="Job")
    whole_desk.mona.is_active = False
    with pytest.raises(NotAllowed):
        save("causes", "job", author(whole_desk.mona), name="Job")
    for refused in (
        client("config:read"), client("tickets:write"), client("config:write"),
        client("config:read", "config:write", teams=frozenset({whole_desk.home.pk})),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            save("causes", "job", refused, name="Job")
    save("causes", "job", client("config:read", "config:write"), name="Job")
    assert SetupChange.objects.get().by_name == "shop"
    for section in ("people", "authority", "budgets", "levels"):
        with pytest.raises(NotAllowed, match="A person who is signed in"):
            keeping.save(sections()[section], "x", {}, client("config:read", "config:write"))


def test_nobody_raises_his_own_limits_or_role(whole_desk: Desk) -> None:
    mona = author(whole_desk.mona)
    limit = {"role": "manager", "currency": "GBP", "per_ticket": "9999"}
    with pytest.raises(NotAllowed, match="An administrator"):
        keeping.save(sections()["authority"], "", limit, mona)
    with pytest.raises(NotAllowed):
        save("people", "mona@example.org", mona, role="admin")
    with pytest.raises(NotAllowed):
        save("teams", "home", mona, members=[{"person": "mona@example.org"}])
    budget = {"person": "mona@example.org", "currency": "GBP", "amount": "100", "every": "month"}
    with pytest.raises(NotAllowed):
        keeping.save(sections()["budgets"], "", budget, mona)
    level = {"name": "Managers", "order": 1, "who": "managers"}
    with pytest.raises(NotAllowed):
        keeping.save(sections()["levels"], "", level, mona)
    ada = author(whole_desk.ada)
    keeping.save(sections()["authority"], "", limit, ada)
    assert keeping.save(sections()["levels"], "", level, ada).key == "managers"
    with pytest.raises(Conflict, match="Somebody has to stay who administers"):
        save("people", "ada@example.org", ada, role="rep")
    assert User.objects.get(email="ada@example.org").role == "admin"


def test_everything_wrong_is_told_at_once_with_its_place(whole_desk: Desk) -> None:
    with pytest.raises(SetupInvalid) as told:
        save("categories", "outage", author(whole_desk.mona), name="", icno="x", order="first",
             facts=[{"name": "two words", "label": "", "kind": "texts"}])  # fmt: skip
    problems = dict(keeping.refused(told.value))
    assert set(problems) == {
        "name", "icno", "order", "facts[0].name", "facts[0].label", "facts[0].kind",
    }  # fmt: skip
    assert "There is no such word here" in problems["icno"]
    assert "none of: text, number" in problems["facts[0].kind"]


@pytest.mark.parametrize(
    ("section", "key", "over", "place", "words"),
    [
        ("categories", "broadband", {"parent": "outage"}, "", "below itself"),
        ("categories", "outage", {"team": "hmoe"}, "team", "Known are: home, travel"),
        ("teams", "home", {"lead": "x@y.org"}, "lead", "There is no person"),
        ("calendars", "office", {"hours": {"mon": [["17:00", "25:00"]]}}, "hours", "25:00"),
        ("calendars", "office", {"hours": {}}, "hours", "no working hours"),
        ("calendars", "office", {"country": "GB", "subdivision": "XX"}, "subdivision", "XX"),
        ("paths", "standard", {"steps": [{"to": ["nobdy"]}]}, "steps", "nobody we know"),
        ("deadlines", "general", {"targets": [{"kind": "resolve", "within": "soon"}]},
         "targets[0].within", "soon"),
        ("deadlines", "general", {"match": {"team": ["hmoe"]}}, "match.team", "no team"),
        ("surveys", "survey", {"poor_at_most": 9}, "poor_at_most", "not between 1 and 5"),
        ("authority", "rep-all-gbp", {"per_ticket": "lots"}, "per_ticket", "A sum such as"),
        ("authority", "rep-all-gbp", {"per_ticket": "1.999"}, "per_ticket", "GBP"),
        ("authority", "rep-all-gbp", {"currency": "EUR"}, "currency", "stays as it is"),
    ],
)  # fmt: skip
def test_what_the_desk_refuses_names_the_field(
    whole_desk: Desk, section: str, key: str, over: dict[str, Any], place: str, words: str
) -> None:
    from tickets.errors import DomainError

    with pytest.raises(DomainError) as told:
        save(section, key, author(whole_desk.ada), **over)
    problems = keeping.refused(told.value)
    assert any(at.startswith(place) and words in said for at, said in problems), problems
    assert not SetupChange.objects.exists()


def test_a_new_default_team_takes_it_over(whole_desk: Desk) -> None:
    save("teams", "travel", author(whole_desk.mona), is_default=True)
    assert Team.objects.get(is_default=True) == whole_desk.travel
    ada = author(whole_desk.ada)
    members = [{"person": "bob@example.org", "supervises": True}]
    save("teams", "travel", ada, members=members)
    links = Membership.objects.filter(team=whole_desk.travel)
    assert [(one.user, one.supervises) for one in links] == [(whole_desk.bob, True)]


def test_a_policy_in_use_gets_a_next_version_and_clocks_are_worked_out_anew(
    whole_desk: Desk,
) -> None:
    doc = sections()["deadlines"].documents()["general"]
    targets = [dict(one, within="6h") if one["kind"] == "acknowledge" else one
               for one in doc["targets"]]  # fmt: skip
    save("deadlines", "general", author(whole_desk.mona), targets=targets)
    versions = DeadlinePolicy.objects.filter(key="general").order_by("version")
    assert [(row.version, row.active) for row in versions] == [(1, False), (2, True)]
    assert Rederivation.objects.count() == 1
    keeping.undo(sections()["deadlines"], "general", 1, author(whole_desk.mona))
    assert (
        DeadlinePolicy.objects.get(key="general", active=True).data["targets"][0]
        == (doc["targets"][0])
    )
    save("deadlines", "general", author(whole_desk.mona), active=False)
    assert not DeadlinePolicy.objects.filter(key="general", active=True).exists()


def test_special_days_of_a_calendar_are_kept_with_it(whole_desk: Desk) -> None:
    days = [
        {"day": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "12:00"]]},
        {"day": "2026-12-31", "name": "", "hours": []},
    ]
    save("calendars", "office", author(whole_desk.mona), days=days)
    row = WorkCalendar.objects.get(key="office")
    assert [str(day.day) for day in row.days.order_by("day")] == ["2026-12-24", "2026-12-31"]
    save("calendars", "office", author(whole_desk.mona), days=days[:1])
    assert row.days.count() == 1
    with pytest.raises(SetupInvalid):
        save("calendars", "office", author(whole_desk.mona), days=[{"day": "2026-13-40"}])


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_wait_for_each_other(db: None) -> None:
    from tests.builders import make_desk

    desk = make_desk()
    seen = found("categories", "outage", author(desk.ada)).revision
    begun, told = threading.Event(), []

    def second() -> None:
        begun.set()
        try:
            save("categories", "outage", author(desk.mona), seen, name="Mine")
        except SetupStale as error:
            told.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        save("categories", "outage", author(desk.ada), seen, name="Hers")
        other = threading.Thread(target=second)
        other.start()
        assert begun.wait(5)
        other.join(0.2)
        assert other.is_alive()
    other.join(10)
    assert len(told) == 1
    assert Category.objects.get(key="outage").name == "Hers"
