"""Mail as it really is: read, told from machines' mail, and without what was quoted."""

import hashlib
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from integrations.mail.html import text_of_html
from integrations.mail.machines import Machine, machine_of
from integrations.mail.parsing import parse_mail
from integrations.mail.replies import reply_of


def mail(headers: str, body: str = "It broke.") -> bytes:
    """A mail of these header lines."""
    return (f"From: Ines Calloway <ines@example.org>\n{headers}\n\n{body}").encode()


@pytest.fixture(scope="session")
def corpus(shared: Path) -> list[tuple[dict[str, Any], bytes]]:
    """Real mails with what is known of each; skips where they are absent."""
    folder = shared / "data" / "email"
    if not (folder / "raw.zip").is_file():
        pytest.skip(f"NO REAL MAIL at {folder}")
    with zipfile.ZipFile(folder / "raw.zip") as raw:
        facts = (folder / "facts.jsonl").read_text("utf-8").splitlines()
        return [(fact, raw.read(fact["file"])) for fact in map(json.loads, facts)]


def test_real_machine_mail_is_known_and_no_person_is_taken_for_one(
    corpus: list[tuple[dict[str, Any], bytes]],
) -> None:
    missed, accused = [], []
    for fact, raw in corpus:
        machine = machine_of(parse_mail(raw))
        if fact["machine_generated"] is True and machine is None:
            missed.append(fact["id"])
        if fact["machine_generated"] is False and machine is not None:
            accused.append(fact["id"])

    assert accused == []
    assert len(missed) <= 3, missed


def test_real_mail_says_what_other_parsers_read_too(
    corpus: list[tuple[dict[str, Any], bytes]],
) -> None:
    checked = {"subject": 0, "date": 0, "message_id": 0, "body": 0}
    agreed = dict.fromkeys(checked, 0)
    for fact, raw in corpus:
        found, expected = parse_mail(raw), fact.get("expected", {})
        told = {
            "subject": found.subject,
            "date": found.sent_at.isoformat()[:19] if found.sent_at else "",
            "message_id": found.message_id,
            "body": hashlib.sha256(" ".join(found.text.split()).encode()).hexdigest(),
        }
        wanted = {
            "subject": " ".join(expected.get("subject", "").split()),
            "date": expected.get("date", "")[:19],
            "message_id": expected.get("message_id", ""),
            "body": expected.get("body_sha256_ws", ""),
        }
        if fact["machine_generated"] is not False:
            del wanted["body"]  # reports have many parts, which parsers join differently
        for name, value in wanted.items():
            if value:
                checked[name] += 1
                agreed[name] += told[name] == value

    shares = {name: agreed[name] / checked[name] for name in checked}
    assert shares["subject"] > 0.98
    assert shares["date"] > 0.99
    assert shares["message_id"] > 0.98
    assert shares["body"] > 0.9


def test_what_people_wrote_is_told_from_what_they_quoted(shared: Path) -> None:
    path = shared / "data" / "email" / "reply_extraction.jsonl"
    if not path.is_file():
        pytest.skip(f"NO REAL REPLIES at {path}")
    cases = list(map(json.loads, path.read_text("utf-8").splitlines()))

    right = [
        case["id"]
        for case in cases
        if reply_of(case["text"]).split() == case["expected_reply"].split()
    ]

    assert len(right) >= len(cases) - 2


@pytest.mark.parametrize("cut", range(0, 2000, 97))
def test_a_mail_cut_off_anywhere_is_read_without_an_error(cut: int) -> None:
    whole = mail(
        "Subject: =?utf-8?B?w4RyZ2Vy?=\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="x"',
        "--x\nContent-Type: text/html; charset=nonsense\nContent-Transfer-Encoding: base64\n\n"
        "PGI+w4RyZ2VyPC9iPg==\n--x\nContent-Type: image/png; name*=utf-8''%C3%84.png\n"
        "Content-Transfer-Encoding: quoted-printable\n\n=zz=\n--x--\n" + "x" * 1500,
    )

    parse_mail(whole[:cut])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 50,
        b"\xff\xfe\xfd",
        b":::\n:\n\n",
        b"From: \xff\xff <\xff>\nDate: Thu, 99 Foo 99999 99:99:99 +9999\n\n\xff",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: text/plain; charset=\"'\n\nx",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
        b"Content-Transfer-Encoding: uuencode\n\nbegin nonsense",
        b"From: " + b"<" * 5000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?" * 2000 + b"\n\nx",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(300)
        ),
    ],
)
def test_nonsense_is_read_without_an_error(raw: bytes) -> None:
    found = parse_mail(raw)
    machine_of(found)
    reply_of(found.text)


def test_encoded_words_and_eight_bit_headers() -> None:
    assert parse_mail(mail("Subject: =?utf-8?B?w4RyZ2Vy?= =?iso-8859-1?Q?_=FCber?=")).subject == (
        "Ärger über"
    )
    assert parse_mail("Subject: Ärger\n\nx".encode()).subject == "Ärger"
    assert parse_mail("Subject: Ärger\n\nx".encode("latin-1")).subject == "Ärger"


def test_the_text_of_an_alternative_is_the_plain_one() -> None:
    found = parse_mail(
        mail(
            'Content-Type: multipart/alternative; boundary="x"',
            "--x\nContent-Type: text/plain\n\nplain\n--x\n"
            "Content-Type: text/html\n\n<b>rich</b>\n--x--",
        )
    )

    assert found.text == "plain"
    assert found.files == []


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<script>alert(1)</script><style>p{}</style><p>Safe</p>", "Safe"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("x <b>y</b>, z&nbsp;&amp; &lt;i&gt;", "x y, z & <i>"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<p>Mine</p><blockquote>Yours</blockquote>", "Mine\n\n> Yours"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>open <b>never <i>closed", "open never closed"),
        ("<!-- <p>hidden</p> --><p>seen</p>", "seen"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    ("headers", "body", "machine"),
    [
        ("Auto-Submitted: auto-replied\nSubject: Away", "x", Machine.AUTO_REPLY),
        ("Auto-Submitted: no\nSubject: Hello", "x", None),
        ("Subject: Automatic reply: Your complaint", "x", Machine.AUTO_REPLY),
        ("Subject: Abwesenheitsnotiz", "x", Machine.AUTO_REPLY),
        ("Return-Path: <>\nSubject: hm", "x", Machine.BOUNCE),
        ("X-Failed-Recipients: a@example.org\nSubject: hm", "x", Machine.BOUNCE),
        ("Precedence: bulk\nSubject: A complaint by list", "x", None),
        # People write about bounces, and answer.
        ("Subject: Undelivered parcel", "My parcel was never brought.", None),
        ("Subject: Delivery failed", "Your courier did not come.", None),
        (
            "Subject: Re: failure notice\nIn-Reply-To: <a@b.example>",
            "It says your mail could not be delivered, why?",
            None,
        ),
    ],
)
def test_signs_of_a_machine(headers: str, body: str, machine: Machine | None) -> None:
    assert machine_of(parse_mail(mail(headers, body))) is machine


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (
            "Yes please.\n\nOn Tue, 24 Nov 2026, Alice <a@desk.example> wrote:\n> Shall we?",
            "Yes please.",
        ),
        ("Ja.\n\nAm 24.11.2026 um 11:18 schrieb Alice\n<a@desk.example>:\n> Sollen wir?", "Ja."),
        ("Oui.\n\nLe mar. 24 nov. 2026, Alice a écrit :\n> On y va ?", "Oui."),
        ("Done.\n\n-----Original Message-----\nFrom: Alice\nSent: today\n\nText", "Done."),
        ("Done.\n\nFrom: Alice\nSent: Tuesday\nTo: Ines\nSubject: x\n\nText", "Done."),
        ("Thanks!\n-- \nInes\nTel. 1", "Thanks!"),
        ("Thanks!\n\nSent from my iPhone", "Thanks!"),
        ("> When?\nOn Monday.\n> Where?\nAt home.", "> When?\nOn Monday.\n> Where?\nAt home."),
        ("On Monday he wrote: nothing. I am cross.", "On Monday he wrote: nothing. I am cross."),
        ("From: the shop\nI bought a kettle.", "From: the shop\nI bought a kettle."),
        ("> only a quote", "> only a quote"),
        ("", ""),
    ],
)
def test_what_a_person_wrote(text: str, reply: str) -> None:
    assert reply_of(text) == reply


@pytest.mark.parametrize(
    "text",
    [
        "On " * 60_000,
        "On a\n" * 40_000,
        "> " * 80_000,
        "From: x\n" * 30_000,
        "-" * 200_000,
        "\n" * 200_000,
    ],
    ids=["on", "lines", "quotes", "fields", "dashes", "blank"],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    begun = time.process_time()

    reply_of(text)

    assert time.process_time() - begun < 3
