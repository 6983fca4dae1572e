"""Extensions within what the policy allows, written to the customer with date and reason."""

import datetime as dt
from typing import Any

import pytest

from escalation.errors import DeadlinePassed, ExtensionRefused
from escalation.models import Extension
from escalation.services.manual import extend_deadline
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy
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
    with pytest.raises(ExtensionRefused, match=r"more than 5 working days.*2026-12-02 17:00"):
        extend(desk, ticket, dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC))
    extend(desk, ticket, at("30 12:00"))
    with pytest.raises(ExtensionRefused, match="2026-12-02 17:00"):
        extend(desk, ticket, dt.datetime(2026, 12, 4, 9, tzinfo=dt.UTC))
    extend(desk, ticket, dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC))
    with pytest.raises(ExtensionRefused, match="extended 2 times"):
        extend(desk, ticket, dt.datetime(2026, 12, 2, 10, tzinfo=dt.UTC))


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
