"""Finding tickets: by what people remember, at once, and never more than one may see."""

import pytest
from django.core.management import call_command

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.access import Principal, visible_tickets
from tickets.finding import Found, customers_like, find, narrowed, query_of
from tickets.models import Customer, SearchEntry, SearchWord, Ticket
from tickets.services.indexing import index_what_happened, rebuild


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    customer = make_customer(name="Tomasz Wiśniewski", email="tomasz.w@example.net")
    made = make_ticket(
        desk,
        customer=customer,
        subject="Router drops every evening",
        body="My daughter's exam was online. Order LW-48213, please look at it.",
        facts={"days_without": 9},
    )
    index_what_happened()
    return made


def _find(desk: Desk, text: str, who: str = "alice") -> Found:
    return find(Principal.of_user(getattr(desk, who), now=NOW), text, most=30)


@pytest.mark.parametrize(
    "text",
    [
        "router", "ROUTER even", "drop evening", "exam", "daughter exam tomasz", "wisniewski",
        "Wiśniewski", "LW-48213", "48213", "482", "tomasz.w@example.net", "example.net", "9 router",
        "exam!?", "(router) & drops | ' :*",
    ],
)  # fmt: skip
def test_words_beginnings_accents_and_numbers_find_it(
    desk: Desk, ticket: Ticket, text: str
) -> None:
    assert _find(desk, text).tickets == [ticket]


@pytest.mark.parametrize(
    "text", ["", "  ", "!!", "zebra", "router zebra", "\0", "zeb\0ra", "ter", "' OR 1=1"]
)
def test_what_it_does_not_hold_does_not_find_it(desk: Desk, ticket: Ticket, text: str) -> None:
    assert _find(desk, text).tickets == []


@pytest.mark.parametrize("kept", ["LH-208-7155", "LH2087155", "LH 208 7155", "lh/208.7155"])
@pytest.mark.parametrize(
    "typed",
    [
        "LH-208-7155", "LH2087155", "lh 208 7155", "LH208-7155", "LH/208/7155", "lh2087",
        "evening LH2087155", "Tom LH 208 7155", "LH2087155 evening", "LH-208-7155 9 evening",
    ],
)  # fmt: skip
def test_an_order_is_found_with_its_dashes_and_without(desk: Desk, kept: str, typed: str) -> None:
    customer = make_customer(name="Tom Baker", email="tom@example.net")
    facts = {"order_number": kept, "days_without": 9}
    made = make_ticket(desk, customer=customer, subject="Late every evening", facts=facts)
    # Its own number may begin with 208, none begins with 7155.
    make_ticket(desk, subject="Every evening", facts={"order_number": "LH-209-7159"})
    index_what_happened()
    assert _find(desk, typed).tickets == [made]
    who = Principal.of_user(desk.alice, now=NOW)
    assert list(narrowed(visible_tickets(who), typed)) == [made]


@pytest.mark.parametrize("typed", ["AB771203", "ab-771/203", "KX40917", "TK90125"])
def test_a_number_that_was_written_in_a_letter_or_comes_from_elsewhere_is_found_so_too(
    desk: Desk, typed: str
) -> None:
    made = make_ticket(
        desk, subject="Parcel KX-40917", body="It is about AB-771-203, sent on 3/4.",
        external=("shop", "TK 901 25"),
    )  # fmt: skip
    index_what_happened()
    assert _find(desk, typed).tickets == [made]
    words = str(SearchEntry.objects.values_list("words", flat=True).get())
    assert "'34'" not in words  # no number that anybody notes down


def test_a_day_is_not_kept_as_a_number(desk: Desk) -> None:
    facts = {"reported": "2026-11-02T10:00:00Z", "account": "2026-11-02"}
    make_ticket(desk, body="It was on 2026-11-02.", facts=facts)
    index_what_happened()
    assert "20261102" not in str(SearchEntry.objects.values_list("words", flat=True).get())


def test_a_number_leads_to_its_ticket_before_it_is_indexed(desk: Desk) -> None:
    made = make_ticket(desk)
    found = _find(desk, made.number.lower().replace("-", " "))
    assert found.exact == made
    assert found.tickets == [made]


def test_what_is_said_later_finds_it_too(desk: Desk, ticket: Ticket) -> None:
    services.add_note(ticket, body="Spoke to the zookeeper", actor=user(desk.alice), now=NOW)
    assert _find(desk, "zookeeper").tickets == [ticket]  # nobody has to wait for the index
    index_what_happened()
    assert _find(desk, "zookeeper").tickets == [ticket]


def test_what_one_may_not_see_one_does_not_find(desk: Desk, ticket: Ticket) -> None:
    found = _find(desk, "router", who="charlie")
    assert found.tickets == []
    assert _find(desk, ticket.number, who="charlie").exact is None


@pytest.mark.parametrize("text", ["wisn", "Wiśn", "to", "tomasz wi", "tomasz.w@", "Wisnewski"])
def test_customers_are_found_by_parts_and_by_names_nearly_right(ticket: Ticket, text: str) -> None:
    assert customers_like(text, most=5) == [ticket.customer]


@pytest.mark.parametrize("text", ["020 7946 0958", "+44 20 7946", "7946-0958", "442079460958"])
def test_customers_are_found_by_their_telephone_however_it_is_written(
    desk: Desk, text: str
) -> None:
    customer = make_customer(name="Omar Haddad", phone="+442079460958")
    assert customers_like(text, most=5) == [customer]


def test_more_than_fit_are_cut_the_newest_first(desk: Desk) -> None:
    made = [make_ticket(desk, subject=f"Late parcel {number}") for number in range(5)]
    index_what_happened()
    who = Principal.of_user(desk.alice, now=NOW)
    assert find(who, "late parcel", most=3).tickets == made[:1:-1]


def test_what_many_tickets_hold_is_found_as_what_few_hold(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make_ticket(desk, subject=f"Late parcel {number}") for number in range(5)]
    index_what_happened()
    made.append(make_ticket(desk, subject="Parcel of today"))
    who = Principal.of_user(desk.alice, now=NOW)
    few = find(who, "parcel", most=3).tickets
    monkeypatch.setattr("tickets.finding._FEW", 2)
    assert find(who, "parcel", most=3).tickets == few == made[:2:-1]
    assert find(who, "parcel", most=30).tickets == made[::-1]
    assert list(narrowed(visible_tickets(who).order_by("-pk"), "parcel")) == made[::-1]


def test_an_index_made_anew_is_the_one_that_was_kept(desk: Desk, ticket: Ticket) -> None:
    services.add_note(ticket, body="Spoke to the zookeeper", actor=user(desk.alice), now=NOW)
    index_what_happened()
    kept = dict(SearchEntry.objects.values_list("ticket", "words"))
    SearchEntry.objects.all().delete()
    assert list(rebuild()) == [1]
    assert dict(SearchEntry.objects.values_list("ticket", "words")) == kept


def test_the_command_says_how_many_can_be_found(
    ticket: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("search", "rebuild")
    assert "1 tickets can be found." in capsys.readouterr().out


def test_a_conversation_without_end_is_found_by_what_was_said_last(
    desk: Desk, ticket: Ticket
) -> None:
    for number in range(12):
        words = " ".join(f"w{number}x{one}" for one in range(2_500))
        services.add_note(ticket, body=words[:19_000], actor=user(desk.alice), now=NOW)
    index_what_happened()
    assert _find(desk, "w11x7").tickets == [ticket]


def test_searching_asks_as_often_for_many_as_for_few(
    desk: Desk, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        make_ticket(
            desk, subject=f"Late parcel {number}", customer=make_customer(f"Customer {number}")
        )
    index_what_happened()
    assert Customer.objects.count() > 10
    who = Principal.of_user(desk.alice, now=NOW)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert len(find(who, "parcel", most=30).tickets) == 12


@pytest.mark.parametrize(
    "text", ["Tomash evening", "router Wisnewski", "exam? Wisnewski!", "daughter Tomaz exam"]
)
def test_a_mistyped_name_beside_other_words_is_found(
    desk: Desk, ticket: Ticket, text: str, django_assert_max_num_queries: object
) -> None:
    make_ticket(desk, customer=ticket.customer, subject="Billed twice", body="Twice.")
    index_what_happened()
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        found = _find(desk, text)
    assert found.tickets == [ticket]
    assert found.customers == [ticket.customer]
    assert _find(desk, text, "charlie").tickets == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ruoter", "router"), ("daugther", "daughter"), ("daugther exam", "daughter exam"),
        ("evning ROUTR", "evening router"), ("evvenning", "evening"), ("éxma router", ""),
        ("rooster", ""), ("zebra", ""), ("ro", ""), ("' %_\\ ruoter", "' %_\\ router"),
    ],
)  # fmt: skip
def test_what_was_mistyped_is_found_by_the_word_that_was_meant(
    desk: Desk, ticket: Ticket, typed: str, meant: str
) -> None:
    found = _find(desk, typed)
    assert found.meant == meant
    assert found.tickets == ([ticket] if meant else [])


def test_nobody_is_told_a_word_that_only_others_tickets_hold(desk: Desk, ticket: Ticket) -> None:
    for who in ("charlie", "bob"):
        if who == "bob":
            services.take(ticket, actor=user(desk.alice), now=NOW)
            services.set_confidential(ticket, confidential=True, actor=user(desk.alice), now=NOW)
        found = _find(desk, "daugther", who=who)
        assert (found.meant, found.tickets, found.customers) == ("", [], []), who
    assert _find(desk, "daugther").meant == "daughter"


def test_words_are_kept_as_tickets_are_indexed_and_made_anew(desk: Desk, ticket: Ticket) -> None:
    assert SearchWord.objects.filter(word="daughter").exists()
    assert not SearchWord.objects.filter(word__regex="[0-9]").exists()
    kept = set(SearchWord.objects.values_list("word", flat=True))
    SearchWord.objects.all().delete()
    list(rebuild())
    assert set(SearchWord.objects.values_list("word", flat=True)) == kept


def test_an_address_is_looked_for_by_its_parts_alone_and_a_number_joined_too() -> None:
    def asked(text: str) -> str:
        query = query_of(text)
        assert query is not None
        return " ".join(str(getattr(one, "value", "")) for one in query.get_source_expressions())

    assert "|" not in asked("ines.calloway.0@example.org")
    assert "'lh2087155':*" in asked("LH-208-7155") and "'lh2087155':*" in asked("lh 208 7155")
