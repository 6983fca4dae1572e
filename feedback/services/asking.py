"""Asking customers: planned by events, sent when due, ended when nobody answers."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from feedback.models import FollowUp, Survey, SurveySettings
from feedback.rules import FeedbackEvent, SurveyStatus, when_to_ask
from tickets.actors import SYSTEM
from tickets.cached import Cached
from tickets.change import Change, changing, unit_of_work
from tickets.errors import Conflict
from tickets.languages import speaking
from tickets.models import Event

_GRANTED = "remedy_granted"
#: After one of these a remedy is no longer on its way.
_ARRIVED = frozenset({"remedy_fulfilled", "remedy_cancelled"})


def _load() -> SurveySettings:
    return SurveySettings.objects.filter(pk=1).first() or SurveySettings(pk=1)


#: How this desk asks; its defaults where nobody has set anything.
survey_settings = Cached(_load, SurveySettings)


def plan(change: Change, event: Event) -> None:
    """The matter is settled: plan to ask, if and when the rules say so."""
    if change.ticket.historical:
        return
    rules = survey_settings()
    if not rules.enabled or change.ticket.resolved_at is None or _open(change) is not None:
        return
    customer = change.ticket.customer
    last = (
        Survey.objects.filter(ticket__customer=customer, sent_at__isnull=False)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    asking = when_to_ask(
        rules.rules,
        resolved_at=event.at,
        remedies_open=_remedies_open(change),
        do_not_survey=customer.do_not_survey,
        historical=change.ticket.historical,
        last_asked_at=last,
    )
    if asking.due_at is None:
        return
    survey = change.add(Survey(ticket=change.ticket, planned_at=event.at, due_at=asking.due_at))
    change.record(
        FeedbackEvent.SURVEY_PLANNED,
        data={"survey": survey.pk, "due": asking.due_at.isoformat(), "why": asking.reason},
        changes={
            f"surveys.{survey.pk}.status": (None, survey.status),
            f"surveys.{survey.pk}.due_at": (None, survey.due_at),
        },
        actor=SYSTEM,
    )


def remedy_arrived(change: Change, event: Event) -> None:
    """What held the question back has arrived: ask soon. Later ones hold it back again."""
    survey = _open(change)
    resolved_at = change.ticket.resolved_at
    if survey is None or survey.status != SurveyStatus.PLANNED or resolved_at is None:
        return
    if _remedies_open(change):
        return
    before = survey.due_at
    due = max(resolved_at, event.at) + survey_settings().rules.delay
    if due >= before:
        return
    survey.due_at = due
    change.save(survey, "due_at")
    change.record(
        FeedbackEvent.SURVEY_PLANNED,
        data={"survey": survey.pk, "due": due.isoformat(), "why": "The remedy arrived."},
        changes={f"surveys.{survey.pk}.due_at": (before, due)},
        actor=SYSTEM,
    )


def cancel(change: Change, event: Event) -> None:
    """The complaint is open again: who is not finished with it is not asked about it."""
    survey = _open(change)
    if survey is None:
        return
    before = survey.status
    _end(change, survey, SurveyStatus.CANCELLED, at=event.at)
    change.record(
        FeedbackEvent.SURVEY_CANCELLED,
        data={"survey": survey.pk, "reason": "The complaint is open again."},
        changes=_ended(survey, before),
        actor=SYSTEM,
    )


def hold_back(change: Change, event: Event) -> None:
    """Raises `Conflict`: while somebody still has to get in touch with the customer about a ticket,
    it becomes no part of another."""
    if any(row.closed_at is None for row in change.all(FollowUp)):
        raise Conflict(
            "{number} has a follow-up that is still open.",
            number=change.ticket.number,
            field="other",
        )


def send_next(*, now: dt.datetime) -> bool:
    """Send one survey that is due. Returns whether there was one.

    Two workers never send the same: its ticket is locked first, as by every other change, and
    one that another worker holds is passed over.
    """
    with unit_of_work(now=now):
        survey, change = _claim(SurveyStatus.PLANNED, due="due_at", now=now)
        if change is None:
            return False
        if survey is None:
            return True
        survey.status = SurveyStatus.SENT.value
        survey.sent_at = now
        survey.expires_at = now + survey_settings().rules.expires_after
        change.save(survey, "status", "sent_at", "expires_at")
        change.enqueue("mail", f"survey:{survey.pk}", _mail(change, survey))
        change.record(
            FeedbackEvent.SURVEY_SENT,
            data={"survey": survey.pk},
            changes={
                f"surveys.{survey.pk}.status": ("planned", survey.status),
                f"surveys.{survey.pk}.sent_at": (None, now),
                f"surveys.{survey.pk}.expires_at": (None, survey.expires_at),
            },
        )
    return True


def expire_next(*, now: dt.datetime) -> bool:
    """End one survey that nobody answered in time. Returns whether there was one."""
    with unit_of_work(now=now):
        survey, change = _claim(SurveyStatus.SENT, due="expires_at", now=now)
        if change is None:
            return False
        if survey is None:
            return True
        _end(change, survey, SurveyStatus.EXPIRED, at=now)
        change.record(
            FeedbackEvent.SURVEY_EXPIRED,
            data={"survey": survey.pk},
            changes=_ended(survey, "sent"),
        )
    return True


def _claim(
    status: SurveyStatus, *, due: str, now: dt.datetime
) -> tuple[Survey | None, Change | None]:
    """The next survey whose moment `due` has come, with its ticket locked; (None, None) where
    there is none, no survey where another worker was quicker."""
    row = (
        Survey.objects.filter(**{"status": status.value, f"{due}__lte": now})
        .select_related("ticket")
        .select_for_update(of=("ticket",), no_key=True, skip_locked=True)
        .order_by(due, "id")
        .first()
    )
    if row is None:
        return None, None
    with changing(row.ticket_id, actor=SYSTEM, now=now) as change:
        # What the claim saw may be older than the lock.
        fresh = next((one for one in change.all(Survey) if one.pk == row.pk), None)
    return (fresh if fresh is not None and fresh.status == status else None), change


def link_of(survey: Survey) -> str:
    """The address at which the survey is answered."""
    return f"{settings.SITE_URL}/s/{survey.token}/"


def _mail(change: Change, survey: Survey) -> dict[str, str]:
    ticket = change.ticket
    with speaking(ticket.language):
        paragraphs = (
            _("Dear %(name)s,") % {"name": ticket.customer.name},
            _(
                "Your complaint “%(subject)s” is settled on our side. Only you can say whether it "
                "is on yours. Five short questions, one minute:"
            )
            % {"subject": ticket.subject},
            link_of(survey),
            _(
                "If something is still wrong, say so there. A person reads every answer, and gets "
                "in touch with you if we fell short."
            ),
        )
        subject = _("How did we do?")
    return {"template": "survey", "subject": subject, "body": "\n\n".join(paragraphs) + "\n"}


def _open(change: Change) -> Survey | None:
    open_ones = {SurveyStatus.PLANNED.value, SurveyStatus.SENT.value}
    return next((row for row in change.all(Survey) if row.status in open_ones), None)


def _end(change: Change, survey: Survey, status: SurveyStatus, *, at: dt.datetime) -> None:
    survey.status = status.value
    survey.ended_at = at
    change.save(survey, "status", "ended_at")


def _ended(survey: Survey, before: str) -> dict[str, tuple[Any, Any]]:
    return {
        f"surveys.{survey.pk}.status": (before, survey.status),
        f"surveys.{survey.pk}.ended_at": (None, survey.ended_at),
    }


def _remedies_open(change: Change) -> bool:
    """Whether a granted remedy has not arrived yet, as the ticket's events tell it."""
    open_remedies: set[int] = set()
    for event in change.all(Event):
        remedy = event.data.get("remedy")
        if event.type == _GRANTED:
            open_remedies.add(remedy)
        elif event.type in _ARRIVED:
            open_remedies.discard(remedy)
    return bool(open_remedies)
