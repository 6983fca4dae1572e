"""Kept and missed, by kind, cause, team and category, against the period before; over REST too."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from escalation.services import reports, stepping, trials
from escalation.services.reports import Line, Report, report, table
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at
from tests.support.api import token_client
from tickets import services
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.models import RootCause, Ticket, User
from tickets.periods import Period, period_of

LATER = at("27 12:00")
WEEK = Period(at("23 00:00"), at("30 00:00"))


def who(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


def answered(desk: Desk, hours: float, **over: Any) -> Ticket:
    """A complaint with its first answer so many hours after it came: two were promised."""
    ticket = make_ticket(desk, **over)
    came = over.get("now", NOW)
    alice = user(over.pop("by", desk.alice))
    services.take(ticket, actor=alice, now=came)
    services.reply(ticket, body="Dear Ines", actor=alice, now=came + dt.timedelta(hours=hours))
    return ticket


def found(desk: Desk, person: User | None = None, **over: Any) -> Report:
    return report(who(person or desk.mona), over.pop("period", WEEK), now=LATER, **over)


def line(lines: tuple[Line, ...], key: str) -> Line:
    return next(one for one in lines if one.key == key)


def test_kept_and_missed_are_counted_once_each(desk: Desk) -> None:
    answered(desk, 1)
    answered(desk, 3)
    stepping.sweep(now=at("24 15:00"))
    first = line(found(desk).by["kind"], "first_response")
    assert (first.kept, first.missed, first.share) == (1, 1, 0.5)
    assert (first.kept_before, first.missed_before, first.share_before) == (0, 0, None)


def test_a_promise_kept_late_is_missed_and_not_also_kept(desk: Desk) -> None:
    answered(desk, 3)
    one = found(desk, kind="first_response").total
    assert (one.kept, one.missed) == (0, 1)


def test_it_is_compared_with_as_many_days_before(desk: Desk) -> None:
    answered(desk, 1, now=at("17 11:00"))
    answered(desk, 3)
    first = line(found(desk).by["kind"], "first_response")
    assert (first.kept_before, first.missed_before) == (1, 0)
    assert (WEEK.before.start, WEEK.before.end) == (at("16 00:00"), at("23 00:00"))
    assert found(desk).trend[1].missed >= 1
    assert sum(point.kept + point.missed for point in found(desk).trend) == found(desk).total.every
    assert sum(p.kept_before + p.missed_before for p in found(desk).trend) == (
        found(desk).total.kept_before + found(desk).total.missed_before
    )


def test_causes_teams_and_categories_add_up(desk: Desk) -> None:
    ticket = answered(desk, 1)
    cause = RootCause.objects.create(key="job", name="Job closed too early")
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="upheld", root_cause=cause,
        actor=user(desk.alice), now=at("24 13:00"),
    )  # fmt: skip
    answered(desk, 1)
    got = found(desk)
    assert {one.name for one in got.by["cause"]} == {"Job closed too early", reports.NO_CAUSE}
    for lines in got.by.values():
        assert sum(one.every for one in lines) == got.total.every
    assert found(desk, team="travel").total.every == 0
    assert found(desk, category="outage").total.every == got.total.every


def test_a_promise_counts_once_for_each_cause_of_its_ticket(desk: Desk) -> None:
    ticket = answered(desk, 1, points=["No line", "No visit", "No call"])
    causes = [RootCause.objects.create(key=key, name=key.title()) for key in ("job", "rota")]
    for point, cause in zip(ticket.points.all(), [*causes, causes[0]], strict=True):
        services.decide_point(
            ticket, point.pk, outcome="upheld", root_cause=cause,
            actor=user(desk.alice), now=at("24 13:00"),
        )  # fmt: skip
    got = found(desk)
    assert got.total.every > 0
    assert [line(got.by["cause"], key).every for key in ("job", "rota")] == [got.total.every] * 2


def test_pauses_and_extensions_that_were_used_are_told(desk: Desk) -> None:
    ticket, alice = answered(desk, 1), user(desk.alice)
    services.wait_for_customer(ticket, for_what="the bill", actor=alice, now=at("24 13:00"))
    services.resume(ticket, actor=alice, now=at("24 15:00"))
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="upheld", actor=alice, now=at("25 09:00")
    )
    services.resolve(ticket, actor=alice, now=at("25 10:00"))
    (used,) = found(desk, kind="resolve").pauses
    assert (used.reason, used.deadlines, used.pauses) == ("waiting_customer", 1, 1)
    assert used.total == used.longest == dt.timedelta(hours=2)
    assert found(desk).extensions.extensions == 0


def test_only_what_one_may_see_counts_and_imports_never(desk: Desk) -> None:
    ticket = answered(desk, 1)
    assert found(desk, desk.charlie).total.every == 0
    assert found(desk, desk.alice).total.every > 0
    Ticket.objects.filter(pk=ticket.pk).update(historical=True)
    assert found(desk).total.every == 0


def test_nobody_is_ranked(desk: Desk) -> None:
    answered(desk, 1)
    got = found(desk)
    told = "\n".join(",".join(row) for row in table(got))
    assert set(got.by) == {"kind", "cause", "team", "category"}
    assert "Alice" not in told


def test_more_promises_take_no_more_queries(desk: Desk, django_assert_num_queries: Any) -> None:
    answered(desk, 1)
    principal = who(desk.mona)
    for _ in range(2):
        with django_assert_num_queries(8):
            report(principal, WEEK, now=LATER)
        answered(desk, 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [("x", ""), ("", "2026-13-01"), ("2026-11-02", "2026-11-01"), ("2020-01-01", ""),
     ("0001-01-01", "0001-02-01"), ("9999-12-01", "9999-12-31")],
)  # fmt: skip
def test_a_period_that_is_none_is_refused(first: str, last: str) -> None:
    with pytest.raises(Invalid):
        period_of(first, last, now=NOW, zone=dt.UTC)


def test_names_do_not_become_formulas_and_full_means_all(desk: Desk) -> None:
    desk.home.name = "=1+1"
    desk.home.save()
    answered(desk, 1)
    rows = list(table(found(desk)))
    assert any(row[2] == "'=1+1" for row in rows)
    assert reports.percent(0.9999) == "99.9"
    assert reports.percent(1.0) == "100.0"


# -- over REST ----------------------------------------------------------------------------------


def test_the_report_over_rest(desk: Desk, client: Client) -> None:
    answered(desk, 1)
    client.force_login(desk.mona, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(LATER, tick=False):
        body = client.get("/api/v1/reports/deadlines/?from=2026-11-23&to=2026-11-29").json()
        assert body["total"]["kept"] > 0
        assert body["before_first"] == "2026-11-16"
        for wrong in ("from=x", "kind=lunch", "from=2026-11-30&to=2026-11-01", "team=%00"):
            assert client.get(f"/api/v1/reports/deadlines/?{wrong}").status_code == 400, wrong
    assert Client().get("/api/v1/reports/deadlines/").status_code == 401


def test_a_draft_is_tried_over_rest(desk: Desk) -> None:
    ticket = answered(desk, 1)
    with time_machine.travel(LATER, tick=False):
        shop = token_client(scopes=["config:read"])
        begun = shop.post(
            "/api/v1/simulations/",
            {"policy": "usual", "since": "2026-11-01T00:00:00Z"}, format="json",
        )  # fmt: skip
        assert begun.status_code == 202, begun.json()
        url = f"/api/v1/simulations/{begun.json()['id']}/"
        while trials.work(begun.json()["id"], now=LATER):
            pass
        body = shop.get(url).json()
        assert (body["state"], body["percent"], body["looked_at"]) == ("done", 100, 1)
        assert sum(cell["kept_then"] for cell in body["cells"]) > 0
        assert len(shop.get("/api/v1/simulations/").json()["results"]) == 1
        assert shop.post(f"{url}cancel/").json()["state"] == "done"
        other = token_client("Other", scopes=["config:read"])
        assert other.get(url).status_code == 404
        blind = token_client("Blind", scopes=["tickets:read"])
        assert blind.get(url).status_code == 403
    assert ticket.number


@pytest.mark.parametrize(
    "data",
    [
        {}, {"since": "2026-11-01T00:00:00Z"}, {"policy": "usual"},
        {"policy": "usual", "draft": {}, "since": "2026-11-01T00:00:00Z"},
        {"draft": {"targets": []}, "since": "2026-11-01T00:00:00Z"},
        {"policy": "usual", "since": "2036-11-01T00:00:00Z"},
        {"policy": "usual", "since": "2026-11-01T00:00:00Z", "who": 1},
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_a_clear_problem(desk: Desk, data: dict[str, Any]) -> None:
    with time_machine.travel(LATER, tick=False):
        shop = token_client(scopes=["config:read"])
        assert shop.post("/api/v1/simulations/", data, format="json").status_code == 400
