"""Mail that a machine wrote: bounces, out-of-office notes, receipts, abuse reports. Pure.

Answering such mail starts loops, and opening tickets for it drowns the desk. The signs are those
of RFC 3834 (Auto-Submitted, null return path), RFC 3464 (delivery reports), RFC 5965 (feedback
reports), RFC 8098 (receipts), and the words that mail systems use where they set no sign.
"""

import re
from enum import StrEnum

from integrations.mail.parsing import Mail


class Machine(StrEnum):
    """What sort of machine mail it is."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    RECEIPT = "receipt"
    FEEDBACK_REPORT = "feedback_report"


_REPORTS = {
    "message/delivery-status": Machine.BOUNCE,
    "message/global-delivery-status": Machine.BOUNCE,
    "message/feedback-report": Machine.FEEDBACK_REPORT,
    "message/disposition-notification": Machine.RECEIPT,
}
_DAEMON = re.compile(
    r"^(mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|postoffice|mdaemon|symantec_antivirus|"
    r"bounces?|no-?reply-?bounce|mailsweeper|amavisd?|smtp-?gateway|mail-?delivery)"
    r"([-+_.][^@]*)?@",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail delivery|mailer[- ]?daemon|delivery (sub)?system|mail administrator|system administrator"
    r"|post ?master|internet mail delivery|mail router",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver(ed|able)|undelivered mail|returned? (mail|to sender|e-?mail)|failure notice"
    r"|delivery (status )?(notification|failure|report|error|problem|has failed)"
    r"|deliver[iy]\w* fail|fail(ed|ure) (to deliver|delivery|notice)"
    r"|mail (delivery )?(failed|failure"
    r"|could not be delivered|error|system error)|non[- ]?deliver|could ?n.t be delivered"
    r"|cannot be delivered|unzustellbar|nicht zustellbar|unknown user|user unknown|message status"
    r"|rejected( message| mail)?:|permanent(ly)? (fail|error)|not delivered"
    r"|warning: (message|could)"
    r"|mailbox (is )?full|nondeliverable|returned unsent|notifica(tion|zione) d"
    r"|delivery warning|non remis|loop alert|(メール|送信).{0,4}エラー",
    re.IGNORECASE,
)
_AUTO_SUBJECT = re.compile(
    r"^\s*(re: *)?(\[?auto(matic|mated|matische)?[- ]?(reply|response|antwort)|automatische antwort"
    r"|out of (the )?office|abwesen|réponse automatique|respuesta automática|risposta automatica"
    r"|vacation|ooo\b)",
    re.IGNORECASE,
)
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")
_BOUNCE_BODY = re.compile(
    r"could not be delivered|can ?not be delivered|couldn't be delivered|undeliverable"
    r"|delivery (to the following|has failed|failed)|(was|were) not delivered"
    r"|permanent(ly)? (fatal )?(error|fail)|fatal errors|unable to deliver|wasn't able to deliver"
    r"|failed recipient|user unknown|unknown user|no such user|mailbox (is )?full|host unknown"
    r"|over quota|returned to sender|recipient.{0,40}(rejected|unknown|not found)"
    r"|^(5\d\d|4\d\d)[ -][45]\.\d\.\d",
    re.IGNORECASE | re.MULTILINE,
)


def machine_of(mail: Mail) -> Machine | None:
    """Which sort of machine wrote the mail; None for a person."""
    return _by_report(mail) or _by_header(mail) or _by_words(mail)


def _by_report(mail: Mail) -> Machine | None:
    for kind, machine in _REPORTS.items():
        if kind in mail.types:
            return machine
    outer = mail.headers.get("content-type", "").lower()
    if "multipart/report" in outer:
        if "feedback-report" in outer:
            return Machine.FEEDBACK_REPORT
        return Machine.RECEIPT if "disposition" in outer else Machine.BOUNCE
    if mail.headers.get("feedback-type") or "x-report-abuse-for" in mail.headers:
        return Machine.FEEDBACK_REPORT
    return None


def _by_header(mail: Mail) -> Machine | None:
    headers = mail.headers
    daemon = bool(_DAEMON.match(mail.sender[1]))
    if "x-failed-recipients" in headers or headers.get("return-path", "-").strip() == "<>":
        auto = _AUTO_SUBJECT.search(mail.subject) and not daemon
        return Machine.AUTO_REPLY if auto else Machine.BOUNCE
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    if submitted not in {"no", ""}:
        return Machine.BOUNCE if daemon else Machine.AUTO_REPLY
    if any(name in headers for name in _AUTO_HEADERS):
        return Machine.AUTO_REPLY
    if headers.get("precedence", "").strip().lower() in {"auto_reply", "junk"}:
        return Machine.AUTO_REPLY
    return Machine.BOUNCE if daemon else None


def _by_words(mail: Mail) -> Machine | None:
    if _AUTO_SUBJECT.search(mail.subject):
        return Machine.AUTO_REPLY
    told = bool(_BOUNCE_SUBJECT.search(mail.subject))
    named = bool(_DAEMON_NAME.search(mail.sender[0]))
    body = bool(_BOUNCE_BODY.search(mail.text[:4000]))
    if mail.text.startswith('{"notificationType"'):  # Amazon SES tells of bounces in JSON
        return Machine.BOUNCE
    if not mail.sender[1] and (told or body):
        return Machine.BOUNCE
    # One sign alone may be a person who tells of a bounce; two are a machine.
    answers = bool(mail.thread) or mail.subject.lower().startswith(("re:", "aw:", "fw"))
    nobody = named or mail.sender[1].lower().startswith(("no-reply@", "noreply@"))
    if (told or nobody) and body and not answers:
        return Machine.BOUNCE
    return Machine.BOUNCE if told and nobody else None
