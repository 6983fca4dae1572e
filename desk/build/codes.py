"""What is stored as a code, as people call it: channels, deadlines, how a ticket stands."""

from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from tickets.languages import Spoken

CHANNELS = Spoken(
    {
        "form": _l("web form"),
        "email": _l("e-mail"),
        "phone": _l("phone"),
        "api": "API",
        "letter": _l("letter"),
        "in_person": _l("in person"),
        "social": _l("social media"),
        "chat": _l("chat"),
    }
)

KINDS = Spoken(
    {
        "acknowledge": _l("acknowledgement"),
        "first_response": _l("first response"),
        "next_reply": _l("next reply"),
        "next_update": _l("next update"),
        "decide": _l("decision"),
        "resolve": _l("resolution"),
        "deliver_remedy": _l("remedy delivered"),
        "approve": _l("exception"),
        "promise": _l("promise"),
        "follow_up": _l("follow-up"),
    }
)
"""What people call each kind of deadline."""


def kind_words(kind: str) -> str:
    """ "next reply" for "next_reply"."""
    return KINDS.get(kind, kind.replace("_", " "))


_PAUSES = Spoken(
    {
        "waiting_customer": _l("waiting customer"),
        "waiting_third_party": _l("waiting third party"),
    }
)


def pause_words(reason: str) -> str:
    """Why a clock is paused: "waiting customer"."""
    return _PAUSES.get(reason, reason.replace("_", " "))


#: How a ticket stands, and what was decided on a point, inside a sentence.
_STANDS = Spoken(
    {
        "new": pgettext_lazy("status in a sentence", "new"),
        "open": pgettext_lazy("status in a sentence", "open"),
        "waiting_customer": pgettext_lazy("status in a sentence", "waiting customer"),
        "waiting_third_party": pgettext_lazy("status in a sentence", "waiting third party"),
        "resolved": pgettext_lazy("status in a sentence", "resolved"),
        "closed": pgettext_lazy("status in a sentence", "closed"),
        "upheld": pgettext_lazy("outcome in a sentence", "upheld"),
        "partly_upheld": pgettext_lazy("outcome in a sentence", "partly upheld"),
        "not_upheld": pgettext_lazy("outcome in a sentence", "not upheld"),
        "withdrawn": pgettext_lazy("outcome in a sentence", "withdrawn"),
        "out_of_scope": pgettext_lazy("outcome in a sentence", "out of scope"),
    }
)


def standing_in_words(code: object) -> str:
    """A status or an outcome as it is said inside a sentence: "waiting customer"."""
    return _STANDS.get(str(code), str(code).replace("_", " "))


ROLES = Spoken(
    {
        "rep": pgettext_lazy("role", "rep"),
        "supervisor": pgettext_lazy("role", "supervisor"),
        "manager": pgettext_lazy("role", "manager"),
        "auditor": pgettext_lazy("role", "auditor"),
        "admin": pgettext_lazy("role", "admin"),
    }
)
"""What somebody is at the desk."""
