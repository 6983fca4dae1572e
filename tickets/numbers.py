"""Ticket numbers that survive being said on the phone. Pure.

A number is `A-` and digits of which the last is a check digit by H. Michael Damm (2004,
"Total anti-symmetrische Quasigruppen"): it catches every single wrong digit and every
swap of two neighbours, which is what mishearing and mistyping produce.
"""

import re

from tickets.errors import NumberInvalid

PREFIX = "A"

# The totally anti-symmetric quasigroup of order 10 that Damm published.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> int:
    """The digit that makes `digits` followed by it pass the check."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def number_of(ticket_id: int) -> str:
    """The number people say for the ticket with this id: 1001 → `A-1001` and its check digit."""
    digits = str(ticket_id)
    return f"{PREFIX}-{digits}{check_digit(digits)}"


def parse_number(text: str) -> str:
    """The canonical number in what somebody typed or said: " a 1 0019 " → `A-10019`.

    Case, spaces, dots and hyphens don't matter, nor whether the prefix is there.
    Raises `NumberInvalid` where the form or the check digit is wrong.
    """
    digits = re.sub(r"[\s.#–-]", "", text.strip().upper()).removeprefix(PREFIX)
    if not re.fullmatch(r"[0-9]{2,18}", digits) or check_digit(digits):
        raise NumberInvalid(number=text.strip()[:40], field="number")
    return f"{PREFIX}-{digits}"


def id_in(number: str) -> int:
    """The ticket id inside a number. Raises `NumberInvalid`."""
    return int(parse_number(number).removeprefix(f"{PREFIX}-")[:-1])
