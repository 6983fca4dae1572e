"""What the customer reads is said once, and in order."""

from remedies.apology import check_apology
from remedies.letters import Account, Line, offer_letter


def test_the_apology_stands_once_at_the_top() -> None:
    letter = offer_letter(
        name="Ines Quirk",
        matter="No internet for nine days",
        lines=[
            Line("Apology", words="We were wrong, and we are sorry."),
            Line("Callback", words="Nadia calls you on Monday."),
            Line("What it cost you", sum="£20.00"),
        ],
        total="£20.00",
        until="Saturday 5 December",
        sender="Nadia Rahman",
    ).text
    assert letter.count("We were wrong, and we are sorry.") == 1
    assert "- Nadia calls you on Monday." in letter
    assert letter.index("£20.00 in all") < letter.index("you can accept all of it")


def test_it_acknowledges_explains_offers_and_says_what_happens_next() -> None:
    letter = offer_letter(
        name="Ines Quirk",
        matter="No internet for nine days.",
        lines=[
            Line(
                "Refund",
                sum="£11.40",
                words="You paid for days without service.",
                why="£38.00 ÷ 30 days × 9 days",
                owed=True,
                by="into your account by Monday 30 November",
            ),
            Line("Credit", sum="£80.00", choices=("£100.00 as voucher",)),
        ],
        total="£91.40",
        until="Saturday 5 December",
        sender="Nadia Rahman",
        account=Account(
            found=("No service for nine days: the job was closed too early.",),
            changes=("Nobody closes a job before the line is tested.",),
        ),
    )
    text = letter.text
    order = [
        "about this: No internet for nine days. We were wrong",
        "What happened, as we found it:\n- No service for nine days",
        "So that it does not happen again",
        "£91.40 in all",
        "- Refund: £11.40. You paid for days without service. £38.00 ÷ 30 days × 9 days.",
        "You choose: £80.00, or £100.00 as voucher.",
        "yours whatever you decide: refund.",
        "What happens next",
        "Refund: into your account by Monday 30 November.",
        "Yours sincerely\nNadia Rahman",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert letter.acknowledge and letter.explain and letter.offer and letter.next


def test_the_proposed_letter_is_an_apology_that_is_meant() -> None:
    letter = offer_letter(
        name="Ines",
        matter="No internet",
        lines=[Line("Credit", sum="£80.00")],
        total="£80.00",
        until="Saturday",
        sender="Nadia",
        account=Account(("The job was closed too early.",), ("Jobs are tested first.",)),
    )
    assert check_apology(letter.text).complete
