"""A sum among several: equal shares to the minor unit, the remainder to the first ones. Pure."""

from decimal import Decimal
from typing import Any

from remedies.facts import Kind
from remedies.rules.language import words
from remedies.rules.language.amounts import inner_words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form
from remedies.rules.language.modifiers import to_minor
from remedies.rules.language.nodes import Context, Inapplicable, Node
from remedies.rules.language.source import Place


class Share(Node):
    """What the one in a place gets of a sum; all shares together are exactly the sum."""

    __slots__ = ("among", "of", "place")
    kind = Kind.MONEY
    closed = True

    def __init__(self, of: Node, among: Node, place: Node):
        self.of, self.among, self.place = of, among, place

    def _divided(self, at: Context) -> tuple[int, int, int] | None:
        """The smaller share in minor units, how many get one unit more, and the place."""
        of, among, place = self.of.value(at), self.among.value(at), self.place.value(at)
        if of is None or among is None or place is None:
            return None
        if among < 1 or among != int(among):
            raise Inapplicable(f"a sum can't be shared among {words.number(among)}")
        if not 1 <= place <= among or place != int(place):
            said = f"among {words.number(among)} there is no place {words.number(place)}"
            raise Inapplicable(said)
        share, more = divmod(to_minor(of, at.currency, "half_up"), int(among))
        return share, more, int(place)

    def value(self, at: Context) -> Any:
        found = self._divided(at)
        if found is None:
            return None
        share, more, place = found
        return _major(share + (place <= more), at)

    def words(self, at: Context) -> str:
        found = self._divided(at)
        if found is None:
            return ""
        share, more, place = found
        said = f"{inner_words(self.of, at)} among {words.number(self.among.value(at))}: "
        said += f"{words.money(_major(share, at), at.currency)} each"
        if more:
            unit = words.money(_major(1, at), at.currency)
            who = "the first" if more == 1 else f"the first {more}"
            said += f", and {unit} more for {who}"
        return f"{said}; place {place}: {self.shown(at)}"


def _major(minor: int, at: Context) -> Decimal:
    return Decimal(minor).scaleb(-words.places_of(at.currency))


@form("share_of", needs=("among", "place"))
def _share_of(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    of = compile_node(raw["share_of"], scope, at / "share_of", Kind.MONEY)
    among = compile_node(raw.get("among"), scope, at / "among", Kind.NUMBER)
    return Share(of, among, compile_node(raw.get("place"), scope, at / "place", Kind.NUMBER))
