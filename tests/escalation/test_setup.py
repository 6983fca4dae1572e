"""What is set up: packs, versions, the admin, checks, and the new reckoning after a change."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from escalation.checks import configuration_is_sound, every_action_exists
from escalation.models import DeadlinePolicy, EscalationPath, WorkCalendar
from escalation.services import rederiving, versioning
from escalation.services.defaults import ensure_defaults
from escalation.services.setup import setup
from escalation.tasks import rederive_open, sweep
from tests.builders import NOW, Desk, make_ticket
from tests.escalation.builders import TARGETS, at, deadline, types_of


def test_the_general_pack_is_added_once_and_leaves_what_is_there(desk: Desk) -> None:
    before = WorkCalendar.objects.get(key="office").time_zone
    assert ensure_defaults(now=NOW) == 6
    assert ensure_defaults(now=NOW) == 0
    assert WorkCalendar.objects.get(key="office").time_zone == before
    assert configuration_is_sound() == []
    assert every_action_exists() == []


def test_a_new_desk_gets_its_deadlines_from_the_pack(desk: Desk) -> None:
    DeadlinePolicy.objects.all().delete()
    WorkCalendar.objects.all().delete()
    ensure_defaults(now=NOW)
    ticket = make_ticket(desk)
    assert deadline(ticket, "acknowledge").due_at == at("24 15:18")
    assert deadline(ticket, "resolve").policy.key == "general"


def test_a_calendar_that_never_opens_is_refused_when_saved(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="no working hours"):
        WorkCalendar(key="never", name="Never", time_zone="UTC", hours={}).full_clean()


@pytest.mark.parametrize(
    "data",
    [
        {"targets": [{"kind": "resolve", "within": "soon"}]},
        {"targets": [{"kind": "resolve", "within": "4h"}], "calendar": "moon"},
        {"targets": [{"kind": "resolve", "within": "4h", "path": "nowhere"}]},
    ],
)
def test_a_policy_that_cannot_work_is_refused_when_saved(desk: Desk, data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DeadlinePolicy(key="x", name="X", data=data, created_at=NOW).full_clean()


def test_a_path_with_a_mistake_is_refused_when_saved(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="nobody we know"):
        EscalationPath(key="x", name="X", steps=[{"to": ["boss"]}]).full_clean()


def test_a_changed_policy_is_a_new_version_and_the_old_one_stays(desk: Desk) -> None:
    ticket = make_ticket(desk)
    policy = DeadlinePolicy.objects.get(key="usual")
    policy.data = {"calendar": "office", "targets": [
        {**target, "within": "16h"} if target["kind"] == "resolve" else target
        for target in TARGETS
    ]}  # fmt: skip
    stands = versioning.publish(policy, changed={"data"}, by=desk.mona, now=NOW)
    assert (stands.version, stands.active, stands.created_by) == (2, True, desk.mona)
    first = DeadlinePolicy.objects.get(key="usual", version=1)
    assert (first.active, first.data["targets"]) == (False, TARGETS)
    assert deadline(ticket, "resolve").policy == first
    assert rederiving.rederive_all(now=NOW + dt.timedelta(minutes=5)) == 1
    row = deadline(ticket, "resolve")
    assert (row.policy, row.started_at, row.due_at) == (stands, NOW, at("26 11:18"))
    assert "deadlines_moved" in types_of(ticket)


def test_a_new_holiday_moves_open_deadlines_from_their_own_start(desk: Desk) -> None:
    ticket = make_ticket(desk)
    calendar = WorkCalendar.objects.get(key="office")
    calendar.holidays = [dt.date(2026, 11, 25)]
    calendar.save()
    rederiving.rederive_all(now=at("24 13:00"))
    row = deadline(ticket, "resolve")
    assert (row.started_at, row.due_at) == (NOW, at("26 11:18"))
    # The first answer was missed before: it is not moved.
    assert deadline(ticket, "acknowledge").due_at == at("24 12:18")


def test_a_changed_policy_is_seen_at_once_in_this_process(desk: Desk) -> None:
    assert [version.key for version in setup().active] == ["usual"]
    DeadlinePolicy.objects.update(active=False)
    policy = DeadlinePolicy.objects.get(key="usual")
    policy.save()
    assert setup().active == ()


def test_a_mistake_in_the_setup_refuses_no_complaint(desk: Desk) -> None:
    WorkCalendar.objects.filter(key="office").update(hours={}, is_default=False)
    calendar = WorkCalendar.objects.create(
        key="spare", name="Spare", time_zone="UTC", hours={"wed": [["10:00", "16:00"]]},
        is_default=True,
    )  # fmt: skip
    ticket = make_ticket(desk)
    assert deadline(ticket, "acknowledge").due_at == at("25 11:00")
    assert [problem.id for problem in configuration_is_sound()] == ["escalation.W001"]
    calendar.delete()
    assert deadline(make_ticket(desk), "acknowledge").due_at == at("24 12:18")


def test_a_ticket_that_no_policy_fits_has_no_deadlines_and_no_error(desk: Desk) -> None:
    DeadlinePolicy.objects.get(key="usual").delete()
    ticket = make_ticket(desk)
    assert not ticket.deadlines.exists()


def test_the_tasks_ring_the_services(desk: Desk) -> None:
    make_ticket(desk)
    assert sweep() >= 0
    rederive_open()


def test_the_admin_shows_and_saves(desk: Desk, client: Any) -> None:
    client.force_login(desk.ada, backend="django.contrib.auth.backends.ModelBackend")
    ticket = make_ticket(desk)
    for name in ("workcalendar", "escalationpath", "deadlinepolicy", "deadline", "escalation"):
        assert client.get(f"/admin/escalation/{name}/").status_code == 200, name
    path = EscalationPath.objects.get(key="ladder")
    answer = client.post(
        f"/admin/escalation/escalationpath/{path.pk}/change/",
        {"key": "ladder", "name": "Ladder", "steps": '[{"after": "0m", "to": ["boss"]}]'},
    )
    assert b"nobody we know" in answer.content
    row = deadline(ticket, "resolve")
    page = client.get(f"/admin/escalation/deadline/{row.pk}/change/")
    assert b'name="_save"' not in page.content
