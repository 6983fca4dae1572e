"""The name of a file as its sender gave it, shortened where it is very long."""

import pytest

from tickets.services.files import NAME_MAX, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Rechnung Müller.pdf", "Rechnung Müller.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ines\\photo.jpg", "photo.jpg"),
        ("...", "file"),
    ],
)
def test_a_name_is_its_last_part(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_of_a_very_long_name_the_beginning_and_the_ending_are_kept() -> None:
    kept = safe_name(f"Rechnung für Frau Müller {'x' * 300}.pdf")
    assert kept.startswith("Rechnung für Frau Müller x") and kept.endswith("x.pdf")
    assert len(kept) == NAME_MAX
    assert len(safe_name("y" * 400)) == NAME_MAX
