"""The policy editor over HTTP: as a page without scripts, and in parts with them."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from desk.build.policy_words import WORDS
from desk.demo.content import draft_source, policy_source
from remedies import services, tasks
from remedies.models import RemedyPolicy
from remedies.rules.editing.ruleforms import LABELS, TESTS
from tests.builders import NOW, Desk
from tests.desk.conftest import PACK
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import make_hurt

pytestmark = pytest.mark.django_db
GENERAL = PACK.read_text(encoding="utf-8")
ADDRESS = "/desk/policies/general/2/"
CELL = "c.values.base_distress.rows.3.gives.3"
HTMX = {"HX-Request": "true"}
UNFAIR = GENERAL.replace("[60, 80, 90, 105, 120]", "[60, 80, 90, 70, 120]")
MISSPELT = GENERAL.replace("of: distress_credit", "of: distres_credit")


@pytest.fixture
def draft(whole_desk: Desk) -> RemedyPolicy:
    """A draft of the general policy, of mona's."""
    active = RemedyPolicy.objects.get(status="active")
    return services.begin_draft(active.source, by=whole_desk.mona, now=NOW, based_on=active)


@pytest.fixture
def mona(whole_desk: Desk, draft: RemedyPolicy, sign_in: SignIn) -> Client:
    """The manager's browser."""
    return sign_in(whole_desk.mona)


Look = Callable[..., Any]


@pytest.fixture
def look(mona: Client) -> Look:
    """What the page comes to while she types."""

    def of(source: str = GENERAL, *, verb: str = "look", **sent: str) -> Any:
        data = {"source": source, "rule": "M-4", "tab": "matrix", "seen": "1"} | sent
        response = mona.post(f"{ADDRESS}{verb}/", data, headers=HTMX)
        assert response.status_code == 200
        return response

    return of


def kept(response: Any) -> str:
    """The text that came back."""
    import html

    match = re.search(
        r'<textarea name="source"[^>]*>\n(.*?)</textarea>', response.content.decode(), re.DOTALL
    )
    assert match is not None
    return html.unescape(match[1])


def test_the_page_shows_the_matrix_a_ticket_and_the_checks(
    whole_desk: Desk, mona: Client, draft: RemedyPolicy
) -> None:
    ticket = make_hurt(whole_desk)
    services.write_draft(draft, UNFAIR, by=whole_desk.mona, now=NOW, seen=None)
    page = text_of(mona.get(f"{ADDRESS}?rule=M-4"))
    assert "M-4 Credit for distress" in page
    assert "More pain pays less, and so does more loss. With a loss to £500, pain 4" in page
    assert "Set £105" in page
    assert f"{ticket.number} {ticket.customer.name}" in page
    assert "Credit for distress, M-4 £90.00 £90.00" in page
    assert "facts, all defined" in page
    assert "as expected" in page
    assert "Proportionality. 1 cell out of order" in page
    assert "Activate, 1 finding left" in page


def test_a_cell_is_brought_into_the_text_and_its_comments_stay(look: Look) -> None:
    response = look(**{CELL: "£70"})
    assert kept(response) == UNFAIR
    page = text_of(response)
    assert "Set £105" in page
    assert "Activate, 1 finding left" in page
    again = look(UNFAIR, do=f"set:{CELL}=105")
    assert kept(again) == GENERAL
    assert "Set £105" not in text_of(again)


def test_a_cell_that_says_nothing_or_nonsense_is_told(look: Look) -> None:
    empty = look(**{CELL: ""})
    assert (kept(empty), "A sum is needed here" in text_of(empty)) == (GENERAL, True)
    odd = text_of(look(**{CELL: "a lot"}))
    assert "References" in odd
    assert "findings left" in odd


def test_a_misspelt_name_is_mended_by_its_button(look: Look) -> None:
    page = text_of(look(MISSPELT))
    assert "No value is named distres_credit. Did you mean distress_credit , from M-4?" in page
    assert "References. M-5, line" in page
    assert kept(look(MISSPELT, do="mend:0")) == GENERAL
    assert kept(look(MISSPELT, do="mend:7")) == MISSPELT


def test_what_cant_be_read_is_left_out_of_the_preview_and_it_says_so(
    whole_desk: Desk, look: Look
) -> None:
    make_hurt(whole_desk)
    page = text_of(look(MISSPELT.replace("[60, 80, 90,", "[60, 80, 100,")))
    assert "Credit for distress, M-4 £90.00 £100.00 £100 to £150" in page
    assert "+ £10.00" in page
    assert "M-5 is left out until its error is mended" in page


def test_a_text_that_is_no_yaml_keeps_the_last_one_that_was(whole_desk: Desk, look: Look) -> None:
    make_hurt(whole_desk)
    page = text_of(look("policy: general\n  x: [", valid=GENERAL, tab="yaml"))
    assert "Shown is its last form that could" in page
    assert "This is not YAML" in page
    assert "Credit for distress, M-4" in page
    alone = text_of(look("\x01", valid="[", tab="yaml"))
    assert "The text can’t be read as a policy" in alone


def test_the_search_tells_counter_examples_and_is_asked_for_by_itself(look: Look) -> None:
    new = f"# {uuid.uuid4()}\n"  # a text that nobody has searched yet
    quick = text_of(look(new + UNFAIR))
    assert "Reach. Looking for dead rules" in quick
    first = look(new + UNFAIR, verb="search").content.decode()
    assert ("delay:1500ms" in first, "Looking for dead rules" in first) == (True, True)
    tasks.search_policy(new + UNFAIR)
    found = look(new + UNFAIR, verb="search")
    page = text_of(found)
    assert "counter-example" in page
    assert "yields less" in page
    assert "/search/" not in found.content.decode()
    assert 'name="source"' not in found.content.decode()
    assert "Still searching" in text_of(look(new + GENERAL, verb="search"))
    tasks.search_policy(new + GENERAL)
    fair = text_of(look(new + GENERAL, verb="search"))
    assert "More harm never gives less" in fair
    assert "finding" not in fair


def test_a_rule_is_edited_as_a_form(look: Look) -> None:
    page = look(GENERAL, go_rule="M-6", go_tab="form").content.decode()
    assert 'name="f.amount.each" value="10"' in page
    sent = {"rule": "M-6", "tab": "form", "form": "1", "f.amount.each": "12.50", "f.title": "Time"}
    changed = kept(look(GENERAL, **sent))
    assert "amount: {each: 12.50, per: hours_lost, at_most: 80, round_to: 1}" in changed
    assert "    title: Time\n    clause: M-6" in changed
    added = kept(look(GENERAL, do="add-rule"))
    assert "  - rule: N-1\n    title: New rule\n    gives: credit\n    amount: 10\n" in added
    assert "M-6" not in kept(look(GENERAL.replace(", M-6", ""), do="remove-rule:M-6"))
    wrong = look(GENERAL, **(sent | {"rule": "M-4", "f.range.to": "{percent: ["}))
    assert "range.to: This is not YAML" in text_of(wrong)


def test_without_scripts_each_button_is_a_page_and_nothing_typed_is_lost(mona: Client) -> None:
    data = {"source": UNFAIR.replace("\n", "\r\n"), "rule": "M-4", "tab": "matrix", "seen": "1"}
    page = mona.post(ADDRESS, data | {"go_tab": "yaml"})
    body = page.content.decode()
    assert "<!doctype html>" in body
    assert "[60, 80, 90, 70, 120]" in body
    assert "Activate" in body
    assert RemedyPolicy.objects.get(status="draft").source == GENERAL
    saved = mona.post(f"{ADDRESS}save/", data)
    assert saved["Location"] == f"{ADDRESS}?rule=M-4&tab=matrix"
    assert RemedyPolicy.objects.get(status="draft").source == UNFAIR


def test_a_draft_is_saved_with_its_mistakes(look: Look) -> None:
    page = text_of(look(MISSPELT, verb="save"))
    row = RemedyPolicy.objects.get(status="draft")
    assert (row.source, row.revision) == (MISSPELT, 2)
    assert "Activate, 1 finding left" in page


def test_the_second_of_two_who_save_keeps_his_text_and_sees_what_differs(
    whole_desk: Desk, look: Look, draft: RemedyPolicy
) -> None:
    theirs = GENERAL.replace("title: Hand-overs", "title: Passed on")
    services.write_draft(draft, theirs, by=whole_desk.ada, now=NOW, seen=1)
    refused = look(UNFAIR, verb="save")
    page = text_of(refused)
    assert f"Not saved. {whole_desk.ada.name} saved this draft while you were working" in page
    assert "gone: title: Passed on" in page
    assert "new: - {at_most: 4, gives: [60, 80, 90, 70, 120]}" in page
    assert kept(refused) == UNFAIR
    draft.refresh_from_db()
    assert draft.source == theirs
    look(UNFAIR, verb="save", seen="2")
    draft.refresh_from_db()
    assert draft.source == UNFAIR


def test_a_draft_that_was_discarded_or_put_in_force_meanwhile_is_not_saved(
    whole_desk: Desk, mona: Client, look: Look, draft: RemedyPolicy
) -> None:
    services.activate(draft, by=whole_desk.ada, now=NOW)
    page = look(UNFAIR, verb="save")
    assert "Only a draft is edited" in text_of(page)
    services.begin_draft(GENERAL, by=whole_desk.ada, now=NOW)
    third = RemedyPolicy.objects.get(status="draft")
    services.discard_draft(third, by=whole_desk.ada, now=NOW)
    gone = mona.post("/desk/policies/general/3/save/", {"source": UNFAIR}, headers=HTMX)
    assert gone.status_code == 404


def test_supervisors_read_and_try_and_reps_read_what_is_in_force(
    whole_desk: Desk, mona: Client, sign_in: SignIn
) -> None:
    make_hurt(whole_desk)
    sue = sign_in(whole_desk.sue)
    page = sue.get(ADDRESS)
    assert "Managers edit drafts" in text_of(page)
    assert "data-cell" not in page.content.decode()
    assert "On a real ticket" in text_of(page)
    refused = sue.post(f"{ADDRESS}save/", {"source": UNFAIR})
    assert refused.status_code == 403
    ignored = sue.post(f"{ADDRESS}look/", {"source": UNFAIR, "rule": "M-4"}, headers=HTMX)
    assert kept(ignored) == GENERAL
    alice = sign_in(whole_desk.alice)
    assert alice.get(ADDRESS).status_code == 404
    in_force = alice.get("/desk/policies/general/1/")
    assert "This version is in force and is never edited" in text_of(in_force)
    assert "On a real ticket" not in text_of(in_force)
    assert alice.get("/desk/policies/general/99/").status_code == 404


def test_a_ticket_is_chosen_by_its_number_if_one_may_see_it(whole_desk: Desk, look: Look) -> None:
    first, second = make_hurt(whole_desk), make_hurt(whole_desk)
    assert f'value="{second.number}" selected' in look(ticket=second.number).content.decode()
    assert f"/{first.number}" not in text_of(look(number=first.number))
    assert "No ticket has this number" in text_of(look(number="A-99999"))


@pytest.mark.parametrize("text", ["", "[", "- a", "policy: [x]", "rules: 5", "{" * 400, "\t"])
@pytest.mark.parametrize("tab", ["matrix", "form", "yaml"])
def test_whatever_is_typed_the_page_answers(look: Look, text: str, tab: str) -> None:
    assert look(text, tab=tab, form="1", **{CELL: "1", "f.title": "x"}).status_code == 200
    assert look(text, tab=tab, verb="search").status_code == 200


def test_the_page_takes_few_queries(whole_desk: Desk, mona: Client) -> None:
    few = queries_of(mona, ADDRESS)
    for _ in range(3):
        make_hurt(whole_desk)
    assert queries_of(mona, ADDRESS) - few <= 6
    more = queries_of(mona, ADDRESS)
    for _ in range(4):
        make_hurt(whole_desk)
    assert queries_of(mona, ADDRESS) == more


def test_the_draft_of_the_demo_has_one_sum_out_of_order_and_one_misspelt_name() -> None:
    from remedies.rules.checks.checking import look_through, mended

    assert look_through(policy_source()).whole
    found = look_through(draft_source())
    assert [mark.suggestion for mark in found.marks] == ["distress_credit"]
    assert found.failed == ()
    whole = look_through(mended(found.text, found.marks[0]).replace("90, 70,", "90, 105,"))
    assert (whole.whole, whole.failed) == (True, ())


def test_every_part_of_a_policy_opens_as_a_form_and_may_be_added(look: Look) -> None:
    for name in ("Policy", "fact pain", "value base_distress", "case 1", "C-1"):
        page = look(GENERAL, go_rule=name, go_tab="form").content.decode()
        assert f'value="{name}" aria-current="true"' in page
    fact = look(GENERAL, rule="fact loss", tab="form", form="1", **{"f.title": "what it cost"})
    assert "title: what it cost," in kept(fact)
    for word in ("exclusion", "cap", "set_off", "fact", "value", "case"):
        added = look(GENERAL, tab="form", do=f"add-{word}")
        assert kept(added) != GENERAL
        gone = re.search(r'value="(remove-rule:[^"]+)"', added.content.decode())
        assert gone is not None
        assert look(kept(added), tab="form", do=gone[1]).status_code == 200


def test_every_label_of_the_form_is_known_to_catalogues() -> None:
    assert {*LABELS.values(), *TESTS.values()} == set(WORDS)
    with translation.override("de"):
        assert [word for word in WORDS if gettext(word) == word] == []


def test_what_is_nested_leads_to_its_line(look: Look) -> None:
    page = look(GENERAL, go_rule="M-4", go_tab="form").content.decode()
    line = next(n for n, one in enumerate(GENERAL.split("\n"), 1) if "to: {percent: 150" in one)
    assert f'value="yaml:{line}"' in page
    there = look(GENERAL, go_tab=f"yaml:{line}").content.decode()
    assert f'data-line="{line}" data-go' in there
