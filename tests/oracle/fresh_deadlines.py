"""Fresh deadlines of published rules, in the form of `deadline_cases.json`.

Each rule below is written from the words of its regime with plain loops over the days, and shares
no code with `escalation/`. Dates are drawn near ends of months and years, leap days, changes of the
clock, holidays and the days on which a rule changed. Every case comes twice: with the clock that
the pack of its regime knows, and as a rule of nobody that only its sentence states.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.cases import Vector

ONE = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")

# Weekdays off, by hand from the calendars of their governments.
ENGLAND = """
2011-12-26 2011-12-27 2012-01-02 2012-04-06 2012-04-09 2012-05-07 2012-06-04 2012-06-05 2012-08-27
2012-12-25 2012-12-26 2015-12-25 2015-12-28 2016-01-01 2016-03-25 2016-03-28 2016-05-02 2016-05-30
2016-08-29 2016-12-26 2016-12-27 2017-01-02 2023-12-25 2023-12-26 2024-01-01 2024-03-29 2024-04-01
2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26 2025-01-01 2025-04-18 2025-04-21 2025-05-05
2025-05-26 2025-08-25 2025-12-25 2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25
2026-08-31 2026-12-25 2026-12-28 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31
""".split()
STATES = """
2023-12-25 2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14
2024-11-11 2024-11-28 2024-12-25 2025-01-01 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04
2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-25 2026-01-01 2026-01-19 2026-02-16 2026-05-25
2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25 2027-01-01
""".split()
BERLIN = """
2023-12-25 2023-12-26 2024-01-01 2024-03-08 2024-03-29 2024-04-01 2024-05-01 2024-05-09 2024-05-20
2024-10-03 2024-12-25 2024-12-26 2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-05-08 2025-05-29
2025-06-09 2025-10-03 2025-12-25 2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14
2026-05-25 2026-12-25 2027-01-01 2027-03-08 2027-03-26 2027-03-29
""".split()
CALENDARS = {
    "none": ("none", []),
    "england": ("England and Wales", ENGLAND),
    "states": ("United States federal", STATES),
    "berlin": ("Germany, Berlin", BERLIN),
}
#: Days around which most cases begin.
NEAR = """
2024-01-31 2024-02-28 2024-02-29 2024-03-31 2024-08-31 2024-10-27 2024-11-30 2024-12-24 2025-01-31
2025-02-28 2025-03-30 2025-04-17 2025-05-02 2025-06-30 2025-08-29 2025-10-26 2025-12-19 2025-12-31
2026-02-28 2026-03-29 2026-04-02 2026-05-29 2026-10-25 2026-11-30
""".split()


# -- reckoning by hand ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Days:
    """Weekdays off of one calendar."""

    key: str

    def works(self, day: date) -> bool:
        """Monday to Friday, and no holiday."""
        return day.weekday() < 5 and day.isoformat() not in CALENDARS[self.key][1]

    def after(self, day: date, count: int) -> date:
        """The working day so many after a day."""
        while count:
            day += ONE
            count -= self.works(day)
        return day

    def before(self, day: date, count: int) -> date:
        """The working day so many before a day."""
        while count:
            day -= ONE
            count -= self.works(day)
        return day

    def forward(self, day: date) -> date:
        """The day itself, or the next working day."""
        while not self.works(day):
            day += ONE
        return day


def later(day: date, months: int) -> date:
    """The same date so many months on; the last of a month that has no such date."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def commencing(day: date, months: int) -> date:
    """The last day of a period that begins with the day: the eve of the same date, if there is
    one, else the last of the month that lacks it."""
    same = later(day, months)
    return same if same.day < day.day else same - ONE


# -- rules ----------------------------------------------------------------------------------------


@dataclass
class Draw:
    """One case in the making."""

    rnd: random.Random
    days: Days
    start: date
    inputs: dict[str, Any] = field(default_factory=dict)

    def some(self, low: int, high: int) -> date:
        """A day so many to so many days after the start."""
        return self.start + timedelta(self.rnd.randint(low, high))

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rnd.random() < share


Answer = Callable[[Draw], date | datetime]


@dataclass(frozen=True)
class Rule:
    """A clock of a regime: its sentence, and its answer reckoned by hand."""

    regime: str
    clock: str
    sentence: str
    answer: Answer
    calendar: str = "none"
    start: str = "received"
    #: Whether the sentence alone says all that the rule is.
    plain: bool = True
    shapes: tuple[str, ...] = ()
    near: tuple[str, ...] = tuple(NEAR)


def _days(count: int) -> Answer:
    return lambda d: d.start + timedelta(count)


def _work(count: int) -> Answer:
    return lambda d: d.days.after(d.start, count)


def _months(count: int) -> Answer:
    return lambda d: later(d.start, count)


def _in_progress(d: Draw) -> date:
    marked = d.some(0, 25)
    d.inputs["in_progress_on"] = marked.isoformat()
    return d.start + timedelta(60 if marked <= d.start + timedelta(15) else 15)


def _holding(d: Draw) -> date:
    sent = d.some(1, 34)
    d.inputs["holding_response_sent"] = sent.isoformat()
    return d.days.after(d.start, 35 if sent <= d.days.after(d.start, 15) else 15)


def _acknowledged(count: int, within: int = 0) -> Answer:
    def answer(d: Draw) -> date:
        seen = d.days.after(d.start, d.rnd.randint(1, 5))
        d.inputs["acknowledged"] = seen.isoformat()
        return d.days.after(d.days.after(seen, count), within)

    return answer


def _deadlock(weeks: Callable[[date], int]) -> Answer:
    def answer(d: Draw) -> date:
        last = d.start + timedelta(weeks=weeks(d.start))
        if d.chance(0.5):
            declared = d.some(1, 70)
            d.inputs["deadlock_declared"] = declared.isoformat()
            return min(declared, last)
        return last

    return answer


def _ofcom(day: date) -> int:
    return 8 if day < date(2026, 4, 8) else 6


def _summary_2012(d: Draw) -> date:
    at = datetime.combine(
        d.start, time(d.rnd.choice([8, 12, 16, 17, 18]), d.rnd.choice([0, 1, 59]))
    )
    d.inputs["received"] = at.replace(tzinfo=LONDON).isoformat()
    d.inputs |= {"business_hours": "09:00-17:00", "timezone": "Europe/London"}
    first = d.start
    if not d.days.works(first) or at.time() > time(17):
        first = d.days.after(first, 1)
    return d.days.after(first, 1)


def _summary_close(d: Draw) -> datetime:
    d.inputs |= {"business_hours": "09:00-17:00", "timezone": "Europe/London"}
    return datetime.combine(d.days.after(d.start, 3), time(17), LONDON)


def _repair(d: Draw) -> datetime:
    d.inputs["timezone"] = "Europe/London"
    return datetime.combine(d.days.after(d.start, 2), time(23, 59), LONDON)


def _month_rolled(count: int) -> Answer:
    return lambda d: d.days.forward(later(d.start, count))


def _clarified(d: Draw) -> date:
    asked = d.some(1, 20)
    given = asked + timedelta(d.rnd.randint(1, 30))
    d.inputs["clarification_requested"] = asked.isoformat()
    d.inputs["clarification_received"] = given.isoformat()
    return d.days.forward(later(d.start, 1) + (given - asked))


def _account(young: int, old: int, *, working: bool) -> Answer:
    def answer(d: Draw) -> date:
        age = d.rnd.choice([0, 12, 29, 30, 31, 400])
        d.inputs["account_age_days"] = age
        count = young if age < 30 else old
        return d.days.after(d.start, count) if working else d.start + timedelta(count)

    return answer


def _time_bar(d: Draw) -> date:
    knew = d.some(1, 2400)
    d.inputs["knowledge"] = knew.isoformat()
    return max(later(d.start, 72), later(knew, 36))


def _updates(d: Draw) -> date:
    if d.chance(0.5):
        last = d.some(10, 60)
        d.inputs["last_update"] = last.isoformat()
        return d.days.after(last, 20)
    number = d.rnd.randint(1, 4)
    d.inputs["occurrence"] = number
    return d.days.after(d.start, 20 * number)


def _clear_before(count: int) -> Answer:
    def answer(d: Draw) -> date:
        if count <= 5:
            return d.days.before(d.start, count + 1)
        return d.start - timedelta(count + 1)

    return answer


def _hours(d: Draw) -> datetime:
    at = datetime.combine(d.start, time(d.rnd.randrange(24), 30), LONDON)
    d.inputs |= {"received": at.isoformat(), "timezone": "Europe/London"}
    return (at.astimezone(ZoneInfo("UTC")) + timedelta(hours=72)).astimezone(LONDON)


WEEKEND = "next working day if that is a weekend or public holiday"
IN_2012 = ("2012-03-02", "2012-04-05", "2012-05-04", "2011-12-23", "2016-06-24")
IN_2016 = ("2016-06-30", "2016-07-01", "2016-08-26", "2016-12-23")
RULES = (
    Rule("cfpb", "initial_response", "15 calendar days after the complaint was sent", _days(15)),
    Rule("cfpb", "final_response",
         "60 calendar days after the complaint was sent, if marked in progress by day 15",
         _in_progress),
    Rule("de-enwg-111a", "answer", "four weeks after receipt",
         lambda d: d.days.forward(d.start + timedelta(28)), "berlin", shapes=("roll-forward",)),
    Rule("us-dot-259", "acknowledgement", "30 days after receipt", _days(30)),
    Rule("us-dot-259", "substantive_reply", "60 days after receipt", _days(60)),
    Rule("eu-261", "reimbursement", "seven days after the choice of reimbursement", _days(7)),
    Rule("eu-rail-2021-782", "payment", "one month after the request", _months(1)),
    Rule("eu-rail-2021-782", "complaint_answer", "one month after receipt", _months(1)),
    Rule("eu-rail-2021-782", "complaint_answer_extended", "three months after receipt", _months(3)),
    Rule("eu-adr-directive", "refusal", "three weeks after receipt of the file", _days(21)),
    Rule("eu-adr-directive", "outcome", "90 calendar days after the complete file", _days(90)),
    Rule("fca-disp", "final_response", "8 weeks after receipt", _days(56), "england",
         shapes=("no-roll",)),
    Rule("fca-disp", "summary_resolution",
         "close of business on the third business day following the day of receipt", _work(3),
         "england", near=(*NEAR, *IN_2016)),
    Rule("fca-disp", "summary_resolution",
         "close of business on the third business day following the day of receipt", _summary_close,
         "england"),
    Rule("fca-disp-2012", "summary_resolution",
         "close of business on the business day following receipt; received after close of business"
         " counts as the next business day", _summary_2012, "england", near=IN_2012),
    Rule("fos-referral", "ombudsman_referral", "6 months after the final response was sent",
         _months(6)),
    Rule("fos-referral", "time_bar",
         "6 years after the event or, if later, 3 years after the knowledge of it", _time_bar,
         start="event"),
    Rule("housing-code-2024", "stage1_acknowledgement", "5 working days after receipt", _work(5),
         "england"),
    Rule("housing-code-2024", "stage2_acknowledgement", "5 working days after receipt", _work(5),
         "england"),
    Rule("housing-code-2024", "stage1_response", "10 working days from the acknowledgement",
         _acknowledged(10), "england"),
    Rule("housing-code-2024", "stage2_response", "20 working days from the acknowledgement",
         _acknowledged(20), "england"),
    Rule("housing-code-2024", "stage1_response_extended",
         "extension of 10 working days from the due date", _acknowledged(10, 10), "england",
         plain=False),
    Rule("housing-code-2024", "stage2_response_extended",
         "extension of 20 working days from the due date", _acknowledged(20, 20), "england",
         plain=False),
    Rule("housing-code-2024", "ombudsman_referral", "12 months after the final response",
         _months(12), start="final_response"),
    Rule("ico-sar", "response", f"1 calendar month(s) from the day of receipt; {WEEKEND}",
         _month_rolled(1), "england"),
    Rule("ico-sar", "response_extended", f"3 calendar month(s) from the day of receipt; {WEEKEND}",
         _month_rolled(3), "england"),
    Rule("ico-sar", "response",
         "1 calendar month from receipt, extended by the days between the request for clarification"
         f" and its receipt; {WEEKEND}", _clarified, "england"),
    Rule("public-health-complaints-2012", "final_response",
         "6 months commencing on the day of receipt (the day itself counts)",
         lambda d: commencing(d.start, 6)),
    Rule("public-health-complaints-2012", "acknowledgement",
         "not later than 3 working days after the day of receipt", _work(3), "england"),
    Rule("nhs-complaints-2009", "acknowledgement",
         "not later than 3 working days after the day of receipt", _work(3), "england"),
    Rule("nhs-complaints-2009", "final_response", "6 months commencing on the day of receipt",
         lambda d: commencing(d.start, 6)),
    Rule("ofcom-adr", "adr_letter", "8 weeks after the complaint was first raised or, if earlier,"
         " at deadlock", _deadlock(_ofcom), near=("2026-04-06", "2025-11-30"), plain=False),
    Rule("ofcom-adr", "adr_letter", "6 weeks after the complaint was first raised or, if earlier,"
         " at deadlock", _deadlock(_ofcom), near=("2026-04-12", "2026-10-25"), plain=False),
    Rule("ofcom-auto-compensation", "payment_trigger",
         "11.59pm on the day two working days after the report", _repair, "england"),
    Rule("ofcom-auto-compensation", "credit", "30 calendar days", _days(30)),
    Rule("ofgem-complaints", "signpost_letter", "8 weeks after receipt or, if earlier, at deadlock",
         _deadlock(lambda _: 8)),
    Rule("gb-energy-supplier-gsop", "payment", "10 working days after the failure", _work(10),
         "england"),
    Rule("fca-disp-psd", "final_response", "15 business days after receipt", _work(15), "england"),
    Rule("fca-disp-psd", "final_response_exceptional",
         "35 business days after receipt where a holding response was sent by day 15", _holding,
         "england"),
    Rule("eu-psd2", "final_response_exceptional",
         "35 business days after receipt where a holding response was sent by day 15", _holding,
         "england"),
    Rule("us-reg-e", "investigation", "10 business days after receipt (20 for an account younger"
         " than 30 days)", _account(20, 10, working=True), "states", plain=False),
    Rule("us-reg-e", "investigation_extended", "45 calendar days after receipt (90 for an account"
         " younger than 30 days)", _account(90, 45, working=False), "states", plain=False),
    Rule("us-reg-x", "acknowledgement", "5 business days after receipt", _work(5), "states"),
    Rule("us-reg-x", "response", "30 business days after receipt", _work(30), "states"),
    Rule("yorkshire-water", "complaint_answer", "7 working days after receipt", _work(7),
         "england"),
    Rule("uk-water-gss", "complaint_answer", "10 working days after receipt", _work(10), "england"),
    Rule("spso-mchp", "stage1_response", "5 working days after receipt", _work(5), "england"),
    Rule("spso-mchp", "stage2_response", "20 working days after receipt", _work(20), "england"),
    Rule("spso-mchp", "progress_update", "an update at least every 20 working days", _updates,
         "england"),
    Rule("gdpr", "breach_notification", "72 hours after becoming aware", _hours),
    Rule("cpr", "notice_of_application", "at least 3 clear days before the hearing; weekends and"
         " bank holidays are not counted", _clear_before(3), "england", start="hearing"),
    Rule("cpr", "notice", "at least 14 clear days before the hearing", _clear_before(14), "england",
         start="hearing"),
    Rule("cpr", "date_of_hearing", "at least 28 clear days after the notice; the earliest day",
         _days(29), "england", start="notice"),
    Rule("cpr", "particulars_of_claim", "14 days after service of the claim form", _days(14),
         "england", start="service"),
)  # fmt: skip


def drawn(rule: Rule, rnd: random.Random, key: str) -> Iterator[Vector]:
    """A case of the rule, and the same as a rule of nobody."""
    start = date.fromisoformat(rnd.choice(rule.near)) + timedelta(rnd.randint(-4, 4))
    draw = Draw(rnd, Days(rule.calendar), start, {rule.start: start.isoformat()})
    answer = rule.answer(draw)
    name, holidays = CALENDARS[rule.calendar]
    inputs = {
        "clock": rule.clock, **draw.inputs, "rule": rule.sentence,
        "calendar": {"name": name, "weekend": ["sat", "sun"], "holidays": holidays},
    }  # fmt: skip
    moment = isinstance(answer, datetime)
    expected = {"due" if moment else "due_date": answer.isoformat()}
    shapes = list(rule.shapes)
    yield {"id": key, "regime": rule.regime, "inputs": inputs, "expected": expected,
           "shapes": shapes}  # fmt: skip
    if rule.plain:
        yield {"id": f"{key}-words", "regime": "nobody", "inputs": {**inputs, "clock": "x"},
               "expected": expected, "shapes": shapes}  # fmt: skip


def deadlines(seed: int, count: int) -> list[Vector]:
    """So many cases of one seed, all the rules in turn."""
    rnd = random.Random(seed)
    made: list[Vector] = []
    for rule in RULES:
        made += drawn(rule, rnd, f"fresh-{seed}-{len(made)}-{rule.regime}-{rule.clock}")
    while len(made) < count:
        rule = rnd.choice(RULES)
        made += drawn(rule, rnd, f"fresh-{seed}-{len(made)}-{rule.regime}-{rule.clock}")
    return made[:count]
