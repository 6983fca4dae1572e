"""The pages of the settings: one shape for all sections."""

from __future__ import annotations

import pytest

from desk.setup.models import SetupChange
from desk.setup.section import sections
from tests.builders import NOW, Desk, make_user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.setup.forms import typed
from tickets.models import Category, Membership, Outbox, RootCause, Team, User

pytestmark = pytest.mark.django_db

PAGES = [key for key, section in sections().items() if not section.elsewhere]
#: A document of each section, what is changed in its form, and one that is refused.
FORMS: dict[str, tuple[str, dict[str, str], tuple[dict[str, str], str]]] = {
    "people": ("bob@example.org", {"name": "Robert"}, ({"name": ""}, "This is needed.")),
    "teams": ("home", {"name": "House"}, ({"email": "nowhere"}, "is not an address such as")),
    "facts": ("every", {"facts.0.label": "Order"}, ({"facts.0.name": "a b"}, "Line 1, name")),
    "categories": ("outage", {"name": "Silence"}, ({"icon": "A B"}, "is not a name such as")),
    "causes": ("job", {"name": "Closed"}, ({"name": ""}, "This is needed.")),
    "recourse": ("every", {"body": "Ombudsman"}, ({"review_days": "many"}, "A whole number")),
    "calendars": (
        "office", {"hours.fri": "9-13", "yearly_holidays": "12-24"},
        ({"hours.mon": "soon"}, "are no hours such as"),
    ),
    "rotas": ("nights", {"name": "Nights"}, ({"slots.0.starts": "9"}, "Line 1, starts")),
    "paths": ("standard", {"steps.1.after": "2h"}, ({"steps.1.to": "nobdy"}, "nobody we know")),
    "deadlines": (
        "general", {"targets.0.within": "6h"}, ({"targets.0.within": "soon"}, "Line 1, within"),
    ),
    "authority": ("rep-all-gbp", {"per_ticket": "120"}, ({"per_ticket": "much"}, "A sum such as")),
    "budgets": ("alice-at-example.org-all-gbp-month", {"amount": "90"}, ({"amount": ""}, "needed")),
    "levels": ("high-sums", {"needed": "2"}, ({"needed": "9"}, "not between 1 and 5")),
    "texts": ("thanks", {"name": "Thank you"}, ({"body": "Dear {nobody}"}, "no such fact")),
    "surveys": ("survey", {"delay_minutes": "90"}, ({"poor_at_most": "9"}, "between 1 and 5")),
}  # fmt: skip


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """One of each."""
    import datetime as dt

    from escalation.models import DutySlot, Rota
    from escalation.services.defaults import ensure_defaults
    from remedies.models import Budget, DecisionLevel
    from tests.remedies.builders import set_limits
    from tickets.models import Recourse, ReusableText, RootCause

    ensure_defaults(now=NOW)
    set_limits("rep", per_ticket=10_000, per_customer=20_000)
    RootCause.objects.create(key="job", name="Job")
    ReusableText.objects.create(
        key="thanks", name="Thanks", body="Dear {first_name},\n\nthank you."
    )
    Recourse.objects.create(review_days=30)
    rota = Rota.objects.create(key="nights", name="Night", team=desk.home)
    DutySlot.objects.create(
        rota=rota, user=desk.bob, weekday=0, starts=dt.time(18), ends=dt.time(8)
    )
    Budget.objects.create(user=desk.alice, currency="GBP", amount=5000, every="month")
    DecisionLevel.objects.create(name="High sums", order=1, currency="GBP", up_to=100_000)
    return desk


def address(section: str) -> str:
    return f"/desk/settings/{section}/{FORMS[section][0]}/"


def test_the_list_of_forms_is_complete() -> None:
    assert set(FORMS) == set(PAGES)


@pytest.mark.parametrize("section", PAGES)
def test_a_form_is_sent_as_it_stands_with_a_slip_and_with_a_change(
    full_desk: Desk, sign_in: SignIn, section: str
) -> None:
    key, over, (slip, words) = FORMS[section]
    ada, url = sign_in(full_desk.ada), address(section)
    page = typed(ada.get(url))
    as_it_stands = ada.post(url, {**page, "do": "save"})
    assert as_it_stands.status_code == 302, text_of(as_it_stands)
    wrong = ada.post(url, {**page, **slip, "do": "save"})
    assert wrong.status_code == 422
    assert words in text_of(wrong)
    assert typed(wrong).items() >= slip.items()
    assert ada.post(url, {**page, **over, "do": "preview"}).status_code == 200
    assert not SetupChange.objects.exists()
    before = sections()[section].documents()[key]
    kept = ada.post(url, {**page, **over, "do": "save"}, follow=True)
    assert "is kept." in text_of(kept)
    row = SetupChange.objects.get(section=section)
    assert row.by == full_desk.ada
    assert "Ada changed" in text_of(ada.get(f"{url}history/"))
    ada.post(f"{url}history/1/undo/")
    assert sections()[section].documents()[key] == before
    ada.post(f"{url}history/1/restore/", {"seen": ""})
    assert sections()[section].documents()[key] == row.after


@pytest.mark.parametrize("section", PAGES)
def test_whoever_was_overtaken_is_told_and_keeps_what_he_typed(
    full_desk: Desk, sign_in: SignIn, section: str
) -> None:
    ada, url = sign_in(full_desk.ada), address(section)
    page = typed(ada.get(url))
    ada.post(url, {**page, **FORMS[section][1], "do": "save"})
    name, value = next(iter(FORMS[section][1].items()))
    other = value.replace("9-13", "9-15") if name == "hours.fri" else _other(value)
    held = ada.post(url, {**page, name: other, "do": "save"})
    assert held.status_code == 412
    assert "Ada changed this while you were working on it" in text_of(held)
    again = typed(held)
    assert again[name].replace("09:00-15:00", "9-15") == other
    assert ada.post(url, {**again, "do": "save"}).status_code == 302


def _other(value: str) -> str:
    return {"2": "3", "2h": "3h", "6h": "7h"}.get(value, f"{value}1" if value.isdigit() else "New")


@pytest.mark.parametrize("name", ["alice", "sue", "audrey"])
def test_nobody_else_comes_in(full_desk: Desk, sign_in: SignIn, name: str) -> None:
    browser = sign_in(getattr(full_desk, name))
    urls = ["/desk/settings/", "/desk/settings/file/", "/desk/settings/file.yaml"]
    for section in PAGES:
        urls += [f"/desk/settings/{section}/", f"/desk/settings/{section}/+/", address(section),
                 f"{address(section)}history/"]  # fmt: skip
    for url in urls:
        assert browser.get(url, follow=True).status_code == 403, url
    for section in PAGES:
        for more in ("", "history/1/undo/", "history/1/restore/"):
            assert browser.post(f"{address(section)}{more}", {"do": "save"}).status_code == 403
    assert "Settings" not in text_of(browser.get("/desk/"))
    assert sign_in(None).get("/desk/settings/").status_code == 302


def test_a_manager_reads_people_and_changes_nobody(full_desk: Desk, sign_in: SignIn) -> None:
    mona = sign_in(full_desk.mona)
    page = mona.get(address("people"))
    assert "Administrators change this." in text_of(page)
    answer = mona.post(address("people"), {"seen": "", "role": "admin", "do": "save"})
    assert answer.status_code == 403
    assert User.objects.get(email="bob@example.org").role == "rep"
    assert mona.post("/desk/settings/people/bob@example.org/invite/").status_code == 403
    sent = typed(mona.get(address("teams"))) | {"name": "House", "members.0.person": "x@y.org"}
    assert mona.post(address("teams"), {**sent, "do": "save"}).status_code == 302
    team = Team.objects.get(key="home")
    assert (team.name, team.memberships.count()) == ("House", 3)


def test_a_new_person_is_invited_and_begins(full_desk: Desk, sign_in: SignIn) -> None:
    import re

    from django.core import mail
    from django.test import Client

    from integrations.outbox import deliver_next

    ada = sign_in(full_desk.ada)
    sent = typed(ada.get("/desk/settings/people/+/")) | {
        "email": "Tara@example.org", "name": "Tara", "role": "rep", "do": "save",
    }  # fmt: skip
    answer = ada.post("/desk/settings/people/+/", sent, follow=True)
    assert "Tara gets a mail with a link to begin." in text_of(answer)
    row = Outbox.objects.get(kind="invitation")
    assert set(row.payload) == {"user", "by"}  # the link is no row that somebody could read
    assert deliver_next(now=NOW)
    letter = mail.outbox[0]
    link = re.search(r"https?://[^/]+(/accounts/\S+)", str(letter.body))
    assert letter.to == ["tara@example.org"]
    assert link is not None
    tara = Client()
    form = tara.get(link[1], follow=True)
    assert "assword" in text_of(form)
    secret = {"password1": "warm-kettle-9", "password2": "warm-kettle-9"}
    tara.post(form.redirect_chain[-1][0], secret)
    assert User.objects.get(email="tara@example.org").check_password("warm-kettle-9")
    again = ada.post("/desk/settings/people/tara@example.org/invite/", follow=True)
    assert "gets a mail" in text_of(again)


def test_nothing_is_added_where_there_is_but_one_and_what_can_be_added_can_be_kept(
    full_desk: Desk, sign_in: SignIn
) -> None:
    ada, alone = sign_in(full_desk.ada), set()
    for key in PAGES:
        section, new = sections()[key], f"/desk/settings/{key}/+/"
        page = ada.get(new)
        if section.single:
            alone.add(key)
            only = f"/desk/settings/{key}/{section.single}/"
            assert (page.status_code, page["Location"]) == (302, only)
            assert "Nothing is added here: there is only this one." in text_of(ada.get(only))
            for typed_key in (section.single, "second"):
                refused = ada.post(new, {"do": "save", "key": typed_key})
                assert refused.status_code == 404
                assert "Nothing is added here: there is only this one." in text_of(refused)
            assert not SetupChange.objects.filter(section=key).exists()
            continue
        kept = ada.post(new, {**typed(page), "key": "new-one", "do": "save"})
        assert kept.status_code in {302, 422}, key
    assert {"surveys", "facts"} <= alone


def test_whoever_may_add_nobody_gets_no_form_for_it(full_desk: Desk, sign_in: SignIn) -> None:
    refused = sign_in(full_desk.mona).get("/desk/settings/people/+/")
    assert refused.status_code == 403
    assert "An administrator can" in text_of(refused)


def test_a_new_document_needs_a_key_and_is_not_made_twice(full_desk: Desk, sign_in: SignIn) -> None:
    ada = sign_in(full_desk.ada)
    new = "/desk/settings/categories/+/"
    sent = {**typed(ada.get(new)), "name": "Parcels", "do": "save"}
    refused = ada.post(new, {**sent, "key": "two words"})
    assert refused.status_code == 422
    assert "letters, digits and hyphens" in text_of(refused)
    both = text_of(ada.post(new, {**sent, "key": "two words", "name": "", "order": "many"}))
    for words in ("letters, digits and hyphens", "This is needed.", "A whole number from 0 to"):
        assert words in both
    assert ada.post(new, {**sent, "key": "parcels"}).status_code == 302
    assert Category.objects.get(key="parcels").public
    twice = ada.post(new, {**sent, "key": "parcels"})
    assert twice.status_code == 422
    assert "There is a category “parcels” already." in text_of(twice)
    page = typed(ada.get("/desk/settings/categories/parcels/"))
    gone = ada.post("/desk/settings/categories/parcels/", {**page, "do": "remove"}, follow=True)
    assert "It was removed." in text_of(gone)
    ada.post("/desk/settings/categories/parcels/history/2/restore/", {"seen": ""})
    assert Category.objects.filter(key="parcels").exists()


def test_the_index_says_what_wants_attention(full_desk: Desk, sign_in: SignIn) -> None:
    Team.objects.update(is_default=False)
    Category.objects.update(active=False)
    page = text_of(sign_in(full_desk.mona).get("/desk/settings/"))
    assert "No team gets what no category sends elsewhere." in page
    assert "There is no category to file a complaint under." in page
    assert "Nobody works in" not in page


def test_previews_say_what_it_means(full_desk: Desk, sign_in: SignIn) -> None:
    ada = sign_in(full_desk.ada)
    weeks = text_of(ada.get(address("calendars")))
    assert "25 Dec closed , holiday" in weeks
    assert "24 Nov 09:00 to 17:30" in weeks
    ladder = text_of(ada.get(address("paths")))
    assert "1h of working time after it was due the lead: an alert, a mail" in ladder
    promises = text_of(ada.get(address("deadlines")))
    first = "Acknowledge Owner, lead, supervisors 4 h of working time warned at 75% today 15:18"
    assert first in promises
    draft = typed(ada.get(address("calendars"))) | {"hours.tue": "", "do": "preview"}
    assert "24 Nov closed" in text_of(ada.post(address("calendars"), draft))


@pytest.mark.parametrize("section", ["calendars", "deadlines"])
def test_yaml_that_refers_to_itself_is_refused_at_its_field(
    full_desk: Desk, sign_in: SignIn, section: str
) -> None:
    ada = sign_in(full_desk.ada)
    sent = typed(ada.get(address(section)))
    places = [name for name, value in sent.items() if value == "" and not name.startswith("hours.")]
    assert places
    told = ada.post(address(section), sent | dict.fromkeys(places, "&a [*a]"))
    assert told.status_code == 422
    assert "references such as *a are not read; write it out here" in text_of(told)


@pytest.mark.parametrize("section", PAGES)
def test_pages_cost_the_same_however_much_there_is(
    full_desk: Desk, sign_in: SignIn, section: str
) -> None:
    ada = sign_in(full_desk.ada)
    urls = [address(section), f"{address(section)}history/"]
    urls += [] if sections()[section].single else [f"/desk/settings/{section}/"]
    before = [queries_of(ada, url) for url in urls]
    _more()
    assert [queries_of(ada, url) for url in urls] == before


def _more() -> None:
    from remedies.models import Authority
    from tickets.models import FactDefinition

    for n in range(12):
        user = make_user(f"Person{n}")
        team = Team.objects.create(key=f"team-{n}", name=f"Team {n}", lead=user)
        Membership.objects.create(user=user, team=team)
        category = Category.objects.create(key=f"category-{n}", name=f"C{n}", team=team)
        FactDefinition.objects.create(category=category, name="x", label="X", kind="text")
        RootCause.objects.create(key=f"cause-{n}", name=f"Cause {n}")
    Authority.objects.create(role="manager", currency="GBP")


def test_in_a_long_list_one_finds_what_one_looks_for_page_by_page(
    full_desk: Desk, sign_in: SignIn
) -> None:
    ada = sign_in(full_desk.ada)
    assert "setup-find" not in ada.get("/desk/settings/causes/").content.decode()
    RootCause.objects.bulk_create(
        RootCause(key=f"cause-{n}", name=f"Cause {n:03d}", active=n % 2 == 0) for n in range(230)
    )
    first = text_of(ada.get("/desk/settings/causes/"))
    assert "Cause 001" in first and "Cause 150" not in first and "1 of 3" in first
    third = ada.get("/desk/settings/causes/?page=3").content.decode()
    assert "Cause 229" in third and "?page=2" in third
    found = text_of(ada.get("/desk/settings/causes/?q=cause+15"))
    assert "Cause 015" in found and "Cause 158" in found and "Cause 229" not in found
    assert "13 of 23" in found
    nothing = text_of(ada.get("/desk/settings/causes/", {"q": "<b>zap"}))
    assert "Nothing here has “<b>zap” in it." in nothing and "Show all" in nothing


def test_a_team_of_three_hundred_is_read_and_kept(full_desk: Desk, sign_in: SignIn) -> None:
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"P {n}", role="rep") for n in range(300)
    )
    Membership.objects.bulk_create(Membership(team=full_desk.home, user=one) for one in people)
    ada, url = sign_in(full_desk.ada), "/desk/settings/teams/home/"
    sent = typed(ada.get(url)) | {"name": "Home and away"}
    kept = ada.post(url, sent | {"do": "save"}, follow=True)
    assert kept.status_code == 200
    full_desk.home.refresh_from_db()
    assert full_desk.home.name == "Home and away"
    assert full_desk.home.members.count() >= 300


@pytest.mark.parametrize(
    ("section", "slip", "words"),
    [
        ("categories", {"icon": "wif"}, "There is no icon “wif”. Those most like it: wifi"),
        ("facts", {"facts.0.name": "twice", "facts.1.name": "twice", "facts.1.label": "Again"},
         "Line 2, name: There is a fact “twice” above already."),
        ("facts", {"facts.0.kind": "choice"}, "Line 1, choices: Say what there is to choose from"),
        ("paths", {"steps.0.after": "soon"}, "Line 1, after: "),
        ("paths", {"steps.0.to": "person:nobody@x"}, "Line 1, to: nobody with the address"),
        ("deadlines", {"targets.0.within": "9999999999h"}, "Line 1, within: at most 87600 hours"),
        ("deadlines", {"targets.0.within": "99999999wd"}, "at most 25000 working days"),
        ("deadlines", {"targets.0.warn": "-99999999wd"}, "at most 25000 working days"),
        ("calendars", {"yearly_holidays": "02-30"}, "“02-30” is not a day such as 12-24"),
        ("calendars", {"also_closed": "XX"}, "No holidays are known of “XX”"),
        ("calendars", {"also_closed": "AT, GB-XXX"}, "United Kingdom has no part “XXX”"),
        ("calendars", {"breaks.0.date": "2026-12-24", "breaks.0.from": "25:00",
                       "breaks.0.to": "26:00"}, "from: “25:00” is not a time such as 14:00"),
    ],
)  # fmt: skip
def test_a_slip_is_told_at_its_line_in_words(
    full_desk: Desk, sign_in: SignIn, section: str, slip: dict[str, str], words: str
) -> None:
    ada, url = sign_in(full_desk.ada), address(section)
    before = sections()[section].documents()
    wrong = ada.post(url, {**typed(ada.get(url)), **slip, "do": "save"})
    assert wrong.status_code == 422, text_of(wrong)
    assert words in text_of(wrong), text_of(wrong)
    assert sections()[section].documents() == before


def test_history_says_of_a_table_what_differs_in_it(full_desk: Desk, sign_in: SignIn) -> None:
    ada, url = sign_in(full_desk.ada), address("deadlines")
    page = typed(ada.get(url))
    ada.post(url, {**page, "targets.1.within": "3h", "do": "save"})
    held = sections()["deadlines"].documents()["general"]["targets"]
    said = text_of(ada.get(f"{url}history/"))
    kind, was = held[1]["kind"], page["targets.1.within"]
    assert f"{{kind: {kind}, within: {was}}} {{kind: {kind}, within: 3h}}" in said
    assert held[0]["kind"] not in said
    ada.post(url, {**typed(ada.get(url)), "targets.0.kind": "", "targets.0.within": "",
                   "targets.0.warn": "", "targets.0.path": "", "do": "save"})  # fmt: skip
    section = sections()["deadlines"]
    ((label, gone, come),) = section.changes({"targets": held}, {"targets": held[1:]})
    assert (label, come) == ("Promises", "") and held[0]["kind"] in gone and kind not in gone
