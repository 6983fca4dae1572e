"""What was paid elsewhere comes off what several rules give, in the order of the rules. Pure."""

from remedies.rules.language.capping import Standing
from remedies.rules.language.policy import SetOff


class SettingOff(Standing):
    """An evaluation whose rules and caps are through."""

    def set_off(self, off: SetOff) -> None:
        """Takes what was paid already off the first rule, what is left of it off the next."""
        covered = [name for name in off.rules if name in self.given and self.given[name].amount]
        paid = self._bound(off, off.paid, covered) if covered else None
        if not paid:
            return
        cuts, left = [], paid
        for name in covered:
            cut = min(self.given[name].amount or 0, left)
            left -= cut
            if cut:
                cuts.append((name, cut))
        for name, cut in cuts:
            over = left if name == cuts[-1][0] else 0
            self._take_off(name, cut, self._paid_already(off, paid, cut, over))

    def _take_off(self, name: str, cut: int, said: str) -> None:
        part = self.given[name]
        low = None if part.range_min is None else max(part.range_min - cut, 0)
        high = None if part.range_max is None else max(part.range_max - cut, 0)
        self._leave(name, (part.amount or 0) - cut, said, ends=(low, high))

    def _paid_already(self, off: SetOff, paid: int, cut: int, over: int) -> str:
        """ "Set off: €50 was paid already, of which €30 comes off here and €20 is left over"."""
        if self.told is None:
            return ""
        worked = off.paid.worked(self.at)
        said = f"{off.title}: {worked} was paid already"
        if cut != paid:
            said += f", of which {self._money(cut)} comes off here"
        if over:
            said += f" and {self._money(over)} is left over"
        return said
