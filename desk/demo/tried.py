"""What the demo's manager has tried on past complaints."""

import datetime as dt

from desk.demo.content import draft_source
from remedies.services import backtests, replaying
from remedies.services.backtests import Text
from tickets.access import Principal
from tickets.models import User

#: How far back he looks.
SPAN = dt.timedelta(days=80)
#: His draft has a slip, which he mended to try it.
_SLIP, _MENDED = "distres_credit", "distress_credit"


def try_on_the_past(manager: User, *, now: dt.datetime) -> None:
    """Try the draft of the next version on the complaints of some months, to its end."""
    text = Text.written(draft_source().replace(_SLIP, _MENDED))
    since = (now - SPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row = backtests.begin(text, since=since, who=Principal.of_user(manager, now=now), now=now)
    while replaying.work_next(now=now, key=row.pk):
        continue
