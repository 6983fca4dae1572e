"""The page of outcomes."""

import pytest

from tests.builders import Desk
from tests.desk.pages import SignIn, text_of
from tests.remedies.test_outcomes import settled

pytestmark = pytest.mark.django_db
PAGE = "/desk/reports/outcomes/"


def test_partly_upheld_counts_as_upheld_and_few_make_no_share(sign_in: SignIn, desk: Desk) -> None:
    settled(desk, "partly_upheld")
    settled(desk, "not_upheld")
    words = text_of(sign_in(desk.mona).get(PAGE))
    assert "1 upheld, 1 rejected, 0 neither" in words
    assert "too few" in words
    assert "Partly upheld" in words and "Within 4 weeks" in words
    for _ in range(3):
        settled(desk, "upheld")
    assert "80 %" in text_of(sign_in(desk.mona).get(PAGE))


def test_who_may_see_it_and_what_cant_be_asked(sign_in: SignIn, desk: Desk) -> None:
    assert sign_in(desk.alice).get(PAGE).status_code == 403
    assert sign_in(None).get(PAGE).status_code == 302
    mona = sign_in(desk.mona)
    assert "Nothing was settled" in text_of(mona.get(PAGE))
    wrong = mona.get(f"{PAGE}?from=soon")
    assert wrong.status_code == 400
    assert "Shown are the last 13 weeks" in text_of(wrong)


def test_the_csv_is_what_the_page_shows(sign_in: SignIn, desk: Desk) -> None:
    settled(desk, "upheld")
    lines = sign_in(desk.sue).get("/desk/reports/outcomes.csv").content.decode("utf-8-sig")
    assert lines.splitlines()[0].startswith("what,key,name,count,upheld")
    assert "team,home,Home,1,1,0,0,," in lines
    assert "time,within_4_weeks,,1" in lines
