"""Promises in texts: what is said, and the moment that it means for the customer."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tickets.promising import promises_in

#: A Tuesday, 11:18 in London and 12:18 in Berlin.
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
LONDON, BERLIN = "Europe/London", "Europe/Berlin"


def local(text: str, zone: str, now: dt.datetime = NOW) -> list[str]:
    """The moments that a text promises, in the customer's own time."""
    found = promises_in(text, now=now, zone=zone)
    return [f"{one.due.astimezone(ZoneInfo(zone)):%a %d.%m.%Y %H:%M}" for one in found]


END = "23:59"
ENGLISH = [
    ("I'll call you by Thursday 15:00.", "Thu 26.11.2026 15:00"),
    ("I’ll call you on Thursday at 3 pm.", "Thu 26.11.2026 15:00"),
    ("I will call you at 3:30pm on Thursday.", "Thu 26.11.2026 15:30"),
    ("We will be back to you by Thursday.", f"Thu 26.11.2026 {END}"),
    ("You will have my answer by Tuesday 24 November, 15:00.", "Tue 24.11.2026 15:00"),
    ("You will have my answer by Monday, 30 November 2026, noon.", "Mon 30.11.2026 12:00"),
    ("I'll write by tomorrow noon.", "Wed 25.11.2026 12:00"),
    ("I'll write by noon tomorrow.", "Wed 25.11.2026 12:00"),
    ("We'll let you know tomorrow morning.", "Wed 25.11.2026 12:00"),
    ("I will ring you this afternoon.", "Tue 24.11.2026 17:00"),
    ("I will ring you tonight.", "Tue 24.11.2026 20:00"),
    ("I will tell you the day after tomorrow.", f"Thu 26.11.2026 {END}"),
    ("You'll hear from us within 2 days.", f"Thu 26.11.2026 {END}"),
    ("You'll hear from us within two working days.", f"Thu 26.11.2026 {END}"),
    ("You'll hear from us within five working days.", f"Tue 01.12.2026 {END}"),
    ("We will reply within 48 hours.", "Thu 26.11.2026 11:18"),
    ("I'll be back in half a minute, or in 20 minutes.", "Tue 24.11.2026 11:38"),
    ("We will have it mended in a couple of days.", f"Thu 26.11.2026 {END}"),
    ("The refund will be with you within a week.", f"Tue 01.12.2026 {END}"),
    ("We are going to send it by the end of the week.", f"Fri 27.11.2026 {END}"),
    ("We will decide next week.", f"Fri 04.12.2026 {END}"),
    ("We will decide by the end of next week.", f"Fri 04.12.2026 {END}"),
    ("We will pay by the end of the month.", f"Mon 30.11.2026 {END}"),
    ("I will write by close of business tomorrow.", "Wed 25.11.2026 17:00"),
    ("I promise you an answer by 5pm.", "Tue 24.11.2026 17:00"),
    ("I will have it by 9:00.", "Wed 25.11.2026 09:00"),
    ("We shall write on 1 December.", f"Tue 01.12.2026 {END}"),
    ("We shall write on December 1st at 10am.", "Tue 01.12.2026 10:00"),
    ("We shall write by 03/12.", f"Thu 03.12.2026 {END}"),
    ("We shall write by 12/24/2026.", f"Thu 24.12.2026 {END}"),
    ("We shall write by 2026-12-03.", f"Thu 03.12.2026 {END}"),
    ("We shall write by 5 January.", f"Tue 05.01.2027 {END}"),
    ("I will come next Thursday at 4 o'clock.", "Thu 03.12.2026 16:00"),
    ("I will come next Monday.", f"Mon 30.11.2026 {END}"),
    ("I will come this Thursday.", f"Thu 26.11.2026 {END}"),
    ("I will come on Tuesday.", f"Tue 01.12.2026 {END}"),
    ("The engineer will come on Thu 26 Nov between 14:00 and 16:00.", "Thu 26.11.2026 16:00"),
    ("If you send the receipt, I will pay it by Friday.", f"Fri 27.11.2026 {END}"),
    ("Please send the receipt by Wednesday. I will pay it by Friday.", f"Fri 27.11.2026 {END}"),
    ("Expect my call on Friday at 9.30 a.m. at the latest.", "Fri 27.11.2026 09:30"),
    ("I call you by Thursday 15:00.", "Thu 26.11.2026 15:00"),
    ("I call you on Thursday.", f"Thu 26.11.2026 {END}"),
    ("We pay by Friday.", f"Fri 27.11.2026 {END}"),
    ("I'm calling you Thursday at 10.", "Thu 26.11.2026 10:00"),
    ("I am writing to you again on Friday.", f"Fri 27.11.2026 {END}"),
    ("Let me call you back on Monday.", f"Mon 30.11.2026 {END}"),
    ("I'll be in touch by 24/12/2026 at 10.", "Thu 24.12.2026 10:00"),
    ("I'll call you at half past three on Thursday.", "Thu 26.11.2026 15:30"),
    ("I'll call you on Thursday at quarter to five.", "Thu 26.11.2026 16:45"),
    ("I'll call you on Thursday at quarter past nine.", "Thu 26.11.2026 09:15"),
    ("I'll call you at 15.30.", "Tue 24.11.2026 15:30"),
    ("I'll call you at 3.", "Tue 24.11.2026 15:00"),
    ("I'll call you at nine on Thursday.", "Thu 26.11.2026 09:00"),
    ("You will have an answer by Friday week.", f"Fri 04.12.2026 {END}"),
    ("Expect a call from me on Wednesday between 2 and 4pm.", "Wed 25.11.2026 16:00"),
    ("I will come on Wednesday between 2pm and 4pm.", "Wed 25.11.2026 16:00"),
    ("I'll come back to you on the 27th.", f"Fri 27.11.2026 {END}"),
    ("I'll come back to you by the 3rd.", f"Thu 03.12.2026 {END}"),
    ("I will have this sorted by month end.", f"Mon 30.11.2026 {END}"),
    ("I will call on 3 March.", f"Wed 03.03.2027 {END}"),
    ("I'll call you tomorrow morning at 9.", "Wed 25.11.2026 09:00"),
    ("I'll call you on Thursday afternoon at 3.", "Thu 26.11.2026 15:00"),
    ("I'll call you on Thursday afternoon at 3:15.", "Thu 26.11.2026 15:15"),
    ("I'll call you at 10:30 on Thursday morning.", "Thu 26.11.2026 10:30"),
    ("I'll call you on Thursday morning, at 10:30.", "Thu 26.11.2026 10:30"),
    ("I'll call you at 3 o'clock in the afternoon on Friday.", "Fri 27.11.2026 15:00"),
    ("I'll call you on Friday at 8 in the evening.", "Fri 27.11.2026 20:00"),
    ("I'll call you on Friday at 6 in the morning.", "Fri 27.11.2026 06:00"),
    ("I'll call you this evening at 7.", "Tue 24.11.2026 19:00"),
    ("I'll call you tonight at 8.", "Tue 24.11.2026 20:00"),
    ("I'll call you at 8 tonight.", "Tue 24.11.2026 20:00"),
    ("I'll call you on Thursday at 15:00 or 16:00.", "Thu 26.11.2026 16:00"),
    ("I'll call you tomorrow morning or afternoon.", "Wed 25.11.2026 17:00"),
]
GERMAN = [
    ("Ich rufe Sie bis Donnerstag, 15 Uhr an.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie am Donnerstag um 15:30 Uhr zurück.", "Thu 26.11.2026 15:30"),
    ("Ich melde mich bis Donnerstag bei Ihnen.", f"Thu 26.11.2026 {END}"),
    ("Bis morgen Mittag haben Sie meine Antwort.", "Wed 25.11.2026 12:00"),
    ("Wir melden uns morgen früh.", "Wed 25.11.2026 12:00"),
    ("Wir melden uns morgen Nachmittag.", "Wed 25.11.2026 17:00"),
    ("Wir melden uns Dienstag Morgen.", "Tue 01.12.2026 12:00"),
    ("Ich schreibe Ihnen heute Abend.", "Tue 24.11.2026 20:00"),
    ("Ich schreibe Ihnen bis übermorgen.", f"Thu 26.11.2026 {END}"),
    ("Sie hören innerhalb von 2 Tagen von uns.", f"Thu 26.11.2026 {END}"),
    ("Sie hören binnen fünf Werktagen von uns.", f"Tue 01.12.2026 {END}"),
    ("Wir antworten in 48 Stunden.", "Thu 26.11.2026 12:18"),
    ("Wir erstatten den Betrag innerhalb einer Woche.", f"Tue 01.12.2026 {END}"),
    ("Wir prüfen das bis Ende der Woche.", f"Fri 27.11.2026 {END}"),
    ("Wir prüfen das nächste Woche.", f"Fri 04.12.2026 {END}"),
    ("Wir werden bis zum 26.11. entscheiden.", f"Thu 26.11.2026 {END}"),
    ("Wir werden bis zum 3.12.2026 um 9 Uhr entscheiden.", "Thu 03.12.2026 09:00"),
    ("Sie bekommen Bescheid am Donnerstag, den 26. November, um 15 Uhr.", "Thu 26.11.2026 15:00"),
    ("Sie erhalten das Geld bis spätestens 1. Dezember 2026.", f"Tue 01.12.2026 {END}"),
    ("Der Techniker wird am Freitag zwischen 8:00 und 12:00 kommen.", "Fri 27.11.2026 12:00"),
    ("Ich melde mich spätestens übermorgen um halb vier.", "Thu 26.11.2026 15:30"),
    ("Ich rufe Sie am Donnerstag um Viertel nach neun an.", "Thu 26.11.2026 09:15"),
    ("Ich rufe Sie am Donnerstag um viertel vor fünf an.", "Thu 26.11.2026 16:45"),
    ("Ich rufe Sie am Donnerstag gegen 15 Uhr an.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie in einer halben Stunde an.", "Tue 24.11.2026 12:48"),
    ("Ich melde mich am 27.", f"Fri 27.11.2026 {END}"),
    ("Ich melde mich am Freitag in einer Woche.", f"Fri 04.12.2026 {END}"),
    ("Ich rufe Sie am Donnerstag Nachmittag um 15 Uhr an.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie am Donnerstagnachmittag um drei an.", "Thu 26.11.2026 15:00"),
    ("Ich melde mich am Freitagmorgen.", "Fri 27.11.2026 12:00"),
    ("Ich rufe Sie heute Abend um 19 Uhr an.", "Tue 24.11.2026 19:00"),
    ("Ich rufe Sie heute um 8 Uhr abends an.", "Tue 24.11.2026 20:00"),
    ("Ich melde mich bis spätestens übermorgen früh um 9 Uhr.", "Thu 26.11.2026 09:00"),
    ("Ich rufe Sie am Do. um 15 Uhr an.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie am Freitag um 15 Uhr 30 an.", "Fri 27.11.2026 15:30"),
    ("Wir überweisen am Freitag um 15 Uhr 30 Euro.", "Fri 27.11.2026 15:00"),
    ("Ich melde mich am Freitag um 15:00h.", "Fri 27.11.2026 15:00"),
    ("So melde ich mich bis Do 15 Uhr.", "Thu 26.11.2026 15:00"),
    ("Wenn Sie die Quittung schicken, überweisen wir den Betrag bis Freitag.",
     f"Fri 27.11.2026 {END}"),
]  # fmt: skip
NOT_PROMISED = [
    "",
    "Thank you for your letter of Thursday.",
    "Good morning, thank you for writing.",
    "Please send us the receipt by Friday.",
    "Could you call us on Thursday?",
    "Shall I call you on Thursday at 15:00?",
    "You will need to send it by Friday.",
    "If it is not there by Thursday, call us.",
    "I cannot promise that it will be there by Friday.",
    "We will not be open on Friday.",
    "I called you on Thursday at 15:00.",
    "We have received it on 12 November.",
    "We will look into what happened on 12 November.",
    "We will look into it.",
    "I will call you by Feb 31.",
    "I will call you at 25:00.",
    "> I will call you by Thursday 15:00.",
    "Bitte schicken Sie uns die Quittung bis Freitag.",
    "Können Sie uns bis Freitag anrufen?",
    "Wir haben Ihren Brief am Montag erhalten.",
    "Sie müssen bis Freitag antworten.",
    "Das können wir bis Freitag leider nicht mehr schaffen.",
    "I will call you in 2019 days.",
    "I'll call you yesterday at 5pm.",
    "I will tell you what I heard yesterday at 17:00.",
    "Ich sage Ihnen, was ich gestern um 17 Uhr hörte.",
    "We will be closed on 25 December.",
    "Our office will be shut on Friday.",
    "Am Freitag werden wir geschlossen sein.",
    "I will pay the 30 pounds for the 2 visits.",
    "I see that you wrote on Thursday.",
    "We know you waited on Thursday at 15:00.",
    "I hope you find time on Friday.",
]


def test_what_is_said_ends_with_the_moment() -> None:
    for text, said in (
        ("I'll call you at 5pm.", "5pm"),
        ("I'll call you on 3 March.", "3 March"),
        ("I'll call you at 5 p.m. on Friday.", "5 p.m. on Friday"),
    ):
        assert [one.said for one in promises_in(text, now=NOW, zone=LONDON)] == [said]


@pytest.mark.parametrize(("text", "moment"), ENGLISH)
def test_english_promises(text: str, moment: str) -> None:
    assert local(text, LONDON) == [moment]


@pytest.mark.parametrize(("text", "moment"), GERMAN)
def test_german_promises(text: str, moment: str) -> None:
    assert local(text, BERLIN) == [moment]


@pytest.mark.parametrize("text", NOT_PROMISED)
def test_what_is_no_promise_of_ours_suggests_nothing(text: str) -> None:
    assert local(text, LONDON) == []


def test_a_day_is_the_customers_own() -> None:
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert local("I will write tomorrow.", LONDON, late) == [f"Wed 25.11.2026 {END}"]
    assert local("I will write tomorrow.", BERLIN, late) == [f"Thu 26.11.2026 {END}"]
    assert local("I will write today at 10:00.", "America/New_York", NOW) == [
        "Tue 24.11.2026 10:00"
    ]


def test_a_time_over_the_change_of_the_clock_is_the_one_on_the_wall() -> None:
    before = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    (found,) = promises_in("I will call you tomorrow at 15:00.", now=before, zone=LONDON)
    assert found.due == dt.datetime(2026, 3, 29, 14, tzinfo=dt.UTC)


HURRIED = [
    ("I'll call you tmrw 3pm", "Wed 25.11.2026 15:00"),
    ("I'll call you tomorow at 3pm.", "Wed 25.11.2026 15:00"),
    ("I'll call you 2moro at 10", "Wed 25.11.2026 10:00"),
    ("I'll call you the day after tmrw at 10.", "Thu 26.11.2026 10:00"),
    ("I'll call you back Weds at 15:00.", "Wed 25.11.2026 15:00"),
    ("i'll ring you thurs 3pm", "Thu 26.11.2026 15:00"),
    ("I'll ring you sat 3pm", "Sat 28.11.2026 15:00"),
    ("I'm going to call you Thursday at 15:00.", "Thu 26.11.2026 15:00"),
    ("I'll call you tomorrow between 9 and 11.", "Wed 25.11.2026 11:00"),
    ("I'll call you first thing tomorrow.", "Wed 25.11.2026 12:00"),
    ("I'll reply within 24h.", "Wed 25.11.2026 11:18"),
    ("Ich rufe Sie Do 15 Uhr an.", "Thu 26.11.2026 15:00"),
    ("Ich melde mich Do., 15 Uhr.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie So 15 Uhr an.", "Sun 29.11.2026 15:00"),
    ("Ich rufe Sie Do 15h an.", "Thu 26.11.2026 15:00"),
    ("Ich rufe Sie um 15h30 an.", "Tue 24.11.2026 15:30"),
    ("Ich rufe Sie am 26.11. zwischen 14 und 16 Uhr an.", "Thu 26.11.2026 16:00"),
    ("Sie hören von uns binnen 48 Std.", "Thu 26.11.2026 11:18"),
]


@pytest.mark.parametrize(("text", "moment"), HURRIED)
def test_what_is_typed_in_a_hurry_is_never_taken_for_today(text: str, moment: str) -> None:
    assert local(text, LONDON) == [moment]


@pytest.mark.parametrize(
    "text",
    ["I will ask who sat there.", "We will see the sun.", "We will do 24h support.",
     "I will pay between 10 and 15 pounds."],
)  # fmt: skip
def test_words_and_lengths_are_no_days_and_no_hours(text: str) -> None:
    assert local(text, LONDON) == []


def test_so_before_an_hour_begins_a_sentence_and_is_no_sunday() -> None:
    assert local("So gegen 15 Uhr rufe ich Sie an.", LONDON) == ["Tue 24.11.2026 15:00"]


def test_several_promises_keep_their_order_and_their_place() -> None:
    text = (
        "Dear Ines,\nI will call you tomorrow at 10:00. The letter will be sent by Friday.\nAlice"
    )
    call, letter = promises_in(text, now=NOW, zone=LONDON)
    assert call.call and not letter.call
    assert call.what == "I will call you tomorrow at 10:00."
    assert text[call.start : call.end] == call.said == "tomorrow at 10:00"
    assert letter.said == "Friday" and letter.whole_day and not call.whole_day


def test_what_is_promised_is_cut_at_a_word() -> None:
    text = f"I will {'look at it closely and ' * 20}call you by Friday."
    (found,) = promises_in(text, now=NOW, zone=LONDON)
    assert len(found.what) <= 200 and found.what.endswith("…")


def test_no_text_takes_long() -> None:
    text = "I will call you by 1 1. 1.1 and to bis - " * 600
    assert len(promises_in(text, now=NOW, zone=LONDON)) <= 3
