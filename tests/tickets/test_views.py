"""Views that people save: whose they are, what they hold, and what the database does not allow."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.access import Principal, visible_tickets
from tickets.errors import Conflict, DomainError, Invalid, Missing, NotAllowed, NotFound, Stale
from tickets.models import SavedView, Ticket, User
from tickets.selecting import checked, selected
from tickets.services import views

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def who(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


def save(person: User, name: str = "Refunds", **more: Any) -> SavedView:
    return views.save_view(who(person), name=name, criteria={"tag": "refund"}, now=NOW, **more)


def held(desk: Desk, person: User, **criteria: Any) -> set[int]:
    rows = selected(
        visible_tickets(who(person)), checked(criteria), who=who(person), now=NOW,
        zone=ZoneInfo("UTC"),
    )  # fmt: skip
    return set(rows.values_list("pk", flat=True))


def test_ones_own_view_is_seen_by_nobody_else(desk: Desk) -> None:
    row = save(desk.alice)
    assert list(views.visible_views(who(desk.alice))) == [row]
    assert not views.visible_views(who(desk.bob)).exists()
    with pytest.raises(NotFound):
        views.access_view(who(desk.bob), row.pk)


def test_a_shared_view_is_seen_by_its_team_and_by_no_other(desk: Desk) -> None:
    row = save(desk.alice, team=desk.home)
    assert views.access_view(who(desk.bob), row.pk) == row
    assert views.access_view(who(desk.mona), row.pk) == row
    with pytest.raises(NotFound):
        views.access_view(who(desk.charlie), row.pk)


def test_nobody_shares_with_a_team_that_is_not_his(desk: Desk) -> None:
    for outsider in (desk.charlie, desk.audrey):
        with pytest.raises(NotAllowed):
            save(outsider, team=desk.home)
    assert not SavedView.objects.exists()


def test_who_made_it_and_who_watches_over_the_team_change_it_and_nobody_else(desk: Desk) -> None:
    row = save(desk.alice, team=desk.home)
    with pytest.raises(NotAllowed):
        views.change_view(who(desk.bob), row, name="Mine now", now=LATER)
    views.change_view(who(desk.sue), row, name="Money back", now=LATER)
    row.refresh_from_db()
    assert (row.name, row.version, row.owner) == ("Money back", 2, desk.alice)


def test_the_second_of_two_who_change_a_view_is_told(desk: Desk) -> None:
    row = save(desk.alice, team=desk.home)
    views.change_view(who(desk.sue), row, name="Money back", now=LATER, seen=1)
    with pytest.raises(Stale):
        views.change_view(who(desk.alice), row, name="Refunds!", now=LATER, seen=1)


def test_a_name_is_there_once_in_ones_list_and_once_in_the_teams(desk: Desk) -> None:
    save(desk.alice)
    save(desk.bob)
    save(desk.alice, team=desk.home)
    with pytest.raises(Conflict) as caught:
        save(desk.alice)
    assert caught.value.field == "name"
    with pytest.raises(Conflict):
        save(desk.bob, team=desk.home)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"sort": "loudest"}, {"team_id": None, "name": "Refunds"}]
)
def test_the_database_refuses_what_no_service_would_write(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    save(desk.alice)
    values = {"owner": desk.alice, "name": "x", "created_at": NOW, "updated_at": NOW, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(**values)


def test_a_view_is_shared_taken_back_moved_and_removed(desk: Desk) -> None:
    first, second, third = (save(desk.alice, name) for name in ("One", "Two", "Three"))
    views.move_view(who(desk.alice), third, to=0)
    assert [row.name for row in views.visible_views(who(desk.alice))] == ["Three", "One", "Two"]
    views.change_view(who(desk.alice), first, share=desk.home, now=LATER)
    assert views.access_view(who(desk.bob), first.pk).team == desk.home
    views.change_view(who(desk.alice), first, share=False, now=LATER)
    with pytest.raises(NotFound):
        views.access_view(who(desk.bob), first.pk)
    views.remove_view(who(desk.alice), second, now=LATER)
    assert [row.name for row in views.visible_views(who(desk.alice))] == ["Three", "One"]


def test_a_view_that_was_removed_comes_back_unless_its_name_is_taken(desk: Desk) -> None:
    row = save(desk.alice)
    views.remove_view(who(desk.alice), row, now=LATER)
    with pytest.raises(NotFound):
        views.put_back_view(who(desk.bob), row.pk)
    views.put_back_view(who(desk.alice), row.pk)
    assert views.access_view(who(desk.alice), row.pk) == row
    views.remove_view(who(desk.alice), row, now=LATER)
    save(desk.alice)
    with pytest.raises(Conflict):
        views.put_back_view(who(desk.alice), row.pk)


def test_fifty_are_enough(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 1)
    save(desk.alice)
    with pytest.raises(Conflict):
        save(desk.alice, "Another")


def test_a_view_without_a_name_and_of_an_integration_is_refused(desk: Desk) -> None:
    with pytest.raises(Missing):
        save(desk.alice, "  ")
    shop = Principal.of_client("shop", scopes=frozenset({"tickets:write"}))
    with pytest.raises(NotAllowed):
        views.save_view(shop, name="x", criteria={}, now=NOW)


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"owner": ["bob"]}, "owner"),
        ({"category": "nonsense"}, "category"),
        ({"pain_min": 6}, "pain_min"),
        ({"pain_min": True}, "pain_min"),
        ({"pain_min": "²"}, "pain_min"),
        ({"channel": "pigeon"}, "channel"),
        ({"due": "someday"}, "due"),
        ({"awaiting": "godot"}, "awaiting"),
        ({"support_needs": "perhaps"}, "support_needs"),
        ({"text": 7}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"tag": {"a": 1}}, "tag"),
        ({"tag": [str(n) for n in range(31)]}, "tag"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_criterion_is_named(desk: Desk, criteria: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        checked(criteria)
    assert caught.value.field == field
    assert isinstance(caught.value, Invalid)


def test_criteria_come_as_text_or_as_lists_and_are_kept_the_same(desk: Desk) -> None:
    text = checked({"owner": "me, nobody", "tag": "Refund", "pain_min": "3", "text": "", "due": ""})
    assert text == {"owner": ["me", "nobody"], "tag": ["refund"], "pain_min": 3}
    assert checked(text) == text


def test_each_criterion_narrows(desk: Desk) -> None:
    plain = make_ticket(desk, customer=make_customer("Rosa Ferrante"), subject="Dark screen")
    other = make_ticket(desk, customer=make_customer("Sam Whitlock"), tags=["refund"])
    services.take(other, actor=user(desk.alice), now=NOW)
    services.wait_for_third_party(other, for_what="Courier: proof", actor=user(desk.alice), now=NOW)
    Ticket.objects.filter(pk=other.pk).update(pain=4, contacts=3, channel="phone")
    Ticket.objects.filter(pk=plain.pk).update(attention_at=NOW - dt.timedelta(minutes=1), pain=2)
    both, alice = {plain.pk, other.pk}, desk.alice
    assert held(desk, alice) == both
    for name, value in {
        "owner": "me", "tag": "refund", "pain_min": 3, "channel": "phone", "contacts_min": 2,
        "awaiting": "third_party", "status": "waiting_third_party", "due": "none",
    }.items():  # fmt: skip
        expected = {other.pk} if name != "due" else held(desk, alice, due="none")
        assert held(desk, alice, **{name: value}) == expected, name
    for name, value in {
        "owner": "nobody", "awaiting": "us", "due": "late", "text": "dark scre",
    }.items():  # fmt: skip
        assert held(desk, alice, **{name: value}) == {plain.pk}, name
    assert held(desk, alice, team=desk.home.key) == both
    assert held(desk, alice, owner=["me", "nobody"]) == both
    assert held(desk, desk.bob, owner="me") == set()
    assert held(desk, alice, category=[plain.category.key], pain_min=2, awaiting="us") == {plain.pk}
