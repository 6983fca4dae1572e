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
def test_the_page_tells_the_keys_of_what_can_be_done_and_has_each_once(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    page = sign_in(whole_desk.alice).get(f"/desk/tickets/{ticket.number}/")
    body = page.content.decode()
    told = {hint.keys[0]: hint.words for hint in page.context["keys"]}
    for verb, words in (("split", "⇧S"), ("tags", "⇧T"), ("confidential", "⇧C"), ("merge", "M")):
        assert told[words] == ACTIONS[verb].title
        assert body.count(f'data-key="{KEYS[verb]}"') == 1
    assert "Reopen" not in told.values(), "it is open"
    assert body.count('data-key="y"') == 1
    assert body.count('data-key="F"') == 1
    readonly = sign_in(whole_desk.audrey).get(f"/desk/tickets/{ticket.number}/")
    assert "⇧S" not in {hint.keys[0] for hint in readonly.context["keys"]}
