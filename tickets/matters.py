"""What a complaint is about, in one line of the customer's own words. Pure.

A letter begins with a greeting, which says nothing of the matter; its first sentence does.
"""

import re

LONGEST = 90
#: A line that would be cut at a word before this is cut within a word.
_SHORTEST = 40
#: A first sentence of so few letters ("Help!") says nothing without the next one.
_TELLS = 15

_GREETS = re.compile(
    r"(?:dear|hi|hello|hey|greetings|good\s+(?:morning|afternoon|evening|day)|to\s+whom\s+it\s+may|"
    r"sehr\s+geehrte[rs]?|geehrte[rs]?|liebe[rs]?|werte[rs]?|hallo|moin|servus|grüß\s+gott|"
    r"guten?\s+(?:tag|morgen|abend)|bonjour|bonsoir|madame|monsieur|mesdames|messieurs|ch[eè]re?s?|"
    r"hola|buen[oa]s\s+(?:días|tardes|noches)|estimad[oa]s?|buongiorno|buonasera|salve|ciao|"
    r"gentil[ei]|egregi[oa]?|spettabile|olá|bom\s+dia|boa\s+(?:tarde|noite)|prezad[oa]s?|"
    r"beste|geachte|goede?n?(?:dag|morgen|middag|avond)|dzień\s+dobry|szanown[aiey]|witam|hej|"
    r"dobrý\s+den|السلام\s+عليكم|مرحبا|تحية\s+طيبة|здравствуйте|добрый\s+день|您好|你好)(?!\w)"
    r"(?P<whom>[^,.!:;?\n،，。！]{0,70})(?:[,.!:;،，。！–-]+|\n|$)\s*",
    re.IGNORECASE,
)
#: Whom one greets without a capital letter.
_ANYBODY = frozenset(
    "sir sirs madam maam or and all there team everyone everybody folks customer customers service "
    "services support care relations help desk concern of the at und ihr zusammen team le la les "
    "et tous toutes y e o a señor señores señora señoras signore signori signora senhor senhores "
    "senhora senhoras allemaal iedereen en mevrouw meneer heer i państwo"
    .split()
)  # fmt: skip
_ENDS = re.compile(r"[.!?]+\s+")
#: Before a full stop that ends no sentence.
_SHORT = frozenset(
    "mr mrs ms dr prof st no nr hr fr approx ca bzw str tel z.b e.g i.e vs mme mlle sig dott sr sra"
    .split()
)  # fmt: skip

_DAY_OR_INITIAL = re.compile(r"\d{1,2}|[^\W\d_]")


def matter_of(body: str) -> str:
    """The first sentence behind the greeting, cut at a word where it is too long."""
    text = body.strip()
    for _ in range(2):  # "Dear Sir," and "Good morning."
        text = _ungreeted(text)
    line = _first_sentence(" ".join((text or body).split()))
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST - 1].rsplit(" ", 1)[0]
    return (cut if len(cut) >= _SHORTEST else line[: LONGEST - 1]).rstrip(" ,;:–-") + "…"


def _ungreeted(text: str) -> str:
    found = _GREETS.match(text)
    if found is None:
        return text
    whom = re.findall(r"[^\s()/&]+", found["whom"])
    # "Hello Fresh sent me the wrong box, again" greets nobody.
    if any(word[0].islower() and word.lower() not in _ANYBODY for word in whom) or len(whom) > 8:
        return text
    return text[found.end() :]


def _first_sentence(line: str) -> str:
    for end in _ENDS.finditer(line):
        before = line[: end.start()]
        last = before.rsplit(" ", 1)[-1].lower()
        # "Since 10. November" goes on, and so does "J. Smith".
        abbreviated = last in _SHORT or _DAY_OR_INITIAL.fullmatch(last) is not None
        if len(before) >= _TELLS and not (line[end.start()] == "." and abbreviated):
            return before
    return line
