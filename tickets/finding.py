"""Finding tickets and customers by what people remember: part of a name, of a number, some words.

Whole words or their beginnings, in any order, accents or not; names also where they are nearly
right. Every answer holds only what the reader may see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.contrib.postgres.search import (
    SearchQuery,
    SearchVectorField,
    TrigramWordSimilarity,
)
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from tickets.access import Principal, found_by_key, visible_tickets
from tickets.errors import DomainError
from tickets.following import unread
from tickets.mistyped import meant_by
from tickets.models import ContactPoint, Customer, ExternalId, SearchEntry, Ticket
from tickets.models.plain import Plain
from tickets.numbers import id_in

LONGEST = 200
#: Who keeps the index, as a follower of the stream of events.
FOLLOWER = "search"
#: Words that are looked at, and letters from which on the beginning of a word is enough: what
#: begins with one or two letters is nearly everything.
_WORDS, _BEGINNING = 8, 3
#: Letters that a part of a number without digits has at most ("LH-208-7155"), the parts that a
#: number has at most, and how long the whole is, as in `amends_joined`.
_MARK, _PARTS, _JOINED = 4, 5, range(5, 31)
#: Between the parts of a number that the index holds joined, whatever they are.
_JOINS = re.compile(r"[-/_]+")
#: Up to so many tickets are few; of what more hold, so many of the newest are looked through one by
#: one before all are asked.
_FEW, _NEWEST = 2_000, 1_000
#: Customers of one name who are put in order: whoever types what more have goes on typing.
_SOME = 500
#: From which likeness on a name is nearly the one that was typed.
_ALIKE = 0.5
#: Of the words of a search so many, the longest, are taken for names that were mistyped.
_MISTYPED = 3
_THRESHOLD = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `exact` is the ticket whose number was typed. Where nothing held what
    was typed, it is what was found by `meant`."""

    exact: Ticket | None
    tickets: list[Ticket]
    customers: list[Customer]
    meant: str = ""


def find(who: Principal, text: str, *, most: int) -> Found:
    """Tickets that the reader may see, newest first, and customers, at most `most` of each.
    A dozen queries at most, however many tickets there are; where nothing holds the words, as many
    again for what was probably meant."""
    text = text.replace("\0", " ").strip()[:LONGEST]
    found = _find(who, text, most=most)
    if found.tickets or found.customers or not (meant := meant_by(text)):
        return found
    found = _find(who, meant, most=most)
    # A word that only others' tickets hold is not told.
    return replace(found, meant=meant if found.tickets or found.customers else "")


def _find(who: Principal, text: str, *, most: int) -> Found:
    query = query_of(text)
    if query is None:
        return Found(None, [], [])
    exact = by_number(who, text)
    customers = customers_like(text, most=most)
    keys = _keys(who, query, [customer.pk for customer in customers], most=most)
    tickets = list(
        visible_tickets(who).filter(pk__in=keys).with_names().order_by("-received_at", "-pk")[:most]
    )
    if exact is not None and exact not in tickets:
        tickets = [exact, *tickets[: most - 1]]
    if not tickets and not customers:
        return _nearly(who, text, most=most)
    return Found(exact, tickets, customers)


def _nearly(who: Principal, text: str, *, most: int) -> Found:
    """Where nothing holds all the words: one of them may be a name that is nearly right, and the
    tickets of those who are called so hold the others."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    if len(words) < 2 and text.strip() == "".join(words):
        return Found(None, [], [])  # a single word was looked for so already
    for word in sorted(words, key=len, reverse=True)[:_MISTYPED]:
        customers = _nearest(word, most=most)
        rest = query_of(re.sub(rf"(?i)\b{re.escape(word)}\b", " ", text, count=1))
        if not customers:
            continue
        rows = visible_tickets(who).filter(customer__in=[one.pk for one in customers])
        if rest is not None:
            rows = rows.filter(search__words=rest)
        tickets = list(rows.with_names().order_by("-received_at", "-pk")[:most])
        if tickets:
            return Found(None, tickets, customers)
    return Found(None, [], [])


def query_of(text: str) -> SearchQuery | None:
    """Every word of the text, or what begins with it; None where there is no word. What looks like
    a number is looked for with the signs between its parts and without: "LH-208-7155"."""
    runs = _runs(text.lower())
    wanted = [[word for word in run if _tells(word)] for run in runs]
    if not any(wanted):
        wanted = runs
    parts = [
        " | ".join([_all_of(words), *_joined(run)])
        for words, run in zip(wanted, runs, strict=True)
        if words
    ]
    if not parts:
        return None
    query = " & ".join(f"({part})" for part in parts)
    return SearchQuery(query, search_type="raw", config="amends_search")


def _runs(text: str) -> list[list[str]]:
    """The words that are looked at, together those which may be parts of one number: with a sign
    between them that joins, or short ones and such with digits beside each other. An address is
    no number: all that its parts could be joined to would be looked for in vain, and for long."""
    runs: list[list[str]] = []
    end = 0
    for found in list(re.finditer(r"[^\W_]+", text))[:_WORDS]:
        between, word = text[end : found.start()], found[0]
        beside = "@" not in between and _of_number(word)
        if runs and (_JOINS.fullmatch(between) or (beside and _of_number(runs[-1][-1]))):
            runs[-1].append(word)
        else:
            runs.append([word])
        end = found.end()
    return runs


def _of_number(word: str) -> bool:
    return len(word) <= _MARK or any(character.isdigit() for character in word)


def _tells(word: str) -> bool:
    """A single letter beside others narrows nothing, and stands in every ticket: "A-10485"."""
    return len(word) > 1 or word.isdigit()


def _joined(run: list[str]) -> list[str]:
    """The run with some words that stand beside each other written as one: as the index holds
    numbers (`amends_joined`), and as customers write them who leave the signs out."""
    found = []
    for first in range(len(run)):
        for last in range(first + 1, min(first + _PARTS, len(run))):
            word = "".join(run[first : last + 1])
            if len(word) in _JOINED and any(character.isdigit() for character in word):
                rest = [one for one in run[:first] + run[last + 1 :] if _tells(one)]
                found.append(_all_of([word, *rest]))
    return found


def _all_of(words: list[str]) -> str:
    parts = [f"'{word}':*" if len(word) >= _BEGINNING else f"'{word}'" for word in words]
    return " & ".join(parts)


def narrowed(rows: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those of `rows` that hold the text's words; none where it has none. Two queries."""
    query = query_of(text.strip()[:LONGEST])
    if query is None:
        return rows.none()
    fresh = _fresh(query)
    few = _few(query)
    if few is not None:
        return rows.filter(pk__in={*few, *fresh})
    return rows.annotate(holds=_one_by_one("search__words", query)).filter(
        Q(holds=True) | Q(pk__in=fresh)
    )


def by_number(who: Principal, text: str) -> Ticket | None:
    """The ticket whose number it is, if it is one and the reader may see it."""
    if not any(character.isdigit() for character in text):
        return None
    try:
        key = id_in(text)
    except DomainError:
        return None
    return found_by_key(who, key)


def customers_like(text: str, *, most: int) -> list[Customer]:
    """By part of a name, address or number, or by key in another system; where there is none, by a
    name that is nearly it."""
    known = Customer.objects.filter(merged_into=None).annotate(plain=Plain("name"))
    plain = Plain(Value(text))
    by_contact = ContactPoint.objects.filter(normalized__contains=_normal(text)).order_by()
    by_key = ExternalId.objects.filter(value__iexact=text).order_by()
    if len(text) < _BEGINNING:  # parts of two letters are everywhere
        return list(known.filter(plain__startswith=plain).order_by("name", "pk")[:most])
    keys = known.filter(plain__contains=plain).order_by().values_list("pk", flat=True)
    found = {*keys[:_SOME], *by_contact.values_list("customer", flat=True)[:most]}
    found |= {*by_key.values_list("customer", flat=True)[:most]}
    if not found and len(text) > _BEGINNING:
        return _nearest(text, most=most)
    return list(known.filter(pk__in=found).order_by("name", "pk")[:most])


def _nearest(text: str, *, most: int) -> list[Customer]:
    """By a name that is nearly the text, the nearest first."""
    known = Customer.objects.filter(merged_into=None).annotate(plain=Plain("name"))
    with connection.cursor() as cursor:  # what the index of names goes by
        cursor.execute(_THRESHOLD, [str(_ALIKE)])
    alike = known.filter(plain__trigram_word_similar=Plain(Value(text)))
    some = alike.order_by().values("pk")[:_SOME]
    nearest = known.filter(pk__in=some).annotate(likeness=TrigramWordSimilarity(text, "plain"))
    nearest = nearest.filter(likeness__gte=_ALIKE).order_by("-likeness", "name", "pk")
    return list(nearest[:most])


def _normal(text: str) -> str:
    """As contacts are compared: lower case, and a phone number without what stands in between."""
    digits = re.sub(r"[\s()/.-]", "", text)
    if re.fullmatch(r"\+?\d{4,}", digits):
        return digits.removeprefix("+").removeprefix("00").removeprefix("0")
    return text.lower()


def _keys(who: Principal, query: SearchQuery, customers: list[int], *, most: int) -> list[int]:
    """Tickets that hold the words, or whose customer was found, some more than `most`."""
    seen = visible_tickets(who)
    found = _fresh(query)
    if customers:
        of_customers = seen.filter(customer__in=customers).order_by("-received_at", "-pk")
        found += of_customers.values_list("pk", flat=True)[:most]
    few = _few(query)
    if few is not None:
        holding = seen.filter(pk__in=few)
    else:
        newest = seen.order_by("-received_at", "-pk").values_list("pk", flat=True)[:_NEWEST]
        among = SearchEntry.objects.filter(pk__in=list(newest)).annotate(
            holds=_one_by_one("words", query)
        )
        recent = among.filter(holds=True).order_by("-pk").values_list("pk", flat=True)[:most]
        if len(recent) == most:
            return [*found, *recent]
        holding = seen.filter(pk__in=SearchEntry.objects.filter(words=query).values("pk"))
    return [*found, *holding.order_by("-received_at", "-pk").values_list("pk", flat=True)[:most]]


def _few(query: SearchQuery) -> list[int] | None:
    """All tickets that hold the words, where that is a few; None where it is more. Two queries."""
    newest = SearchEntry.objects.order_by("-pk").values("pk")[:_NEWEST]
    holding = SearchEntry.objects.filter(pk__in=newest).filter(_one_by_one("words", query))
    if holding.count() > _NEWEST * _FEW / 100_000:  # as many of a hundred thousand would be more
        return None
    sql, given = SearchEntry.objects.filter(words=query).values("pk").query.sql_with_params()
    # Of what begins like a word PostgreSQL expects so much that it would rather go through the
    # whole table until it has enough: so it is not told beforehand that there is an end.
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found LIMIT {_FEW + 1}",  # noqa: S608
            given,
        )
        found = [key for (key,) in cursor.fetchall()]
    return found if len(found) <= _FEW else None


def _fresh(query: SearchQuery) -> list[int]:
    """Those among the tickets that were changed a moment ago and are not in the index yet."""
    changed = unread(FOLLOWER, most=_NEWEST)
    if not changed:
        return []
    words = Func(F("pk"), function="amends_words_of", output_field=SearchVectorField())
    rows = Ticket.objects.filter(pk__in=changed).annotate(words=words).filter(words=query)
    return list(rows.values_list("pk", flat=True))


def _one_by_one(words: str, query: SearchQuery) -> Func:
    """Whether `words` of one row hold those asked for, in a form that no index answers: what many
    tickets hold is found soon by going through them in the order that is wanted, and an index of
    words would bring them all."""
    return Func(F(words), query, function="ts_match_vq", output_field=BooleanField())
