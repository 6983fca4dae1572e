"""The pages of policies: the list, versions and history, what changed, and who may what."""

import datetime as dt

import pytest

from remedies import services
from remedies.models import RemedyPolicy
from tests.builders import NOW, Desk
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import put_in_force
from tests.remedies.test_policies import small

pytestmark = pytest.mark.django_db


def test_without_a_policy_the_list_says_what_that_means(desk: Desk, sign_in: SignIn) -> None:
    text = text_of(sign_in(desk.mona).get("/desk/policies/"))
    assert "No policy yet" in text
    assert "Begin a draft of it" in text
    assert "Begin a new policy" not in text_of(sign_in(desk.alice).get("/desk/policies/"))


def test_the_list_tells_what_is_in_force_and_what_is_written(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    services.begin_draft(small(5), by=whole_desk.mona, now=NOW)
    text = text_of(sign_in(whole_desk.sue).get("/desk/policies/"))
    assert "General retail policy" in text
    assert "version 1 since today" in text
    assert "Read the draft" in text
    assert f"written by {whole_desk.mona.name}" in text
    rep = text_of(sign_in(whole_desk.alice).get("/desk/policies/"))
    assert "General retail policy" in rep
    assert "small" not in rep


def test_the_list_takes_as_many_queries_however_many_versions(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    mona = sign_in(whole_desk.mona)
    few = queries_of(mona, "/desk/policies/")
    for amount in range(5, 11):
        put_in_force(small(amount))
    assert queries_of(mona, "/desk/policies/") == few
    one = queries_of(mona, "/desk/policies/small/")
    for amount in range(11, 15):
        put_in_force(small(amount))
    assert queries_of(mona, "/desk/policies/small/") == one


def test_a_draft_begins_on_the_page_from_a_version_a_pack_or_nothing(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    mona = sign_in(whole_desk.mona)
    address = "/desk/policies/begin/"
    begun = mona.post(address, {"key": "general", "version": "1"})
    assert begun["Location"] == "/desk/policies/general/2/"
    again = mona.post(address, {"key": "general", "version": "1"}, follow=True)
    assert "There is a draft of general already" in text_of(again)
    assert mona.post(address, {"pack-pack": "eu261"})["Location"] == "/desk/policies/eu261/1/"
    fresh = {"blank-key": "parcels", "blank-title": "Parcels", "blank-currency": "eur"}
    assert mona.post(address, fresh)["Location"] == "/desk/policies/parcels/1/"
    wrong = mona.post(address, fresh | {"blank-key": "two words", "blank-currency": "EURO"})
    assert wrong.status_code == 422
    assert "What you typed is kept" in text_of(wrong)
    odd = mona.post(address, fresh | {"blank-key": "other", "blank-currency": "1$X"})
    assert (odd.status_code, "three capital letters" in text_of(odd)) == (422, True)
    assert mona.post(address, {"pack-pack": "nothing"}).status_code == 404
    assert sign_in(whole_desk.sue).post(address, {"pack-pack": "uk261"}).status_code == 403


def test_a_policy_shows_its_versions_and_who_did_what(desk: Desk, sign_in: SignIn) -> None:
    put_in_force(small(5))
    draft = services.begin_draft(small(6), by=desk.mona, now=NOW)
    for amount in (7, 8, 9):
        services.write_draft(draft, small(amount), by=desk.mona, now=NOW, seen=None)
    text = text_of(sign_in(desk.sue).get("/desk/policies/small/"))
    assert f"{desk.mona.name} saved draft 2, 3 times" in text
    assert "Amends put in force version 1" in text
    assert "Discard" not in text
    assert "Who did what" not in text_of(sign_in(desk.alice).get("/desk/policies/small/"))
    assert sign_in(desk.mona).get("/desk/policies/none/").status_code == 404


def test_what_changed_is_told_part_by_part_and_line_by_line(desk: Desk, sign_in: SignIn) -> None:
    put_in_force(small(5))
    services.begin_draft(small(6), by=desk.mona, now=NOW)
    sue = sign_in(desk.sue)
    page = text_of(sue.get("/desk/policies/small/2/changes/"))
    assert "Rule A changed amount 5 6" in page
    assert "gone: rules: [{rule: A, title: Credit, gives: credit, amount: 5}]" in page
    assert sue.get("/desk/policies/small/2/changes/?from=9").status_code == 404
    assert "no other version" in text_of(sign_in(desk.alice).get("/desk/policies/small/1/changes/"))
    assert sign_in(desk.alice).get("/desk/policies/small/2/changes/").status_code == 404


def test_a_draft_that_is_no_yaml_is_compared_line_by_line(desk: Desk, sign_in: SignIn) -> None:
    put_in_force(small(5))
    draft = services.begin_draft(small(6), by=desk.mona, now=NOW)
    services.write_draft(draft, "policy: small\n  bad: [", by=desk.mona, now=NOW, seen=None)
    page = text_of(sign_in(desk.sue).get("/desk/policies/small/2/changes/"))
    assert "only the lines are compared" in page


def test_a_draft_is_put_in_force_now_or_on_a_day_and_taken_back(
    desk: Desk, sign_in: SignIn
) -> None:
    put_in_force(small(5))
    draft = services.begin_draft(small(6), by=desk.mona, now=NOW)
    mona = sign_in(desk.mona)
    address = "/desk/policies/small/2/"
    assert "Say from which day" in text_of(
        mona.post(f"{address}activate/", {"when": "later", "seen": 1}, follow=True)
    )
    day = (NOW + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    planned = mona.post(f"{address}activate/", {"when": "later", "at": day, "seen": 1}, follow=True)
    assert "put in force on its day" in text_of(planned)
    assert "waits for its day and is not edited" in text_of(mona.get(address))
    back = mona.post(f"{address}unschedule/", follow=True)
    assert "is a draft again" in text_of(back)
    stale = mona.post(f"{address}activate/", {"when": "now", "seen": 7}, follow=True)
    assert "while you were working on it" in text_of(stale)
    done = mona.post(f"{address}activate/", {"when": "now", "seen": 1}, follow=True)
    assert "Version 2 is in force" in text_of(done)
    assert "no longer in force" in text_of(mona.post(f"{address}retire/", follow=True))
    draft.refresh_from_db()
    assert draft.status == "retired"
    assert mona.post(f"{address}explode/").status_code == 404


def test_what_has_mistakes_is_not_put_in_force_and_says_which(desk: Desk, sign_in: SignIn) -> None:
    services.begin_draft(small(6, 7), by=desk.mona, now=NOW)
    mona = sign_in(desk.mona)
    page = text_of(mona.post("/desk/policies/small/1/activate/", {"when": "now"}, follow=True))
    assert "Not in force yet. Case “always”: amount: expected 7, got 6." in page
    assert RemedyPolicy.objects.get().status == "draft"


def test_a_draft_is_discarded_by_who_may_edit(desk: Desk, sign_in: SignIn) -> None:
    services.begin_draft(small(6), by=desk.mona, now=NOW)
    address = "/desk/policies/small/1/discard/"
    for name, status in {"alice": 404, "sue": 403, "audrey": 403}.items():
        assert sign_in(getattr(desk, name)).post(address).status_code == status, name
    page = sign_in(desk.mona).post(address, {"seen": 1}, follow=True)
    assert "The history keeps its text" in text_of(page)
    assert not RemedyPolicy.objects.exists()


def test_the_rail_leads_to_policies(whole_desk: Desk, sign_in: SignIn) -> None:
    body = sign_in(whole_desk.alice).get("/desk/").content.decode()
    assert 'href="/desk/policies/" data-go="p"' in body
