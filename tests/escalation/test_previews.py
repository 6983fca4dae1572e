"""What a draft moves is seen before it is saved, by API, admin and page; saving says the same."""

import datetime as dt
import json
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from escalation.models import CalendarDay, Deadline, DeadlinePolicy, Rederivation, WorkCalendar
from escalation.services import previews, rederiving
from escalation.services.drafting import draft_of_calendar, setup_with
from escalation.services.setup import setup
from tests.builders import NOW, Desk, make_ticket
from tests.escalation.builders import TARGETS
from tests.support.api import token_client
from tickets.access import Principal
from tickets.errors import Conflict, NotAllowed
from tickets.models import Ticket

LATER = NOW + dt.timedelta(hours=3)
URL = "/api/v1/reckonings/"
TIGHT = [{**one, "within": "2h"} if one["kind"] == "resolve" else one for one in TARGETS]
DRAFT = {"policies": [{"key": "usual", "data": {"calendar": "office", "targets": TIGHT}}]}


@pytest.fixture(autouse=True)
def _later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def worked(key: int) -> Rederivation:
    job = Rederivation.objects.get(pk=key)
    rederiving.run(job, now=LATER)
    return job


# -- drafts of calendars --------------------------------------------------------------------------


def test_who_joins_a_drafted_calendar_is_as_it_would_be_too(desk: Desk) -> None:
    hours = {"mon": [["07:00", "09:00"]]}
    WorkCalendar.objects.create(key="early", name="Early", time_zone="UTC", hours=hours)
    both = WorkCalendar.objects.create(
        key="both", name="Both", time_zone="UTC", hours={}, joins=["early", "office"]
    )
    third = WorkCalendar.objects.create(
        key="third", name="Third", time_zone="UTC", hours={}, joins=["both"]
    )
    data = WorkCalendar.objects.get(key="office").data() | {"holidays": ["2026-11-25"]}
    before = setup()
    trial = setup_with({"calendars": [{"key": "office", "data": data}]})
    shut = dt.date(2026, 11, 25)
    for row in (both, third):
        assert before.calendars[row.key].is_working_day(shut)
        assert not trial.calendars[row.key].is_working_day(shut)
    assert trial.calendars["early"] is before.calendars["early"]
    # What is drafted is what is stored afterwards, to the last special day.
    CalendarDay.objects.create(calendar=both, day=dt.date(2026, 11, 28), hours=[["09:00", "10:00"]])
    setup.forget()
    assert setup_with(draft_of_calendar(both)).calendars == setup().calendars


def test_a_calendar_like_the_default_one_is_not_the_default_one(desk: Desk) -> None:
    office = WorkCalendar.objects.get(key="office")
    WorkCalendar.objects.filter(key="office").update(is_default=True)
    office.pk, office.key, office.is_default = None, "copy", False
    office.save()
    data = office.data() | {"holidays": ["2026-11-25"]}
    copy: dict[str, Any] = {"key": "copy", "data": data}
    assert setup_with({"calendars": [copy]}).default_calendar is setup().default_calendar
    draft = {"calendars": [copy | {"is_default": True}]}
    assert not setup_with(draft).default_calendar.is_working_day(dt.date(2026, 11, 25))


# -- over REST ------------------------------------------------------------------------------------


def test_a_draft_is_previewed_over_rest_and_changes_nothing(desk: Desk) -> None:
    make_ticket(desk)
    hidden = make_ticket(desk)
    Ticket.objects.filter(pk=hidden.pk).update(confidential=True)
    before = list(Deadline.objects.order_by("pk").values_list("due_at", "policy"))
    shop = token_client(scopes=["config:read"])
    begun = shop.post(URL, DRAFT, format="json")
    assert begun.status_code == 202, begun.json()
    assert (begun.json()["percent"], begun.json()["finished"]) == (0, False)
    worked(begun.json()["id"])
    body = shop.get(f"{URL}{begun.json()['id']}/").json()
    assert body["words"] == "2 deadlines move, 2 would be missed at once"
    assert (body["preview"], body["percent"], body["missed"], body["total"]) == (True, 100, 2, 2)
    assert body["examples"] and hidden.number not in {one["ticket"] for one in body["examples"]}
    assert shop.get(URL).json()["results"][0]["id"] == body["id"]
    assert list(Deadline.objects.order_by("pk").values_list("due_at", "policy")) == before


@pytest.mark.parametrize(
    "data",
    [
        {}, {"policies": []}, {"policies": [{"key": "usual"}]}, {"what": 1},
        {"policies": [{"key": "usual", "data": {"targets": []}}]},
        {"policies": [{"key": "usual", "data": {"targets": [{"kind": "resolve", "within": 7}]}}]},
        {"calendars": [{"key": "office", "data": {"tz": "UTC", "hours": {}}}]},
        {"calendars": [{"key": "office", "data": {"tz": "UTC", "joins": ["gone"]}}]},
        {"calendars": [{"key": "office", "data": {"tz": "UTC", "joins": "office"}}]},
        {"calendars": [{"key": "office", "data": {"tz": "UTC", "joins": [7]}}]},
        {"calendars": [{"key": "office", "data": {"tz": "UTC", "name": "\x00"}}]},
    ],
)  # fmt: skip
def test_a_draft_with_a_mistake_is_a_clear_problem(desk: Desk, data: dict[str, Any]) -> None:
    answer = token_client(scopes=["config:read"]).post(URL, data, format="json")
    assert answer.status_code == 400, answer.content
    assert not Rederivation.objects.exists()


def test_who_may_preview(desk: Desk) -> None:
    for person, status in ((desk.alice, 403), (desk.sue, 403), (desk.mona, 200), (desk.ada, 200)):
        assert browser(person).get(URL).status_code == status, person
    assert token_client(scopes=["tickets:read"]).get(URL).status_code == 403
    sue = Principal.of_user(desk.sue, now=NOW)
    with pytest.raises(NotAllowed):
        previews.begin(DRAFT, who=sue, now=LATER)
    mona = Principal.of_user(desk.mona, now=NOW)
    for _ in range(previews.AT_ONCE):
        previews.begin(DRAFT, who=mona, now=LATER)
    with pytest.raises(Conflict):
        previews.begin(DRAFT, who=mona, now=LATER)


# -- in the admin and on the page -----------------------------------------------------------------


def words_of(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the admin's form would send as it stands."""
    page = client.get(url)
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        values |= {management.add_prefix(k): management[k].value() for k in management.fields}
    data = {}
    for name, value in values.items():
        if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
            data[name] = ",".join(map(str, value))
        elif value is not None and value is not False:
            data[name] = value
    return data


def test_a_policy_is_previewed_in_the_admin_and_saving_it_moves_as_many(desk: Desk) -> None:
    make_ticket(desk)
    make_ticket(desk)
    mona = browser(desk.mona)
    policy = DeadlinePolicy.objects.get()
    url = f"/admin/escalation/deadlinepolicy/{policy.pk}/change/"
    assert 'name="_preview"' in mona.get(url).content.decode()
    data = form_of(mona, url) | {"data": json.dumps(DRAFT["policies"][0]["data"])}
    answer = mona.post(url, data | {"_preview": "1"})
    assert answer.status_code == 302, words_of(answer)
    job = Rederivation.objects.get()
    assert DeadlinePolicy.objects.get() == policy and DeadlinePolicy.history.count() <= 1
    waiting = mona.get(answer["Location"])
    assert "<progress" in waiting.content.decode() and "Look again" in words_of(waiting)
    worked(job.pk)
    page = words_of(mona.get(answer["Location"]))
    assert "2 deadlines move, 2 would be missed at once" in page and "missed at once" in page
    saved = mona.post(url, data | {"_save": "1"}, follow=True)
    applied = worked(Rederivation.objects.latest("pk").pk)
    assert f"/desk/reckonings/{applied.pk}/" in saved.content.decode()
    page = words_of(mona.get(f"/desk/reckonings/{applied.pk}/"))
    assert "2 deadlines moved, 2 missed at once" in page
    assert DeadlinePolicy.objects.get(active=True).version == 2


def test_a_special_day_is_previewed_in_the_admin(desk: Desk) -> None:
    make_ticket(desk)
    mona = browser(desk.mona)
    office = WorkCalendar.objects.get(key="office")
    url = f"/admin/escalation/workcalendar/{office.pk}/change/"
    data = form_of(mona, url)
    data |= {"days-TOTAL_FORMS": "1", "days-0-day": "2026-11-25", "days-0-hours": "[]"}
    for name in ("hours", "overrides", "breaks", "yearly_breaks"):
        data[name] = json.dumps(getattr(office, name))
    answer = mona.post(url, data | {"_preview": "1"})
    assert answer.status_code == 302, words_of(answer)
    assert not CalendarDay.objects.exists()
    first = rederiving.progress(worked(Rederivation.objects.get().pk))
    alone = "/admin/escalation/calendarday/add/"
    day = {"calendar": office.pk, "day": "2026-11-25", "name": "", "hours": "[]"}
    answer = mona.post(alone, day | {"_preview": "1"})
    assert answer.status_code == 302, words_of(answer)
    again = rederiving.progress(worked(Rederivation.objects.latest("pk").pk))
    assert again.moved == first.moved > 0
    mona.post(alone, day | {"_save": "1"})
    done = rederiving.progress(worked(Rederivation.objects.latest("pk").pk))
    assert (done.moved, done.missed, done.earlier) == (first.moved, first.missed, first.earlier)


def test_a_mistake_is_told_on_the_form_and_nothing_begins(desk: Desk) -> None:
    mona = browser(desk.mona)
    url = f"/admin/escalation/deadlinepolicy/{DeadlinePolicy.objects.get().pk}/change/"
    data = form_of(mona, url) | {"data": '{"targets": []}', "_preview": "1"}
    answer = mona.post(url, data)
    assert answer.status_code == 200 and "at least one target" in words_of(answer)
    assert not Rederivation.objects.exists()


def test_a_draft_is_previewed_from_the_page_where_drafts_are_tried(desk: Desk) -> None:
    make_ticket(desk)
    text = json.dumps({"key": "usual", "data": DRAFT["policies"][0]["data"]})
    form = {"text": text, "since": "2026-11-01", "preview": "1"}
    mona, sue = browser(desk.mona), browser(desk.sue)
    assert "What would it move now?" in words_of(mona.get("/desk/drafts/"))
    assert "What would it move now?" not in words_of(sue.get("/desk/drafts/"))
    assert sue.post("/desk/drafts/", form).status_code == 422
    answer = mona.post("/desk/drafts/", form)
    assert answer.status_code == 302, words_of(answer)
    worked(Rederivation.objects.get().pk)
    assert "1 deadline moves, 1 would be missed" in words_of(mona.get(answer["Location"]))
    assert sue.get(answer["Location"]).status_code == 403


def test_the_list_in_the_admin_names_no_hidden_ticket(desk: Desk) -> None:
    hidden = make_ticket(desk)
    Ticket.objects.filter(pk=hidden.pk).update(confidential=True)
    job = worked(previews.begin(DRAFT, who=Principal.of_user(desk.mona, now=NOW), now=LATER).pk)
    page = browser(desk.mona).get(f"/admin/escalation/rederivation/{job.pk}/change/")
    assert hidden.number not in words_of(page)
    assert f"/desk/reckonings/{job.pk}/" in page.content.decode()
