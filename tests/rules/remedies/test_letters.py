"""What the customer reads is said once, and in order."""

from remedies.letters import Line, offer_letter


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
    )
    assert letter.count("We were wrong, and we are sorry.") == 1
    assert "- Nadia calls you on Monday." in letter
    assert letter.index("£20.00 in all") < letter.index("You can accept all of it")
