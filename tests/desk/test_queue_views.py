"""The queue's filter, order, density and saved views on the page; several tickets and undo."""

import re

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.access import Principal
from tickets.models import SavedView, Ticket
from tickets.models.desk import Sort
from tickets.selecting import NAMES
from tickets.services.views import save_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def some(whole_desk: Desk) -> list[Ticket]:
    """Rosa's is tagged and hurts most; the others came after."""
    rosa = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"), tags=["refund"])
    others = [make_ticket(whole_desk, customer=make_customer(n)) for n in ("Sam Whitlock", "Omar")]
    Ticket.objects.filter(pk=others[1].pk).update(pain=5)
    Ticket.objects.filter(pk=rosa.pk).update(pain=4)
    Ticket.objects.filter(pk=others[0].pk).update(pain=None)
    return [rosa, *others]


def rows_of(response: object) -> list[str]:
    return [row.number for group in response.context["groups"] for row in group.rows]  # type: ignore[attr-defined]


def hidden_in(page: str, action: str) -> dict[str, str]:
    """What a form sends along without being asked."""
    (form,) = re.findall(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    return {
        name: value
        for name, value in re.findall(r'name="(\w+)"\s+value="([^"]*)"', form)
        if name != "csrfmiddlewaretoken"
    }


def test_a_filter_narrows_says_so_and_is_left_part_by_part(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    client = sign_in(whole_desk.alice)
    page = client.get("/desk/?view=team&filter=1&tag=refund&pain_min=3&owner=nobody")
    assert rows_of(page) == [some[0].number]
    words = text_of(page)
    assert "1 ticket" in words
    assert "Tag: refund" in words
    assert "Pain 3 or more" in words
    without = [chip.without for chip in page.context["chips"] if "refund" in chip.words]
    assert len(rows_of(client.get(without[0]))) == 2


def test_a_filter_that_nothing_fits_says_how_to_go_on(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    page = sign_in(whole_desk.alice).get("/desk/?view=team&filter=1&tag=nothing")
    assert "Nothing is like this" in text_of(page)


EACH_FILTER = {
    "owner": "nobody", "team": "home", "category": "outage", "status": "new,open",
    "pain_min": "1", "due": "week", "awaiting": "us", "channel": "form", "tag": "refund",
    "contacts_min": "2", "support_needs": "true", "text": "internet", "snoozed": "too",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_under_each_filter_the_groups_count_what_stands_in_them(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket], name: str
) -> None:
    page = sign_in(whole_desk.mona).get("/desk/", {"view": "team", name: EACH_FILTER[name]})
    assert page.status_code == 200, text_of(page)
    groups = page.context["groups"]
    assert [int(group.count) for group in groups] == [len(group.rows) for group in groups]


@pytest.mark.parametrize("wrong", ["pain_min=9", "due=someday", "status=lost", "owner=x"])
def test_a_wrong_filter_is_refused_in_words(sign_in: SignIn, whole_desk: Desk, wrong: str) -> None:
    assert sign_in(whole_desk.alice).get(f"/desk/?view=team&{wrong}").status_code == 400


def test_the_queue_stands_in_the_order_that_one_chose_from_then_on(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    client = sign_in(whole_desk.alice)
    client.post("/desk/views/settings/", {"sort": "pain", "next": "/desk/?view=team"})
    page = client.get("/desk/?view=team")
    assert rows_of(page) == [some[2].number, some[0].number, some[1].number]
    assert [group.title for group in page.context["groups"]] == ["The most pain first"]
    assert "The most pain first" in text_of(page)
    client.post("/desk/views/settings/", {"density": "compact"})
    assert "queue compact" in client.get("/desk/").content.decode()
    assert "queue compact" not in sign_in(whole_desk.bob).get("/desk/").content.decode()
    assert client.post("/desk/views/settings/", {"density": "tiny"}).status_code == 400


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_one_another_without_a_gap_in_every_order(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket], monkeypatch: pytest.MonkeyPatch,
    sort: str,
) -> None:  # fmt: skip
    for number in range(4):
        late = make_ticket(whole_desk, customer=make_customer(f"Customer {number}"))
        Ticket.objects.filter(pk=late.pk).update(pain=number or None)
    client, url = sign_in(whole_desk.alice), f"/desk/?view=team&sort={sort}"
    whole = rows_of(client.get(url))
    monkeypatch.setattr("desk.queue.PAGE", 2)
    seen: list[str] = []
    for _ in range(9):
        page = client.get(url)
        seen += rows_of(page)
        if not page.context["after"]:
            break
        url = page.context["more"]
    assert len(whole) == 7
    assert seen == whole


def test_the_list_asks_for_more_rows_and_gets_nothing_else(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.queue.PAGE", 2)
    client = sign_in(whole_desk.alice)
    more = client.get("/desk/?view=team").context["more"]
    part = client.get(more, headers={"HX-Request": "true"}).content.decode()
    assert f'id="ticket-row-{some[2].pk}"' in part
    assert "<html" not in part
    assert "<nav" not in part
    assert "<html" in client.get(more).content.decode()


def test_a_view_is_saved_from_a_filter_renamed_shared_moved_removed_and_put_back(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    alice, bob = sign_in(whole_desk.alice), sign_in(whole_desk.bob)
    made = alice.post("/desk/views/save/", {"name": "Refunds", "tag": "refund", "sort": "due"})
    row = SavedView.objects.get()
    assert made["Location"] == f"/desk/?view=s-{row.pk}"
    page = alice.get(made["Location"])
    assert rows_of(page) == [some[0].number]
    assert "Saved" in text_of(page)
    assert bob.get(made["Location"]).status_code == 400
    url = f"/desk/views/{row.pk}/"
    alice.post(url, {"name": "Money back", "share": "home", "version": "1"})
    shared = bob.get(f"/desk/?view=s-{row.pk}")
    assert "Shared with my team" in text_of(shared)
    assert "Money back" in text_of(shared)
    assert not shared.context["may_change"]
    bob.post(url, {"name": "Mine", "version": "2"})
    assert "Whoever made it" in text_of(bob.get("/desk/"))
    alice.post(url, {"name": "Old words", "version": "1"})
    assert "Somebody changed this view" in text_of(alice.get("/desk/"))
    alice.post("/desk/views/save/", {"name": "Pain", "pain_min": "4", "share": "home"})
    alice.post(url, {"do": "down"})
    assert SavedView.objects.get(name="Pain").criteria == {"pain_min": 4}
    names = [link.words for link in bob.get("/desk/").context["shared_views"]]
    assert names == ["Pain", "Money back"]
    alice.post(url, {"do": "criteria", "channel": "form"})
    assert SavedView.objects.get(pk=row.pk).criteria == {"channel": ["form"]}
    gone = alice.post(url, {"do": "remove"}, follow=True)
    assert f'action="{url}put-back/"' in gone.content.decode()
    assert alice.get(f"/desk/?view=s-{row.pk}").status_code == 400
    alice.post(f"{url}put-back/")
    assert alice.get(f"/desk/?view=s-{row.pk}").status_code == 200


@pytest.mark.parametrize(
    "view", ["me", "mine", "team", "unowned", "waiting", "today", "c-broadband"]
)
def test_a_filter_over_any_list_is_saved_with_what_was_seen(
    sign_in: SignIn, whole_desk: Desk, view: str
) -> None:
    for owner in (whole_desk.alice, whole_desk.bob, None):
        ticket = make_ticket(whole_desk, tags=["lift"])
        if owner is not None:
            services.assign(ticket, owner, actor=user(whole_desk.sue), now=NOW)
    client = sign_in(whole_desk.alice)
    filtered = client.get(f"/desk/?view={view}&filter=1&tag=lift")
    sent = hidden_in(filtered.content.decode(), "/desk/views/save/")
    made = client.post("/desk/views/save/", {**sent, "name": "Lifts"})
    assert sorted(rows_of(client.get(made["Location"]))) == sorted(rows_of(filtered))


def test_a_narrower_word_of_the_filter_holds_in_what_is_saved(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    client = sign_in(whole_desk.alice)
    for address, kept in (
        ("view=me&owner=nobody", {"owner": "nobody"}),
        ("view=today&due=late", {"due": "late"}),
        ("view=today&due=week", {"due": "today"}),
        ("view=waiting&status=waiting_customer", {"status": "waiting_customer"}),
    ):
        page = client.get(f"/desk/?{address}&filter=1").content.decode()
        assert hidden_in(page, "/desk/views/save/").items() >= kept.items()
    page = client.get("/desk/?view=followups&filter=1&tag=lift").content.decode()
    assert "/desk/views/save/" not in page  # no criterion says it


def test_a_view_with_a_name_that_is_taken_is_refused_in_words(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    client = sign_in(whole_desk.alice)
    for _ in range(2):
        client.post("/desk/views/save/", {"name": "Refunds", "tag": "refund"})
    assert "There is a view called Refunds already." in text_of(client.get("/desk/"))
    client.post("/desk/views/save/", {"name": "x", "share": "travel"})
    assert "Choose one of your teams." in text_of(client.get("/desk/"))
    assert SavedView.objects.count() == 1


def test_numbers_of_saved_views_come_after_the_page(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    who = Principal.of_user(whole_desk.alice, now=NOW)
    row = save_view(who, name="Refunds", criteria={"tag": "refund"}, now=NOW)
    client = sign_in(whole_desk.alice)
    assert 'hx-get="/desk/views/counts/"' in client.get("/desk/").content.decode()
    told = client.get("/desk/views/counts/").content.decode()
    assert re.search(rf'id="count-s-{row.pk}"[^>]*>1<', told)


def test_more_views_and_rows_take_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    who = Principal.of_user(whole_desk.alice, now=NOW)
    client = sign_in(whole_desk.alice)
    url = "/desk/?view=team&filter=1&pain_min=1"
    save_view(who, name="First", criteria={}, now=NOW)
    page, counts = queries_of(client, url), queries_of(client, "/desk/views/counts/")
    for number in range(6):
        save_view(who, name=f"View {number}", criteria={"pain_min": 2}, now=NOW)
        Ticket.objects.filter(pk=make_ticket(whole_desk).pk).update(pain=3)
    assert queries_of(client, url) == page
    assert queries_of(client, "/desk/views/counts/") == counts


def test_several_are_tagged_and_undone_with_what_was_refused_named(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    client = sign_in(whole_desk.alice)
    numbers = [ticket.number for ticket in some]
    page = client.post(
        "/desk/bulk/", {"do": "tag", "tag": "refund", "ticket": numbers}, follow=True
    )
    words = text_of(page)
    assert "2 tickets tagged refund." in words
    assert f"{some[0].number}: It has the tag refund already." in words
    undo = re.search(r'action="(/desk/bulk/\d+/undo/)"', page.content.decode())
    assert undo
    services.set_tags(some[1], ["kept"], actor=user(whole_desk.bob), now=NOW)
    words = text_of(client.post(undo[1], follow=True))
    assert "Undone: 1 ticket is as before." in words
    assert f"{some[1].number}: It was changed since, so it stays as it is." in words
    assert "This was undone already." in text_of(client.post(undo[1], follow=True))


def test_several_are_filed_elsewhere_and_nothing_chosen_is_said(
    sign_in: SignIn, whole_desk: Desk, some: list[Ticket]
) -> None:
    client = sign_in(whole_desk.alice)
    sent = {"do": "category", "category": "broadband", "ticket": [some[0].number]}
    assert "1 ticket filed under Broadband." in text_of(
        client.post("/desk/bulk/", sent, follow=True)
    )
    for wrong in ({"do": "tag"}, {"do": "category"}, {"do": "assign"}, {}):
        client.post("/desk/bulk/", {**wrong, "ticket": [some[0].number]})
        assert "float-bar" in client.get("/desk/").content.decode()
