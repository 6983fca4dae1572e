"""Where exceptions are the rule, the changed rule is drafted, tried and offered to a manager."""

import datetime as dt
import itertools
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from remedies import services as remedies
from remedies.errors import AlreadyDecided
from remedies.models import Backtest, RemedyPolicy, RuleProposal
from remedies.services import mining, proposals, replaying
from remedies.tasks import look_for_patterns
from tests.builders import NOW, Desk, make_customer, user
from tests.remedies.builders import draft_of, make_hurt, part, set_limits
from tickets.access import Principal
from tickets.errors import Conflict, Missing, NotAllowed
from tickets.money import Money

pytestmark = pytest.mark.django_db

_people = itertools.count()
LATER = NOW + dt.timedelta(hours=1)


def decided(desk: Desk, share: int = 150, *, yes: bool = True, loss: int = 3140) -> None:
    """Alice asks for so many percent of the most that the policy leaves her; Sue decides."""
    customer = make_customer(email=f"m{next(_people)}@example.com")
    ticket = make_hurt(desk, customer=customer, loss=Money(loss, "GBP"))
    credit = part(draft_of(ticket), "M-4")
    row = remedies.request_exception(
        draft_of(ticket),
        amounts={credit.pk: (credit.range_max or 0) * share // 100},
        reason="No heating, and a child in the house",
        actor=user(desk.alice),
        now=NOW,
    )
    if yes:
        remedies.approve_exception(row, reason="Yes", actor=user(desk.sue), now=NOW)
    else:
        remedies.decline_exception(row, reason="No", actor=user(desk.sue), now=NOW)


@pytest.fixture
def seven_of_nine(remedy_desk: Desk) -> Desk:
    """Nine exceptions of one kind, seven of them approved: half more than the range allows."""
    for n in range(7):
        decided(remedy_desk, loss=[3140, 20_000][n % 2])
    for _ in range(2):
        decided(remedy_desk, yes=False)
    return remedy_desk


def who(person: Any) -> Principal:
    return Principal.of_user(person, now=LATER)


def test_a_pattern_is_drafted_with_its_numbers_and_tried(seven_of_nine: Desk) -> None:
    (row,) = mining.look(now=LATER)
    assert (row.rule, row.clause, row.direction) == ("M-4", "M-4", "more")
    assert (row.approved, row.decided, row.category) == (7, 9, seven_of_nine.outage)
    assert 0.5 < row.sure < 7 / 9
    assert row.change == (
        "The upper end of the range becomes 150 % of what it is. Every approved sum is inside then."
    )
    assert "# Drafted by Amends from exceptions of 90 days in Outage: 7 of 9" in row.source
    assert "gives: {percent: 150, of: {percent: 150, of: base_distress" in row.source
    assert (row.problem, row.cases, len(row.examples)) == ("", [], 8)
    backtest = row.backtest
    assert backtest is not None
    while replaying.work_next(now=LATER):
        continue
    row.refresh_from_db()
    assert row.backtest is not None and row.backtest.state == "done"
    assert proposals.tried_words(proposals.access_proposal(who(seven_of_nine.sue), row.pk))
    assert "+  category: {type: text" in proposals.difference_of(row)


def test_looking_again_finds_nothing_twice(seven_of_nine: Desk) -> None:
    with time_machine.travel(LATER, tick=False):
        assert look_for_patterns() == look_for_patterns() == 1
    first, second = mining.look(now=LATER), mining.look(now=LATER)
    assert [row.pk for row in first] == [row.pk for row in second]
    assert (RuleProposal.objects.count(), Backtest.objects.count()) == (1, 1)


def test_too_few_or_too_doubtful_are_no_pattern(remedy_desk: Desk) -> None:
    for _ in range(4):
        decided(remedy_desk)
    assert mining.look(now=LATER) == []
    for _ in range(4):
        decided(remedy_desk, yes=False)
    decided(remedy_desk)
    assert mining.look(now=LATER) == []


def test_what_was_dismissed_does_not_come_back_until_it_grew(seven_of_nine: Desk) -> None:
    (row,) = mining.look(now=LATER)
    with pytest.raises(NotAllowed):
        proposals.dismiss(row, reason="No", who=who(seven_of_nine.sue), now=LATER)
    with pytest.raises(Missing):
        proposals.dismiss(row, reason=" ", who=who(seven_of_nine.mona), now=LATER)
    proposals.dismiss(row, reason="It was the storm", who=who(seven_of_nine.mona), now=LATER)
    assert mining.look(now=LATER) == []
    with pytest.raises(AlreadyDecided):
        proposals.dismiss(row, reason="Again", who=who(seven_of_nine.mona), now=LATER)
    for _ in range(3):
        decided(seven_of_nine)
    assert mining.look(now=LATER) == [], "ten are not half as many again as seven"
    decided(seven_of_nine)
    (again,) = mining.look(now=LATER)
    assert (again.pk, again.status, again.approved) == (row.pk, "open", 11)
    assert again.closed_reason == "It was the storm", "the manager sees what was said before"


def test_a_manager_takes_it_as_a_draft_and_what_was_before_is_settled(seven_of_nine: Desk) -> None:
    (row,) = mining.look(now=LATER)
    mona = who(seven_of_nine.mona)
    draft = proposals.take(row, who=mona, now=LATER)
    assert (draft.status, draft.based_on, draft.source) == ("draft", 1, row.source)
    assert mining.look(now=LATER) == []
    remedies.activate(draft, by=seven_of_nine.mona, now=LATER)
    # A rep may grant now what needed an exception before.
    set_limits("rep", kind="credit", per_ticket=50_000)
    ticket = make_hurt(seven_of_nine, customer=make_customer(email="new@example.com"))
    assert part(draft_of(ticket), "M-4").range_max == 20_250


def test_there_is_one_draft_of_a_policy(seven_of_nine: Desk) -> None:
    (row,) = mining.look(now=LATER)
    active = RemedyPolicy.objects.get(status="active")
    remedies.begin_draft(active.source, by=None, now=NOW, based_on=active)
    with pytest.raises(Conflict, match="There is a draft of general already"):
        proposals.take(row, who=who(seven_of_nine.mona), now=LATER)
    row.refresh_from_db()
    assert row.status == "open"


def test_decisions_on_another_wording_of_the_rule_say_nothing(seven_of_nine: Desk) -> None:
    mining.look(now=LATER)
    active = RemedyPolicy.objects.get(status="active")
    text = active.source.replace("For the trouble this gave you.", "For your trouble.")
    remedies.activate(
        remedies.save_draft(text, by=None, now=LATER), by=seven_of_nine.mona, now=LATER
    )
    assert mining.look(now=LATER) == []
    assert RuleProposal.objects.get().status == "faded"


def test_what_only_passes_a_limit_is_about_the_limit(remedy_desk: Desk) -> None:
    for n in range(5):
        ticket = make_hurt(remedy_desk, customer=make_customer(email=f"l{n}@example.com"),
                           loss=Money(60_000, "GBP"))  # fmt: skip
        row = remedies.request_exception(
            draft_of(ticket), amounts={}, reason="The policy says so",
            actor=user(remedy_desk.alice), now=NOW,
        )  # fmt: skip
        remedies.approve_exception(row, reason="Yes", actor=user(remedy_desk.sue), now=NOW)
    (found,) = mining.look(now=LATER)
    assert (found.direction, found.rule, found.clause) == ("authority", "limit", "rep")
    assert found.change.startswith(
        "Nine of ten of them would need no exception with a limit of £120"
    )
    assert found.source == ""
    with pytest.raises(Conflict, match="A limit is not in the policy"):
        proposals.take(found, who=who(remedy_desk.mona), now=LATER)


@time_machine.travel(LATER, tick=False)
def test_over_rest(seven_of_nine: Desk) -> None:
    desk = seven_of_nine
    clients = {}
    for name in ("alice", "sue", "mona"):
        clients[name] = APIClient()
        clients[name].force_login(getattr(desk, name))
    url = "/api/v1/rule-proposals/"
    mining.look(now=LATER)
    assert clients["alice"].get(url).status_code == 403
    (told,) = clients["sue"].get(url, {"status": "open"}).json()["results"]
    assert (told["approved"], told["decided"], told["rule"]) == (7, 9, "M-4")
    whole = clients["sue"].get(f"{url}{told['id']}/").json()
    assert whole["difference"].startswith("--- version 1")
    assert len(whole["examples"]) == 8
    assert clients["sue"].post(f"{url}{told['id']}/dismiss/", {"reason": "x"}).status_code == 403
    empty = clients["mona"].post(f"{url}{told['id']}/dismiss/", {}, format="json")
    assert (empty.status_code, "reason" in empty.content.decode()) == (400, True)
    taken = clients["mona"].post(f"{url}{told['id']}/take/", {}, format="json")
    assert (taken.status_code, taken.json()["status"]) == (201, "draft")
    again = clients["mona"].post(f"{url}{told['id']}/take/", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert clients["mona"].get(f"{url}999999/").status_code == 404
    assert clients["sue"].post(f"{url}look/").status_code == 403
    assert clients["mona"].post(f"{url}look/", {}, format="json").json() == {"results": []}
