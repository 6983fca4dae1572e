"""The kinds of deadline. Pure."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One kind of promise of time on a ticket."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    NEXT_UPDATE = "next_update"
    DECIDE = "decide"
    RESOLVE = "resolve"
    DELIVER_REMEDY = "deliver_remedy"
    APPROVE = "approve"
    PROMISE = "promise"
    FOLLOW_UP = "follow_up"
