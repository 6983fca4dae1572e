"""A desk with a past: promises kept and missed, sums given and refused, findings reviewed."""

from feedback.services.insight.keeping import catch_up
from remedies.models import Authority
from tests.builders import Desk
from tests.desk.test_fairness import answered
from tests.feedback.insight.history import Act, History
from tests.remedies.builders import put_in_force
from tests.remedies.test_fairness import BAND, given
from tests.remedies.test_outcomes import reviewed, settled

_ACTS = (
    "open settle ask answer open beyond open open decide accept fulfil late open hand open "
    "settle ask answer reopen"
)


def live_through(desk: Desk) -> None:
    """All of it, and the sums of insight brought up to it."""
    story = History(desk)
    for pick, name in enumerate(_ACTS.split()):
        story.do(Act(name, pick % 4, pick % 3, 3))
    for row in Authority.objects.filter(role="rep"):
        row.per_ticket = 100_000
        row.save()
    put_in_force(BAND)
    for pounds in (40, 40, 45, 45, 50):
        answered(given(desk, pounds), 2 + pounds % 3)
    given(desk, 150)
    for outcome in ("upheld", "partly_upheld", "not_upheld", "withdrawn"):
        settled(desk, outcome)
    reviewed(desk)
    catch_up()
