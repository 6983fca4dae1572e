"""Where "back" leads: to the page that one came from, else to the one above."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from desk.lists import name_of_list

#: Pages that one comes back to, by the beginning of their address; "/desk/" only as it is.
_PLACES = (
    ("/desk/late/", _l("Running late"), False),
    ("/desk/exceptions/rules/", _l("Becoming the rule"), True),
    ("/desk/exceptions/", _l("Exceptions"), True),
    ("/desk/customers/", _l("Customers"), True),
    ("/desk/search/", _l("Search"), False),
    ("/desk/reports/deadlines/", _l("Promises kept"), False),
    ("/desk/insight/", _l("Insight"), True),
    ("/desk/reports/fairness/", _l("Equal remedies"), False),
    ("/desk/reports/outcomes/", _l("Outcomes"), False),
    ("/desk/drafts/", _l("Try a draft"), True),
    ("/desk/reckonings/", _l("What would move"), True),
    ("/desk/alerts/", _l("Your alerts"), False),
    ("/desk/", _l("Queue"), False),
)


@dataclass(frozen=True, slots=True)
class Back:
    """A way back: its words and its address."""

    words: str | Promise
    url: str


QUEUE = Back(_l("Queue"), "/desk/")


def back_of(request: HttpRequest, above: Back = QUEUE) -> Back:
    """The page of the desk that led here, as the browser says; `above` where it does not.

    With JavaScript a page remembers the whole trail, also past a form that was sent.
    """
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return above
    if came.netloc != request.get_host() or came.path.startswith(request.path):
        return above
    ticket = re.fullmatch(r"/desk/tickets/([A-Z0-9-]{3,24})/.*", came.path)
    if ticket is not None:
        return Back(ticket[1], f"/desk/tickets/{ticket[1]}/")
    address = f"{came.path}?{came.query}" if came.query else came.path
    if name := name_of_list(came.path, came.query):
        return Back(name, address)
    for start, words, below in _PLACES:
        if came.path == start or (below and came.path.startswith(start)):
            return Back(words, address)
    return above
