"""Everything that can be done to a ticket has a key of its own, and the page tells it."""

import pytest

from desk.actions import ACTIONS
from desk.keys import KEYS, key_words
from tests.builders import Desk
from tests.desk.pages import SignIn
from tickets.models import Ticket

#: What the page and its lists use for themselves.
TAKEN = set("gjku[];/@?123")


def test_every_action_has_a_key_and_no_two_share_one() -> None:
    assert set(KEYS) - {"refuse"} == set(ACTIONS)
    keys = list(KEYS.values())
    assert len(set(keys)) == len(keys)
    assert not TAKEN & set(keys)
    assert (key_words("t"), key_words("T"), key_words("+")) == ("T", "⇧T", "+")


@pytest.mark.django_db
def test_the_page_has_each_key_of_what_can_be_done_once(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    body = sign_in(whole_desk.alice).get(f"/desk/tickets/{ticket.number}/").content.decode()
    for verb in ("split", "tags", "confidential", "merge", "snooze", "facts", "pain"):
        assert body.count(f'data-key="{KEYS[verb]}"') == 1, verb
    assert f'data-key="{KEYS["reopen"]}"' not in body, "it is open"
    assert "<kbd>⇧S</kbd>" in body
    readonly = sign_in(whole_desk.audrey).get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert f'data-key="{KEYS["split"]}"' not in readonly
