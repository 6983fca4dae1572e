"""What was done, in words that know how it is undone."""


class Said(str):
    """What was done, in words, with the act (by key) by which it is undone."""

    __slots__ = ("undo",)
    undo: int | None

    @classmethod
    def of(cls, words: str, *, undo: int | None) -> "Said":
        """The words with the key."""
        said = cls(words)
        said.undo = undo
        return said


def undo_mark(words: str) -> str:
    """What a message is marked with so that it offers to undo."""
    return f"undo:{words.undo}" if isinstance(words, Said) and words.undo else ""
