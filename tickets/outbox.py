"""Who carries what leaves the process. Each app registers its own kinds when it is loaded.

The rows are tickets.models.Outbox; `integrations` delivers them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tickets.models import Outbox

#: Delivers one row, or raises: `PermanentFailure` to give up, anything else to try again.
Handler = Callable[["Outbox"], None]

_handlers: dict[str, Handler] = {}
_bells: list[Callable[[], None]] = []


class PermanentFailure(Exception):
    """Trying again can't help: an address that does not exist, a request that is refused."""


def register(kind: str, handler: Handler) -> None:
    """Make `handler` deliver the rows of `kind`. A kind has one handler; the last one wins."""
    _handlers[kind] = handler


def handler_for(kind: str) -> Handler:
    """The handler of `kind`. Raises `PermanentFailure` where nobody registered one."""
    try:
        return _handlers[kind]
    except KeyError:
        raise PermanentFailure(f"Nobody delivers {kind!r}.") from None


def on_ring(bell: Callable[[], None]) -> None:
    """Have `bell` called after each commit that wrote outbox rows. It must not fail or block:
    it only saves the wait for the next beat."""
    _bells.append(bell)


def ring() -> None:
    """Tell the delivery that there is something to carry."""
    for bell in _bells:
        bell()
