"""A preview can be stopped and says how far it was; old results are forgotten at night."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from config.celery import BEAT_SCHEDULE
from escalation.models import Rederivation, RederivationPart, Simulation, SimulationState
from escalation.services import previews, rederiving, tidying
from tests.builders import NOW, Desk, make_ticket
from tests.escalation.test_previews import DRAFT, TIGHT
from tests.support.api import token_client
from tickets.access import Principal
from tickets.errors import Conflict, NotAllowed

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=3)
DAY = dt.timedelta(days=1)


def who(person: Any) -> Principal:
    return Principal.of_user(person, now=NOW)


@pytest.fixture
def job(desk: Desk) -> Rederivation:
    """A preview of four tickets, in parts of one."""
    for _ in range(4):
        make_ticket(desk)
    return rederiving.start("Draft of usual", now=NOW, by=desk.mona, draft=DRAFT, size=1)


def look(job: Rederivation, desk: Desk) -> previews.Found:
    return previews.look(Rederivation.objects.get(pk=job.pk), who=who(desk.mona))


def test_a_cancelled_preview_looks_at_nothing_more_and_keeps_what_it_found(
    desk: Desk, job: Rederivation
) -> None:
    rederiving.run(job, now=LATER, most=2)
    previews.cancel(job, who=who(desk.ada), now=LATER)
    assert not rederiving.do_next(now=LATER)
    found = look(job, desk)
    assert (found.state, found.percent, found.progress.tickets) == ("cancelled", 50, 2)
    assert found.words == (
        "2 deadlines move, 2 would be missed at once, of the first 2 of 4 tickets"
    )
    assert (found.job.cancelled_by, found.job.finished_at) == ("Ada", LATER)


def test_cancelled_before_it_began_it_found_nothing(desk: Desk, job: Rederivation) -> None:
    previews.cancel(job, who=who(desk.mona), now=LATER)
    found = look(job, desk)
    assert (found.state, found.percent, found.progress.tickets) == ("cancelled", 0, 0)


def test_one_that_is_over_stays_as_it_is(desk: Desk, job: Rederivation) -> None:
    rederiving.run(job, now=LATER)
    previews.cancel(job, who=who(desk.mona), now=LATER + DAY)
    found = look(job, desk)
    assert (found.state, found.percent, found.job.finished_at) == ("done", 100, LATER)
    assert "of the first" not in found.words


def test_a_change_in_force_is_worked_out_to_its_end(desk: Desk) -> None:
    make_ticket(desk)
    job = rederiving.start("By hand", now=NOW)
    with pytest.raises(Conflict, match="in force"):
        previews.cancel(job, who=who(desk.mona), now=LATER)
    assert RederivationPart.objects.filter(job=job, done_at=None).exists()


def test_who_may_not_preview_may_not_cancel_either(desk: Desk, job: Rederivation) -> None:
    with pytest.raises(NotAllowed):
        previews.cancel(job, who=who(desk.sue), now=LATER)


def test_a_cancelled_one_makes_room_for_another(desk: Desk) -> None:
    make_ticket(desk)
    mona = who(desk.mona)
    jobs = [previews.begin(DRAFT, who=mona, now=NOW) for _ in range(previews.AT_ONCE)]
    with pytest.raises(Conflict):
        previews.begin(DRAFT, who=mona, now=NOW)
    previews.cancel(jobs[0], who=mona, now=NOW)
    assert previews.begin(DRAFT, who=mona, now=NOW).preview


def test_over_rest_it_is_cancelled_once_and_says_so(desk: Desk, job: Rederivation) -> None:
    client = token_client(scopes=["config:read"])
    url = f"/api/v1/reckonings/{job.pk}/"
    assert client.get(url).json()["state"] == "under_way"
    for _ in range(2):
        answer = client.post(f"{url}cancel/")
        assert answer.status_code == 200, answer.content
        said = answer.json()
        assert (said["state"], said["finished"], said["percent"]) == ("cancelled", True, 0)
        assert said["cancelled_by"]
    force = rederiving.start("By hand", now=NOW)
    assert client.post(f"/api/v1/reckonings/{force.pk}/cancel/").status_code == 409
    assert token_client("Reader", scopes=["tickets:read"]).post(f"{url}cancel/").status_code == 403


def test_the_page_has_a_button_that_stops_it(client: Client, desk: Desk, job: Rederivation) -> None:
    client.force_login(desk.mona)
    url = f"/desk/reckonings/{job.pk}/"
    assert f'action="{url}cancel/"' in client.get(url).content.decode()
    page = client.post(f"{url}cancel/", follow=True).content.decode()
    assert "Stopped by Mona" in page
    assert f'action="{url}cancel/"' not in page
    assert "hx-trigger" not in page.partition('id="reckoning"')[2][:200]
    force = rederiving.start("By hand", now=NOW)
    url = f"/desk/reckonings/{force.pk}/"
    assert "cancel/" not in client.get(url).content.decode()
    assert "worked out to its end" in client.post(f"{url}cancel/", follow=True).content.decode()
    client.force_login(desk.sue)
    assert client.post(f"{url}cancel/").status_code == 403


# -- forgotten at night ---------------------------------------------------------------------------


def trial(desk: Desk, state: SimulationState, touched: dt.datetime) -> Simulation:
    """A trial that somebody last worked on then."""
    over = state not in {SimulationState.WAITING, SimulationState.RUNNING}
    return Simulation.objects.create(
        key="usual", name="Draft", order=1, data={"targets": TIGHT}, since=NOW - 90 * DAY,
        until=NOW - 60 * DAY, state=state.value, created_at=touched, touched_at=touched,
        finished_at=touched if over else None, created_by=desk.sue,
    )  # fmt: skip


def test_results_of_trials_are_forgotten_after_a_month_whatever_became_of_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "BATCH", 2)
    for state in SimulationState:
        trial(desk, state, NOW - 31 * DAY)
    kept = {trial(desk, state, NOW - 29 * DAY).pk for state in SimulationState}
    assert tidying.forget_trials(now=NOW) == (len(SimulationState), 0)
    assert set(Simulation.objects.values_list("pk", flat=True)) == kept
    assert tidying.forget_trials(now=NOW) == (0, 0)


def test_previews_are_forgotten_too_and_reckonings_in_earnest_are_not(
    desk: Desk, job: Rederivation
) -> None:
    force = rederiving.start("By hand", now=NOW)
    assert tidying.forget_trials(now=NOW + 29 * DAY) == (0, 0)
    assert tidying.forget_trials(now=NOW + 31 * DAY) == (0, 1)
    assert list(Rederivation.objects.all()) == [force]
    assert not RederivationPart.objects.filter(job_id=job.pk).exists()


def test_beat_rings_for_it_every_night() -> None:
    entry = BEAT_SCHEDULE["forget old trials of drafts"]
    assert entry["task"] == "escalation.tasks.forget_trials"
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {27})
    assert entry["options"]["expires"]
