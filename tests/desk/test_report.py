"""The pages of kept promises and of drafts that are tried."""

import datetime as dt
import re

import pytest

from escalation.models import Simulation
from escalation.services import trials
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
REPORT, DRAFTS = "/desk/reports/deadlines/", "/desk/drafts/"


@pytest.fixture
def decided(whole_desk: Desk) -> Ticket:
    """A complaint of last week that was answered the next morning."""
    ticket = make_ticket(whole_desk, now=NOW - dt.timedelta(days=7))
    services.reply(
        ticket, body="Dear Ines", actor=user(whole_desk.alice), now=NOW - dt.timedelta(days=6)
    )
    return ticket


def test_the_report_shows_figures_with_their_table(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    page = sign_in(whole_desk.sue).get(REPORT)
    words, body = text_of(page), page.content.decode()
    assert "By root cause" in words and "No cause found yet" in words
    assert "Alice" not in body.split("<main", 1)[1].split("</main", 1)[0]
    assert 'role="img"' in body


def test_an_empty_period_says_so_and_a_bad_one_is_told(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    client = sign_in(whole_desk.sue)
    assert "Nothing was decided" in text_of(client.get(f"{REPORT}?from=2020-01-01&to=2020-02-01"))
    wrong = client.get(f"{REPORT}?from=soon")
    assert wrong.status_code == 400
    assert "Shown are the last 13 weeks" in text_of(wrong)
    assert client.get(f"{REPORT}?kind=lunch").status_code == 400


def test_the_csv_is_what_the_page_shows(sign_in: SignIn, whole_desk: Desk, decided: Ticket) -> None:
    answer = sign_in(whole_desk.sue).get("/desk/reports/deadlines.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("by,key,name,kept,missed")
    assert any(line.startswith("team,home,Home,") for line in lines)
    assert sign_in(whole_desk.sue).get("/desk/reports/deadlines.csv?from=x").status_code == 400


def test_a_german_reader_has_the_file_in_his_form_and_words(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    whole_desk.sue.language = "de"
    whole_desk.sue.save()
    answer = sign_in(whole_desk.sue).get("/desk/reports/deadlines.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("by;key;name;")
    kinds = [line for line in lines if line.startswith("kind;")]
    assert kinds and all(re.search(r";100,0;|;\d+,\d;", line) for line in kinds)
    assert any(line.startswith("kind;acknowledge;Eingangsbestätigung;") for line in kinds), kinds


def test_everybody_sees_what_he_may_see(sign_in: SignIn, whole_desk: Desk, decided: Ticket) -> None:
    assert "Nothing was decided" in text_of(sign_in(whole_desk.charlie).get(REPORT))
    assert sign_in(None).get(REPORT).status_code == 302


def test_more_tickets_take_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    client = sign_in(whole_desk.sue)
    few = queries_of(client, REPORT)
    for _ in range(3):
        services.reply(
            make_ticket(whole_desk, now=NOW - dt.timedelta(days=2)), body="Dear Ines",
            actor=user(whole_desk.alice), now=NOW,
        )  # fmt: skip
    assert queries_of(client, REPORT) == few


def test_a_draft_is_tried_from_its_form_to_its_result(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    client = sign_in(whole_desk.sue)
    assert client.get(DRAFTS).status_code == 200
    target = "{kind: first_response, within: 1h}"
    draft = f"key: general\ndata: {{calendar: office, targets: [{target}]}}\n"
    answer = client.post(DRAFTS, {"text": draft, "since": "2026-11-01"})
    assert answer.status_code == 302, text_of(answer)
    row = Simulation.objects.get()
    while trials.work(row.pk, now=NOW):
        pass
    words = text_of(client.get(f"{DRAFTS}{row.pk}/"))
    assert "Done" in words and "1 complaint looked at, 1 concerned" in words
    assert decided.number in words
    assert "Your trials" in text_of(client.get(DRAFTS))


def test_a_draft_begins_with_the_text_of_a_policy_in_force(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    client = sign_in(whole_desk.sue)
    page = text_of(client.get(DRAFTS))
    assert "Begin with the text of one in force" in page
    assert "key: general" in text_of(client.get(f"{DRAFTS}?from=general@1"))
    for wrong in ("nothing@1", "general@", "general@x", f"general@{'9' * 40}"):
        assert client.get(DRAFTS, {"from": wrong}).status_code == 200


def test_a_trial_under_way_shows_how_far_it_is_and_can_be_stopped(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    client = sign_in(whole_desk.sue)
    client.post(DRAFTS, {"policy": "general@1", "since": "2026-11-01"})
    row = Simulation.objects.get()
    page = client.get(f"{DRAFTS}{row.pk}/")
    assert "<progress" in page.content.decode()
    client.post(f"{DRAFTS}{row.pk}/cancel/")
    assert "Stopped" in text_of(client.get(f"{DRAFTS}{row.pk}/"))


@pytest.mark.parametrize(
    "data",
    [
        {}, {"policy": "general@1"}, {"since": "2026-11-01"},
        {"text": "targets: &a [*a]", "since": "2026-11-01"},
        {"policy": "general@1", "text": "targets: []", "since": "2026-11-01"},
        {"policy": "gone@7", "since": "2026-11-01"},
        {"text": "a: [", "since": "2026-11-01"},
        {"text": "targets: 7", "since": "2026-11-01"},
        {"policy": "general@1", "since": "2036-01-01"},
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said_beside_the_form(
    sign_in: SignIn, whole_desk: Desk, data: dict[str, str]
) -> None:
    assert sign_in(whole_desk.sue).post(DRAFTS, data).status_code == 422
    assert not Simulation.objects.exists()


def test_trials_are_for_supervisors_and_ones_own(
    sign_in: SignIn, whole_desk: Desk, decided: Ticket
) -> None:
    assert sign_in(whole_desk.alice).get(DRAFTS).status_code == 403
    sign_in(whole_desk.sue).post(DRAFTS, {"policy": "general@1", "since": "2026-11-01"})
    row = Simulation.objects.get()
    assert sign_in(whole_desk.mona).get(f"{DRAFTS}{row.pk}/").status_code == 404
    assert sign_in(whole_desk.mona).post(f"{DRAFTS}{row.pk}/cancel/").status_code == 404
