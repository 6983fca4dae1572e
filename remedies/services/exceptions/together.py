"""Several exceptions that are alike, decided at once: each checked alone, each told of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from remedies.access import access_exception
from remedies.models import ExceptionRequest
from remedies.rules.grounds import DeclineCode
from remedies.services.exceptions.deciding import approve_exception, decline_exception
from tickets.access import Principal
from tickets.errors import DomainError, Invalid
from tickets.services.texts import needed

log = structlog.get_logger(__name__)

#: Requests that one call may decide.
MOST = 100


class Say(StrEnum):
    """What is said to all of them."""

    APPROVE = "approve"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of them: its row where it was decided, else why not."""

    exception: int
    row: ExceptionRequest | None = None
    code: str = ""
    message: str = ""

    @property
    def done(self) -> bool:
        """Whether it is decided, or one of the voices it needs was given."""
        return self.row is not None


def decide_together(
    keys: Sequence[int],
    *,
    say: Say | str,
    reason: str,
    who: Principal,
    now: dt.datetime,
    code: DeclineCode | str = DeclineCode.OTHER,
) -> list[Outcome]:
    """Say yes or no to several, as asked and with one reason; one that fails stops no other.

    Each is found, checked and decided in a unit of its own, in the order given. Raises `Invalid`
    only for what is wrong with the call itself.
    """
    wanted = list(dict.fromkeys(keys))
    if say not in {member.value for member in Say}:
        raise Invalid("Approve them or decline them.", field="decision")
    if not wanted:
        raise Invalid("Choose at least one.", field="exceptions")
    if len(wanted) > MOST:
        raise Invalid("Decide at most {most} at once.", most=MOST, field="exceptions")
    if code not in {member.value for member in DeclineCode}:
        known = ", ".join(member.value for member in DeclineCode)
        raise Invalid("A reason code is one of: {known}.", known=known, field="code")
    why = needed(reason, what=_("a reason"), field="reason", limit=2000)
    return [_one(key, Say(say), why, who, now, DeclineCode(code)) for key in wanted]


def _one(
    key: int, say: Say, reason: str, who: Principal, now: dt.datetime, code: DeclineCode
) -> Outcome:
    try:
        with transaction.atomic():
            row = access_exception(who, key, verb="supervise")
            if say is Say.APPROVE:
                done = approve_exception(row, reason=reason, actor=who.actor, now=now)
            else:
                done = decline_exception(row, reason=reason, code=code, actor=who.actor, now=now)
    except DomainError as error:
        return Outcome(key, code=error.code, message=error.message)
    except DatabaseError:
        log.exception("exception_not_decided", exception=key)
        return Outcome(key, code="not_now", message="This could not be decided. Try it alone.")
    return Outcome(key, row=done)
