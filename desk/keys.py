"""Which key does what on a ticket's page: one table, so that no two share one. Pure.

A capital is typed with Shift. What is done on its own tab of the composer has its key there.
"""

#: By the name of the action.
KEYS = {
    "reply": "r",
    "note": "n",
    "promise": "p",
    "ask": "f",
    "offer": "o",
    "refuse": "-",
    "adjust": "e",
    "exception": "x",
    "take": "t",
    "hand-over": "h",
    "call-back": "c",
    "heard": "w",
    "decide": "d",
    "resolve": "s",
    "snooze": "z",
    "end-snooze": "b",
    "link": "l",
    "merge": "m",
    "abusive": "!",
    "answer-call": "i",
    "person": "v",
    "pain": "y",
    "answer-back": "a",
    "wish": "q",
    "add-part": "+",
    "call-above": "A",
    "follow-up": "B",
    "confidential": "C",
    "de-escalate": "D",
    "external": "E",
    "facts": "F",
    "resume": "G",
    "team": "H",
    "category": "I",
    "grant-added": "J",
    "kept": "K",
    "loss": "L",
    "change": "M",
    "subject": "N",
    "reopen": "O",
    "point": "P",
    "withdraw-exception": "Q",
    "redraft": "R",
    "split": "S",
    "tags": "T",
    "review": "V",
    "wait": "W",
    "close": "X",
    "factors": "Y",
    "withdraw-offer": "Z",
}


def key_words(key: str) -> str:
    """A key as it is shown: "⇧T" for a capital."""
    return f"⇧{key}" if key.isupper() else key.upper()
