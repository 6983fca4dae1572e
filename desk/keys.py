"""Which key does what on a ticket's page: one table, so that no two share one.

A capital is typed with Shift. What is done on its own tab of the composer has its key there.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

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
    "unlink": "U",
    "idea": "*",
    "thanks": "=",
}

#: What else people call it: the palette finds it by these words, too.
ALSO: dict[str, str | Promise] = {
    "reply": _l("answer write mail send"),
    "note": _l("internal comment mention"),
    "promise": _l("deadline remind"),
    "ask": _l("question information"),
    "offer": _l("remedy compensation refund"),
    "refuse": _l("reject decline say no"),
    "take": _l("assign to me own"),
    "hand-over": _l("assign give transfer delegate"),
    "call-back": _l("phone telephone"),
    "heard": _l("phone log note a call letter"),
    "resolve": _l("solve close done finish"),
    "snooze": _l("snooze later remind hide"),
    "end-snooze": _l("wake back from snooze"),
    "merge": _l("duplicate join same"),
    "link": _l("relate connect duplicate"),
    "split": _l("divide separate"),
    "abusive": _l("abuse insult threat block"),
    "person": _l("share access private"),
    "call-above": _l("escalate supervisor lead"),
    "confidential": _l("private secret hide"),
    "wait": _l("pending hold third party"),
    "resume": _l("continue unpause"),
    "tags": _l("label"),
    "category": _l("move topic queue"),
    "team": _l("move transfer"),
    "subject": _l("title rename"),
    "idea": _l("improve suggestion propose process"),
    "thanks": _l("kudos praise recognise"),
    "loss": _l("money damage cost"),
    "review": _l("appeal second stage"),
    "external": _l("ombudsman regulator"),
}


def key_words(key: str) -> str:
    """A key as it is shown: "⇧T" for a capital."""
    return f"⇧{key}" if key.isupper() else key.upper()
