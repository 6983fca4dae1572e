"""English sentences of rules, read into the policy language: the fallback of the deadline oracle.

It knows the phrases that rules of law use, and nothing of any single rule: "10 working days from
the acknowledgement", "close of business on the third business day following", "6 months commencing
on the day", "at least 3 clear days before", "or, if earlier", "every 20 working days".
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        start=1,
    )
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
COMPOUND = re.compile(rf"\b({'|'.join(TENS)})-(one|two|three|four|five|six|seven|eight|nine)\b")
NUMBERS |= TENS
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
UNITS = {"day": "days", "week": "weeks", "month": "months", "year": "years", "hour": "hours",
         "minute": "minutes", "fortnight": "weeks"}  # fmt: skip
WORKING = r"(?:working|business|banking|week|office|court)"
LENGTH = re.compile(
    rf"(?P<count>\d+)[ -]*(?:full )?(?P<kind>(?:clear|calendar|consecutive|{WORKING})[ -])*"
    r"(?P<unit>day|week|month|year|hour|minute|fortnight)(?:\(s\)|s)?\b"
)
NTH = re.compile(rf"\b(?P<count>\d+)(?:st|nd|rd|th) {WORKING} day")
NEXT = re.compile(
    rf"\b(?:the|next|following) {WORKING} day (?:following|after)|\bnext {WORKING} day"
)
CUT_OFF = re.compile(
    r"(?:\b(?:if |when |anything )?(?:it is |is )?"
    r"(?:received|arriv\w+|made|reported|sent|raised)? ?"
    r"(?:at or )?(?:after|later than) (?P<what>close(?: of business)?|\d[\d:.]* ?(?:[ap]\.?m)?)"
    r"[^;,]*(?:count|treat|deem|regard|consider|taken|is received)[^;]*)"
)
ROLLS = re.compile(
    rf"(?:next|following|first) (?:{WORKING}) day[^;]*\b(?:if|when|where|weekend|holiday)"
    rf"|\bif [^;]*(?:weekend|holiday|saturday|sunday|(?:not a|no|non-?){WORKING}? ?\w*)"
    rf"[^;]*(?:next|following) {WORKING} day"
    rf"|(?:roll|mov|shift|postpon|run|carr)\w* (?:on |over |forward )*(?:to|until) "
    rf"(?:the )?(?:next|following) {WORKING} day|rolled? forward"
)
BACK = re.compile(
    rf"(?:previous|preceding|last) {WORKING} day[^;]*\b(?:if|when|where|weekend)"
    rf"|\bif [^;]*(?:weekend|holiday)[^;]*(?:previous|preceding) {WORKING} day"
)
COUNTED = re.compile(
    r"(?:commencing|beginning|starting) (?:on|with|from) (?!the day (?:after|following))"
    r"|(?:day|date)(?: of \w+)? itself (?:counts|is counted|included)|including the day"
    r"|day of \w+ (?:counts|is counted|included)|inclusive of the day|counting the day"
)
EARLIER = re.compile(
    r"if (?:that is )?(?:earlier|sooner)|whichever (?:is|comes) (?:the )?"
    r"(?:earlier|sooner|first)|(?:earlier|earliest) of|or (?:on|at|upon) deadlock"
)
LATER = re.compile(r"if (?:that is )?later|whichever (?:is|comes) (?:the )?(?:later|last)|later of")
CONDITION = re.compile(
    r"\b(?:if|where|provided|when)\b[^;]*\bby (?:the end of )?(?:\w+ )?day (\d+)"
)
STILL = re.compile(r"extended by the (?:\w+ )*days|stop the clock|clock (?:is )?(?:stopped|paused)"
                   r"|days (?:spent )?(?:between|waiting)|paused")  # fmt: skip


def read(sentence: str, dates: Collection[str], *, roll: str = "none") -> dict[str, Any] | None:
    """The rule that a sentence states, as data of the policy language; None if none is found.

    `dates` are the names of the dates that are known of the case; `roll` is what holds where the
    sentence says nothing of a last day without work.
    """
    text = _plain(sentence)
    cut_off = CUT_OFF.search(text)
    body = text.replace(cut_off.group(), " ") if cut_off else text
    if clear := _clear(body, dates):
        return clear
    if every := re.search(rf"\b(?:every|each) {LENGTH.pattern}", body):
        return {"every": _core(every, body), "from": ["last_update", *_since(body, dates)],
                "number": ["occurrence"]}  # fmt: skip
    lengths = _lengths(body)
    if not lengths or ("due date" in body and "due" not in dates and len(lengths) == 1):
        return None
    rule = _rule(body, lengths, dates)
    if STILL.search(body) and len(pair := _pair(dates)) == 2:
        rule["stands_still"] = {"from": [pair[0]], "to": [pair[1]]}
    _finish(rule, text, body, cut_off, roll)
    return rule


# -- parts ----------------------------------------------------------------------------------------


def _plain(sentence: str) -> str:
    text = sentence.lower().replace("\u2019", "'").replace("\u2013", "-")
    text = COMPOUND.sub(lambda m: str(TENS[m[1]] + NUMBERS[m[2]]), text)
    for word, number in NUMBERS.items():
        text = re.sub(rf"\b{word}\b(?! (?:another|by))", str(number), text)
    for word, number in ORDINALS.items():
        text = re.sub(rf"\b{word}\b(?= {WORKING} day)", f"{number}th", text)
    return re.sub(
        r"\b(?:an?|the same date in the next) (?=(?:calendar )?(?:month|week|year)\b)", "1 ", text
    )


def _lengths(body: str) -> list[dict[str, Any]]:
    """Every length that the sentence names, in order, each with where it ends in the text."""
    found: list[tuple[int, dict[str, Any]]] = []
    for match in LENGTH.finditer(body):
        before = body[: match.start()]
        if re.search(
            r"(?:younger|older|less|more|fewer|newer) than (?:the )?$|\bby day $|\bfirst $", before
        ):
            continue
        found.append((match.start(), _core(match, body)))
    for match in NTH.finditer(body):
        core = {"count": int(match["count"]), "unit": "working_days", "at": match.end()}
        found.append((match.start(), core))
    if not found and (following := NEXT.search(body)):
        core = {"count": 1, "unit": "working_days", "at": following.end()}
        found.append((following.start(), core))
    return [core for _, core in sorted(found, key=lambda item: item[0])]


def _core(match: re.Match[str], body: str) -> dict[str, Any]:
    unit = UNITS[match["unit"]]
    if unit == "days" and re.search(WORKING, match.group()):
        unit = "working_days"
    count = int(match["count"]) * (2 if match["unit"] == "fortnight" else 1)
    return {"count": count, "unit": unit} | ({} if match.re is not LENGTH else {"at": match.end()})


def _rule(body: str, lengths: list[dict[str, Any]], dates: Collection[str]) -> dict[str, Any]:
    """The lengths joined as the sentence joins them."""
    ends = [item.pop("at") for item in lengths]
    tails = [body[low:high] for low, high in zip(ends, [*ends[1:], None], strict=True)]
    for item, tail in zip(lengths, tails, strict=True):
        if since := _since(tail, dates):
            item["from"] = since
    first, rest = lengths[0], lengths[1:]
    extends = re.search(r"exten[ds]\w* (?:by|of)|\bplus\b|\bfurther\b|\badditional\b", body)
    if extends and rest:
        by = {name: rest[0][name] for name in ("count", "unit")}
        return {**first, "extension": by}
    if extends and "due" in dates:
        return {**first, "from": ["due"]}
    if condition := CONDITION.search(body):
        others = [name for name in dates if name not in STARTS]
        usual = {**first, "count": int(condition[1])}
        if others:
            when = {others[0]: {"within": {**usual}}}
            return {**usual, "variants": [{"when": when, "count": first["count"]}]}
    for pattern, key in ((EARLIER, "earlier_of"), (LATER, "later_of")):
        if pattern.search(body):
            facts = [n for n in dates if n not in STARTS and stem(n) in body]
            parts = [*lengths, *({"fact": [name]} for name in facts if not rest)]
            return {key: parts} if len(parts) > 1 else first
    return first


def _finish(
    rule: dict[str, Any], text: str, body: str, cut_off: re.Match[str] | None, roll: str
) -> None:
    """What holds of the first day and the last."""
    parts = rule.get("earlier_of") or rule.get("later_of") or [rule]
    kept = re.search(r"no roll|not (?:be )?(?:moved|shifted|rolled|extended)", text)
    how = "next" if ROLLS.search(body) else "previous" if BACK.search(body) else roll
    for part in parts:
        if "fact" in part:
            continue
        if COUNTED.search(text) and not re.search(r"(?:day|date)[^;]* (?:does )?not count", text):
            part["counted"] = True
        if how != "none" and not kept:
            target = part.get("extension") or part.get("stands_still") or part
            target["roll"] = how
        if cut_off is not None:
            what = cut_off["what"]
            part["cut_off"] = "close" if what.startswith("close") else clock(what)
        if ending := _ending(body):
            part["end"] = ending


def _ending(body: str) -> str | None:
    if re.search(r"close of (?:business|play)|close of the \w+ day|by close", body):
        return "close"
    if found := re.search(r"\b(\d{1,2}[:.]\d\d ?(?:[ap]\.?m)?|\d{1,2} ?[ap]\.?m)\b", body):
        return clock(found[1])
    return None


def clock(text: str) -> str:
    """A time of day such as "5pm", "11.59pm", "17:30" as "HH:MM"."""
    found = re.match(r"(\d{1,2})(?:[:.](\d\d))? ?([ap])?", text)
    if found is None:
        raise ValueError(f"{text!r} is no time of day")
    hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0) if found[3] else int(found[1])
    return f"{hour:02d}:{found[2] or '00'}"


def _clear(body: str, dates: Collection[str]) -> dict[str, Any] | None:
    """Days before an event, or clear days after it."""
    sides = r"(?: notice)?,? (?:clear )?(?P<side>before|prior to|after|from)\b"
    found = re.search(LENGTH.pattern + sides, body)
    if found is None or found["unit"] not in ("day", "week"):
        return None
    backwards = found["side"] in ("before", "prior to")
    clear = "clear" in body
    if not backwards and not (
        clear and re.search(r"earliest|at least|not (?:earlier|sooner)", body)
    ):
        return None
    core = _core(found, body)
    count = core["count"] * (7 if core["unit"] == "weeks" else 1) - (0 if clear else 1)
    leaves_out = LEFT_OUT.search(body)
    side = "before" if backwards else "after"
    events = [n for n in dates if stem(n) in body[found.end() :]] or ["event", *EVENTS]
    rule: dict[str, Any] = {"clear_days": max(count, 0), side: events}
    if core["unit"] == "working_days" or (leaves_out and count > 5):
        rule["working"] = True
    return rule | ({"short": 5} if clear or leaves_out else {})


LEFT_OUT = re.compile(
    r"(?:weekend|saturday|holiday|sunday)[^;]*(?:not count|left out|exclud|ignor)"
    r"|(?:exclud|ignor|not counting|leaving out)\w*[^;]*(?:weekend|saturday|holiday)"
)
EVENTS = ("hearing", "meeting", "trial", "service", "notice", "appointment", "due")
STARTS = ("received", "reported", "raised", "requested", "start", "notice")


def stem(name: str) -> str:
    """The beginning of the telling word of a fact's name, as sentences use it: "acknowledg"."""
    if name == "final_response":
        return "final response"
    words = [word for word in name.split("_") if len(word) > 3 and word not in ("date", "last")]
    word = words[0] if words else name
    return word if len(word) <= 5 else word[: max(5, len(word) - 3)]


def _since(tail: str, dates: Collection[str]) -> list[str]:
    """Which known date the words after a length run from; none for the receipt."""
    if not re.search(r"\b(?:after|from|of|following|since|on)\b", tail):
        return []
    clause = re.split(r"[;,(]| or\b| if\b| where\b| when\b", tail)[0]
    return [name for name in dates if name not in STARTS and stem(name) in clause][:1]


def _pair(dates: Collection[str]) -> list[str]:
    """The two facts between which time stands still: those that are no start."""
    return [name for name in dates if name not in STARTS][:2]
