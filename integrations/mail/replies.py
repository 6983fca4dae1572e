"""What a person wrote in a mail, without what his program quoted below it. Pure.

Nothing is guessed away: where no sign of a quote is found the text stays whole, and answers
written between quoted lines stay, with what they answer.
"""

import re

#: "On Tuesday … Jane wrote:", in the languages that customers write in; may span three lines.
_WROTE = re.compile(
    r"^[ \t>*_-]*("
    r"(On|Am|Le|El|Il|Op|Den|Em|Dnia|W dniu|Dne|Vào|Pada|På|Kun|Às|A|Ha|U|Ob|Dňa|V)\b[^\n]{0,300}"
    r"(\n[^\n]{1,300}){0,3}?"
    r"(wrote|schrieb|a écrit|ha escrito|escribió|ha scritto|schreef|escreveu|skrev|napisał\(?a?\)?"
    r"|napsal\(?a?\)?|kirjoitti|đã viết|menulis|geschreven|írta|napísal)"
    r"[^\n]{0,160}(\n[ \t>]*<?[^\s<>]+@[^\s<>]+>?)?[:：]"
    r"|[^\n]{1,120}\b(wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|skrev|пишет|пише"
    r"|написа[лв]\w*|napisał(\(a\)|a)?)[ \t]*(on [^\n]{5,60})?[:：]"
    r"|\d{4}[-/年.]\d{1,2}[^\n]{6,120}(<\s*[^<>\s]+>|写道|寫道|のメッセージ)[^\n]{0,40}[:：]?"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d (GMT|UTC)[^\n]{0,120}"
    r"|在[^\n]{4,100}(写道|寫道)[:：]?"
    r")[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^[ \t>]*([-_*=]{2,60}[ \t]*(original[ \t-]*(message|appointment|mail)"
    r"|urspr\w+ng\w+[ \t-]*nachricht"
    r"|forwarded[ \t]*(message|by)\b[^\n]*|weitergeleitete nachricht"
    r"|message d'origine|message transféré"
    r"|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht"
    r"|пересылаемое сообщение|原始邮件|reply above this line)[ \t:]*[-_*=]*"
    r"|begin forwarded message:"
    r"|_{20,120})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FIELDS = (
    r"from|von|de|da|van|fra|från|od|от|发件人|差出人",
    (
        r"sent|date|gesendet|datum|envoyé|enviado|fecha|data|inviato|verzonden|sendt|skickat|wysłano"
        r"|to|an|à|para|a|aan|til|till|do|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|emne"
        r"|ämne|temat|дата|тема|кому|发送时间|收件人|主题"
    ),
)
#: Outlook's block: From: … and at once Sent:, To: or Subject:.
_BLOCK = re.compile(
    rf"^[ \t>*]*({_FIELDS[0]})[ \t*]*[:：][^\n]+\n(?:[ \t>*]*\n)?"
    rf"(?:[ \t>*]*reply-to[ \t*]*:[^\n]*\n)?[ \t>*]*({_FIELDS[1]})[ \t*]*[:：][^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^(--[ \t]?|__|—|[-_]{2,}[ \t]*)$"
    r"|^(sent|gesendet|envoyé|enviado|inviato|verzonden|skickat|sendt"
    r"|wysłane)[ \t](from|von|depuis|de|da"
    r"|desde|dal|vanaf|från|fra|z)[ \t](my|meinem|mon|mi|il mio|mijn|min|mobile"
    r"|outlook|mail|yahoo|blackberry"
    r"|windows|iphone|a|the)[^\n]{0,60}$"
    r"|^get outlook for (ios|android)[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)


def reply_of(text: str) -> str:
    """The person's own words in a mail's `text`; all of it where none can be told apart."""
    lines = _whole(text)
    cut = _first(lines, _WROTE, _DIVIDER, _BLOCK)
    kept = _unquoted_after(lines, cut)
    kept = _without_signature(kept)
    kept = _without_tail(kept).strip()
    return kept or text.strip()


def _whole(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").strip("\n")


def _first(text: str, *signs: re.Pattern[str]) -> int:
    """Where the first of the signs begins; the text's length where there is none."""
    found = [match.start() for sign in signs if (match := sign.search(text))]
    return min(found, default=len(text))


def _unquoted_after(text: str, cut: int) -> str:
    """What stands before `cut`; and all of it where answers stand between what is quoted there."""
    head, tail = text[:cut], text[cut:]
    lines = tail.split("\n")
    quoted = [number for number, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not quoted or _DIVIDER.match(tail) or _BLOCK.match(tail):
        return head
    inner = lines[quoted[0] : quoted[-1]]
    between = [line for line in inner if line.strip() and not line.lstrip().startswith(">")]
    after = "\n".join(lines[quoted[-1] + 1 :]).strip()
    after = _without_signature(after).strip()
    if between and not head.strip():
        return "\n".join(lines[quoted[0] :])
    if after and not head.strip():
        return after
    return head + ("\n\n" + after if after and not between else "")


def _without_signature(text: str) -> str:
    match = _SIGNATURE.search(text)
    # A sign at the very top is no signature but a line that somebody drew.
    return text[: match.start()] if match and text[: match.start()].strip() else text


def _without_tail(text: str) -> str:
    """Without quoted lines at the end, where nothing follows them."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines) if lines else text
