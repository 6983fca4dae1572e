"""What is typed and not sent: one for each form, nobody else's, never written over unseen."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, Desk, make_ticket
from tickets.errors import FileRefused, Invalid, NotFound
from tickets.models import Draft, DraftFile, Event, Ticket
from tickets.rules import DraftKind
from tickets.services import drafts
from tickets.services.files import MAX_FILES, Upload

pytestmark = pytest.mark.django_db
REPLY, NOTE = DraftKind.REPLY, DraftKind.NOTE


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """An outage."""
    return make_ticket(desk)


def save(ticket: Ticket, desk: Desk, body: str, base: int | None, now: dt.datetime = NOW) -> Draft:
    return drafts.save_draft(ticket, REPLY, user=desk.alice, body=body, base=base, now=now)


def test_it_grows_with_each_save_and_says_nothing_to_anyone(ticket: Ticket, desk: Desk) -> None:
    before = Event.objects.count()
    assert save(ticket, desk, "Dear Ines, ", 0).revision == 1
    assert save(ticket, desk, "Dear Ines, I", 1).revision == 2
    row = drafts.drafts_on(ticket, user=desk.alice)["reply"]
    assert (row.body, row.revision) == ("Dear Ines, I", 2)
    assert Event.objects.count() == before


def test_the_same_again_is_no_change_even_for_one_that_lags_behind(
    ticket: Ticket, desk: Desk
) -> None:
    save(ticket, desk, "Dear Ines", 0)
    assert save(ticket, desk, "Dear Ines", 0).revision == 1


def test_who_has_not_seen_the_newest_writes_nothing_over(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "from the office", 0)
    with pytest.raises(drafts.DraftChanged) as refused:
        save(ticket, desk, "from home", 0)
    assert refused.value.draft.body == "from the office"
    assert save(ticket, desk, "from home", None).body == "from home"


def test_it_is_ones_own_and_each_form_has_its_own(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "Dear Ines", 0)
    drafts.save_draft(ticket, NOTE, user=desk.alice, body="Look", base=0, now=NOW)
    drafts.save_draft(ticket, REPLY, user=desk.bob, body="Hello", base=0, now=NOW)
    assert set(drafts.drafts_on(ticket, user=desk.alice)) == {"reply", "note"}
    assert drafts.drafts_on(ticket, user=desk.bob)["reply"].body == "Hello"


def test_the_database_keeps_one_of_a_kind(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "Dear Ines", 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(ticket=ticket, user=desk.alice, kind="reply", saved_at=NOW)


def test_once_sent_it_is_empty_and_an_old_window_finds_out(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "Dear Ines", 0)
    drafts.draft_was_sent(ticket, REPLY, user=desk.alice, now=NOW)
    with pytest.raises(drafts.DraftChanged) as refused:
        save(ticket, desk, "Dear Ines, and", 1)
    assert refused.value.draft.is_empty and refused.value.draft.sent_at == NOW
    assert save(ticket, desk, "A new one", 2).revision == 3


def test_other_fields_are_kept_as_typed_and_empty_ones_are_not(ticket: Ticket, desk: Desk) -> None:
    row = drafts.save_draft(
        ticket, REPLY, user=desk.alice, body="x\r\ny\x00 ", base=0, now=NOW,
        fields={"promised_next": "2026-11-2", "left": "  "},
    )  # fmt: skip
    assert row.body == "x\ny "
    assert row.fields == {"promised_next": "2026-11-2"}


@pytest.mark.parametrize(
    ("body", "fields", "field"),
    [
        ("x" * 20_001, {}, "body"),
        ("", {"due": "x" * 4_001}, "fields.due"),
        ("", {"Due date": "x"}, "fields"),
        ("", {f"f{number}": "x" for number in range(21)}, "fields"),
    ],
)
def test_what_is_too_much_is_refused_by_name(
    ticket: Ticket, desk: Desk, body: str, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        drafts.save_draft(ticket, REPLY, user=desk.alice, body=body, fields=fields, base=0, now=NOW)
    assert refused.value.field == field
    assert not Draft.objects.exists()


def put(ticket: Ticket, desk: Desk, name: str = "a.txt", content: bytes = b"hello") -> DraftFile:
    upload = Upload(name, content)
    return drafts.keep_draft_file(ticket, REPLY, upload, user=desk.alice, now=NOW)


def test_files_are_kept_with_it_and_read_back_for_sending(ticket: Ticket, desk: Desk) -> None:
    first, second = put(ticket, desk), put(ticket, desk, "b.txt", b"more")
    found = drafts.draft_uploads(ticket, REPLY, [second.pk, first.pk], user=desk.alice)
    assert [(one.name, one.content) for one in found] == [("a.txt", b"hello"), ("b.txt", b"more")]
    with pytest.raises(FileRefused):
        drafts.draft_uploads(ticket, REPLY, [first.pk], user=desk.bob)
    with pytest.raises(FileRefused):
        drafts.draft_uploads(ticket, NOTE, [first.pk], user=desk.alice)


def test_a_file_of_another_kind_or_one_too_many_is_refused_and_says_what_is_allowed(
    ticket: Ticket, desk: Desk
) -> None:
    with pytest.raises(FileRefused, match="pictures"):
        put(ticket, desk, "a.exe", b"MZ")
    for number in range(MAX_FILES):
        put(ticket, desk, f"{number}.txt")
    with pytest.raises(FileRefused, match="at most 10"):
        put(ticket, desk)


@pytest.mark.django_db(transaction=True)
def test_a_file_leaves_the_disk_with_its_row(ticket: Ticket, desk: Desk) -> None:
    one, two = put(ticket, desk), put(ticket, desk)
    paths = [Path(row.file.path) for row in (one, two)]
    with pytest.raises(NotFound):
        drafts.drop_draft_file(ticket, one.pk, user=desk.bob)
    drafts.drop_draft_file(ticket, one.pk, user=desk.alice)
    assert [path.exists() for path in paths] == [False, True]
    drafts.discard_draft(ticket, REPLY, user=desk.alice, now=NOW)
    assert not paths[1].exists()
    assert not DraftFile.objects.exists()


def test_what_nobody_goes_on_with_is_forgotten(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "old", 0, NOW - dt.timedelta(days=200))
    drafts.save_draft(ticket, NOTE, user=desk.alice, body="new", base=0, now=NOW)
    drafts.save_draft(ticket, NOTE, user=desk.bob, body="sent", base=0, now=NOW)
    drafts.draft_was_sent(ticket, NOTE, user=desk.bob, now=NOW - dt.timedelta(days=20))
    assert drafts.forget_drafts(now=NOW) == 2
    assert [row.body for row in Draft.objects.all()] == ["new"]


def test_a_save_takes_few_queries_however_many_drafts_there_are(ticket: Ticket, desk: Desk) -> None:
    save(ticket, desk, "one", 0)
    with CaptureQueriesContext(connection) as caught:
        save(ticket, desk, "two", 1)
    assert len(caught) <= 4
