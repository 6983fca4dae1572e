"""Extensions within what the policy allows, written to the customer with date and reason."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone, translation

from escalation.errors import DeadlinePassed, ExtensionRefused, PolicyInvalid
from escalation.models import Deadline, Extension
from escalation.policies.policy import Policy
from escalation.services import stepping
from escalation.services.manual import extend_deadline
from escalation.services.rehearsing import rehearse
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy
from tickets import services as desk_services
from tickets.errors import Missing
from tickets.models import Ticket

LETTER = "Dear {name}, we said {before}. It will be {due}. {reason} ({number}, {subject})"


def with_extension(desk: Desk, extension: Any) -> Ticket:
    target = {"kind": "resolve", "within": "8h", "extension": extension}
    make_policy("special", order=1, data={"targets": [target]})
    return make_ticket(desk)


def extend(desk: Desk, ticket: Ticket, to: dt.datetime, **over: Any) -> Extension:
    values = {"reason": "The engineer is ill.", "letter": "", "now": NOW, **over}
    row = deadline(ticket, "resolve")
    return extend_deadline(row, to=to, actor=user(desk.alice), **values)


def test_the_letter_of_the_policy_names_date_and_reason(desk: Desk) -> None:
    ticket = with_extension(desk, {"at_most": "5wd", "letter": LETTER})
    made = extend(desk, ticket, at("30 12:00"))
    assert made.message is not None
    body = made.message.body
    assert "Monday 30 November 2026, 12:00 (London)" in body
    assert "The engineer is ill." in body
    assert "we said Wednesday 25 November 2026, 11:18 (London)" in body
    assert deadline(ticket, "resolve").due_at == at("30 12:00")


def test_a_letter_of_ones_own_goes_out_as_it_was_written(desk: Desk) -> None:
    ticket = with_extension(desk, {"at_most": "5wd", "letter": LETTER})
    made = extend(desk, ticket, at("30 12:00"), letter="Monday noon; the engineer is ill.")
    assert made.message is not None
    assert made.message.body == "Monday noon; the engineer is ill."


def test_without_a_letter_anywhere_it_is_refused(desk: Desk) -> None:
    with pytest.raises(Missing):
        extend(desk, with_extension(desk, {"at_most": "5wd"}), at("30 12:00"))


def test_it_goes_no_further_than_the_policy_from_the_first_date(desk: Desk) -> None:
    ticket = with_extension(desk, {"at_most": "5wd", "times": 2, "letter": "{due} {reason}"})
    with pytest.raises(ExtensionRefused, match=r"5 working days.*; Wed 2 Dec 2026, 17:00 UTC"):
        extend(desk, ticket, dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC))
    extend(desk, ticket, at("30 12:00"))
    with pytest.raises(ExtensionRefused, match="Wed 2 Dec 2026, 17:00 UTC"):
        extend(desk, ticket, dt.datetime(2026, 12, 4, 9, tzinfo=dt.UTC))
    extend(desk, ticket, dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC))
    with pytest.raises(ExtensionRefused, match="extended 2 times"):
        extend(desk, ticket, dt.datetime(2026, 12, 2, 10, tzinfo=dt.UTC))


def test_the_latest_date_is_told_by_the_clock_of_whoever_asked(desk: Desk) -> None:
    ticket = with_extension(desk, {"at_most": "5wd", "letter": "{due} {reason}"})
    with (
        timezone.override("Europe/Berlin"),
        translation.override("de"),
        pytest.raises(ExtensionRefused) as refused,
    ):
        extend(desk, ticket, dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC))
    assert "Mi, 2. Dez. 2026, 18:00 Uhr CET" in refused.value.message


@pytest.mark.parametrize("extension", ["none", {"times": 0}])
def test_a_policy_can_allow_none(desk: Desk, extension: Any) -> None:
    ticket = with_extension(desk, extension)
    with pytest.raises(ExtensionRefused, match="can't be extended at all"):
        extend(desk, ticket, at("30 12:00"), letter="Later.")


def test_an_extension_is_no_pause_and_what_is_missed_stays_missed(desk: Desk) -> None:
    ticket = with_extension(desk, {"letter": "{due} {reason}"})
    with pytest.raises(DeadlinePassed):
        extend(desk, ticket, at("30 12:00"), now=at("26 10:00"))
    assert not deadline(ticket, "resolve").pauses.exists()


# -- the letter itself --------------------------------------------------------------------------


def test_a_letter_that_puts_news_off_is_not_the_news(desk: Desk) -> None:
    make_policy(
        "news",
        order=1,
        data={"targets": [{"kind": "next_update", "within": "8h"},
                          {"kind": "next_reply", "within": "4h"}]},
    )  # fmt: skip
    ticket = make_ticket(desk)
    row, later = deadline(ticket, "next_update"), at("30 12:00")
    extend_deadline(
        row, to=later, reason="The engineer is ill.", letter="Monday noon; the engineer is ill.",
        actor=user(desk.alice), now=NOW,
    )  # fmt: skip
    news = Deadline.objects.get(ticket=ticket, kind="next_update")
    assert (news.pk, news.status, news.due_at) == (row.pk, "running", later)
    assert deadline(ticket, "next_reply").status == "met"  # he was written to, after all
    desk_services.reply(
        ticket, body="He is well again.", actor=user(desk.alice), now=at("27 12:00")
    )
    row.refresh_from_db()
    assert (row.status, row.met_at) == ("met", at("27 12:00"))


def test_the_events_alone_tell_the_same_of_a_promise_that_was_put_off(desk: Desk) -> None:
    make_policy("news", order=1, data={"targets": [{"kind": "next_update", "within": "8h"}]})
    ticket = make_ticket(desk)
    extend_deadline(
        deadline(ticket, "next_update"), to=at("30 12:00"), reason="Ill.", letter="Monday noon.",
        actor=user(desk.alice), now=NOW,
    )  # fmt: skip
    (found,) = rehearse(ticket, list(ticket.events.order_by("seq")), now=NOW)
    assert (found.kind, found.status, found.due_at) == ("next_update", "open", at("30 12:00"))


# -- what law sets ------------------------------------------------------------------------------


def of_law(desk: Desk, within: Any, **over: Any) -> Ticket:
    """A complaint of Tuesday 24 November with a statutory answer; the desk closes at 17:00."""
    target = {"kind": "resolve", "within": within, "statutory": True, **over}
    make_policy("law", order=1, data={"targets": [target]})
    return make_ticket(desk)


WEEK = {"count": 1, "unit": "weeks"}


def test_an_extended_date_of_law_ends_with_its_day_as_the_rule_does(desk: Desk) -> None:
    ticket = of_law(desk, WEEK, extension={"letter": LETTER})
    made = extend(desk, ticket, dt.datetime(2026, 12, 4, 12, tzinfo=dt.UTC))
    end = dt.datetime(2026, 12, 4, 23, 59, 59, tzinfo=dt.UTC)
    assert (made.due_after, deadline(ticket, "resolve").due_at) == (end, end)
    assert made.message is not None
    assert "Friday 4 December 2026, 23:59 (London)" in made.message.body


def test_closed_hours_after_an_extended_date_of_law_are_late(desk: Desk) -> None:
    ticket = of_law(desk, WEEK, extension={"letter": LETTER})
    extend(desk, ticket, dt.datetime(2026, 12, 4, 12, tzinfo=dt.UTC))
    due = deadline(ticket, "resolve").due_at
    stepping.sweep(now=due + dt.timedelta(seconds=1))
    assert deadline(ticket, "resolve").breached_at == due


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ({"roll": "next"}, "2026-12-07 23:59:59+00:00"),
        ({"roll": "previous"}, "2026-12-04 23:59:59+00:00"),
        ({"end": "close", "roll": "next"}, "2026-12-07 17:00:00+00:00"),
        ({"end": "12:00"}, "2026-12-05 12:00:00+00:00"),
        ({"end": "exact"}, "2026-12-05 10:30:00+00:00"),
    ],
)
def test_a_date_inside_closed_hours_follows_its_rule(
    desk: Desk, rule: dict[str, str], due: str
) -> None:
    ticket = of_law(desk, {**WEEK, **rule}, extension={"letter": LETTER})
    made = extend(desk, ticket, dt.datetime(2026, 12, 5, 10, 30, tzinfo=dt.UTC))  # a Saturday
    assert str(made.due_after) == due


def test_a_rule_that_extends_is_extended_no_further_than_it_says(desk: Desk) -> None:
    longer = {"count": 1, "unit": "weeks", "asked": ["extended_until"]}
    ticket = of_law(desk, {**WEEK, "extension": {**longer, "when": {"told": True}}})
    assert str(deadline(ticket, "resolve").due_at) == "2026-12-01 23:59:59+00:00"
    with pytest.raises(ExtensionRefused, match=r"its rule allows; Tue 8 Dec 2026, 23:59 UTC"):
        extend(desk, ticket, dt.datetime(2026, 12, 9, tzinfo=dt.UTC), letter="Later.")
    made = extend(desk, ticket, dt.datetime(2026, 12, 8, tzinfo=dt.UTC), letter="Later.")
    assert str(made.due_after) == "2026-12-08 23:59:59+00:00"


def test_a_policy_that_uses_a_pack_has_the_packs_extension(desk: Desk) -> None:
    ticket = of_law(desk, {"pack": "housing-code-2024", "clock": "stage1_response"})
    first = dt.datetime(2026, 12, 8, 23, 59, 59, tzinfo=dt.UTC)
    assert deadline(ticket, "resolve").due_at == first
    with pytest.raises(ExtensionRefused, match=r"its rule allows; Tue 22 Dec 2026, 23:59 UTC"):
        extend(desk, ticket, dt.datetime(2026, 12, 23, tzinfo=dt.UTC))
    made = extend(desk, ticket, dt.datetime(2026, 12, 22, tzinfo=dt.UTC))
    assert made.message is not None
    assert "www.housing-ombudsman.org.uk" in made.message.body
    assert "Tuesday 22 December 2026, 23:59 (London)" in made.message.body
    with pytest.raises(ExtensionRefused, match="extended once"):
        extend(desk, ticket, dt.datetime(2026, 12, 23, tzinfo=dt.UTC))


def test_what_a_policy_says_itself_counts_before_its_pack(desk: Desk) -> None:
    within = {"pack": "housing-code-2024", "clock": "stage1_response"}
    ticket = of_law(desk, within, extension={"at_most": "2wd", "times": 3})
    with pytest.raises(ExtensionRefused, match=r"more than 2 working days"):
        extend(desk, ticket, dt.datetime(2026, 12, 14, tzinfo=dt.UTC))
    made = extend(desk, ticket, dt.datetime(2026, 12, 10, 9, tzinfo=dt.UTC))
    assert made.message is not None  # the letter is the pack's still
    other = {"kind": "resolve", "within": within, "statutory": True, "extension": "none"}
    make_policy("none", order=0, data={"targets": [other]})
    with pytest.raises(ExtensionRefused, match="can't be extended at all"):
        extend(desk, make_ticket(desk), dt.datetime(2026, 12, 10, tzinfo=dt.UTC), letter="Later.")


@pytest.mark.parametrize(
    "within",
    [{"pack": "moon", "clock": "response"}, {"pack": "cfpb", "clock": "moon"},
     {"pack": "cfpb", "clock": "response", "count": 3}],
)  # fmt: skip
def test_a_rule_of_a_pack_that_is_not_there_is_named_with_its_place(within: Any) -> None:
    with pytest.raises(PolicyInvalid, match=r"targets\[0\]\.within"):
        Policy.parse({"targets": [{"kind": "resolve", "within": within}]})
