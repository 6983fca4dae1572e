"""What can be refused when the desk is set up."""

from collections.abc import Sequence

from tickets.errors import DomainError, Invalid, Stale


class SetupInvalid(Invalid):
    """This can't be set up so."""

    code = "invalid"

    def __init__(self, problems: Sequence[tuple[str, str]], *, where: str = "") -> None:
        """`problems` are (place, words); `where` is put before each place."""
        self.details = [(_joined(where, place), "invalid", words) for place, words in problems]
        place, _, words = self.details[0]
        told = f"{place}: {words}" if place else words
        more = len(self.details) - 1
        told += f" (and {more} more)" if more else ""
        super().__init__(told, field=place or None)


class SetupStale(Stale):
    """Somebody changed this while you were working on it. Nothing was changed; look at what is
    new, then try again."""

    def __init__(self) -> None:
        DomainError.__init__(self, field="revision")


def _joined(where: str, place: str) -> str:
    return ".".join(part for part in (where, place) if part)
