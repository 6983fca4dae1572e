"""Drafts of policies as people write them, and versions that wait for their day."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from remedies import services as remedies
from remedies.errors import DraftStale, PolicyInvalid
from remedies.models import PolicyAct, RemedyPolicy
from remedies.services.drafts import blank_policy, pack_policy, packs
from remedies.tasks import activate_policies
from tests.builders import NOW, Desk
from tests.remedies.builders import put_in_force
from tests.remedies.test_policies import small
from tickets.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def begun(desk: Desk, source: str = "") -> RemedyPolicy:
    """A draft of mona's."""
    return remedies.begin_draft(source or small(6), by=desk.mona, now=NOW)


def deeds(key: str = "small") -> list[tuple[int, str, str]]:
    """The history of a policy, oldest first."""
    rows = PolicyAct.objects.filter(key=key).order_by("id")
    return [(row.version, row.deed, row.by_name) for row in rows]


def test_a_draft_begins_with_a_version_a_pack_or_nothing(desk: Desk) -> None:
    active = put_in_force(small(5))
    draft = remedies.begin_draft(active.source, by=desk.mona, now=NOW, based_on=active)
    assert (draft.version, draft.status, draft.based_on, draft.revision) == (2, "draft", 1, 1)
    from_pack = remedies.begin_draft(pack_policy("general"), by=desk.mona, now=NOW)
    assert (from_pack.key, from_pack.title, from_pack.based_on) == (
        "general", "General retail policy", None,
    )  # fmt: skip
    fresh = blank_policy("parcels", title='Late "parcels"', currency="EUR")
    assert remedies.begin_draft(fresh, by=desk.mona, now=NOW).title == "Late 'parcels'"
    assert "eu261" in packs()
    with pytest.raises(NotFound):
        pack_policy("../../settings")


def test_a_blank_policy_can_be_put_in_force_as_it_is(desk: Desk) -> None:
    draft = begun(desk, blank_policy("parcels", title="Parcels", currency="GBP"))
    assert remedies.activate(draft, by=desk.mona, now=NOW).status == "active"


def test_there_is_one_draft_of_a_policy(desk: Desk) -> None:
    begun(desk)
    with pytest.raises(Conflict, match="a draft of small already"):
        begun(desk)
    with pytest.raises(IntegrityError, match="policy_one_draft"), transaction.atomic():
        RemedyPolicy.objects.create(key="small", version=9, title="s", source="", created_at=NOW)


def test_a_draft_may_have_mistakes_and_is_not_put_in_force_with_them(desk: Desk) -> None:
    draft = begun(desk)
    broken = small(7).replace("gives", "givs")
    saved = remedies.write_draft(draft, broken, by=desk.mona, now=NOW, seen=1)
    assert (saved.source, saved.title, saved.revision) == (broken, "small", 2)
    assert saved.data["rules"][0]["gives"] == "credit"
    with pytest.raises(PolicyInvalid, match="Did you mean gives"):
        remedies.activate(saved, by=desk.mona, now=NOW)
    assert RemedyPolicy.objects.get().status == "draft"


def test_the_second_of_two_who_edit_is_told_and_nothing_is_lost(desk: Desk) -> None:
    draft = begun(desk)
    remedies.write_draft(draft, small(7), by=desk.ada, now=NOW, seen=1)
    with pytest.raises(DraftStale, match=rf"{desk.ada.name} saved this draft .* save 1, it is now"):
        remedies.write_draft(draft, small(8), by=desk.mona, now=NOW, seen=1)
    draft.refresh_from_db()
    assert "amount: 7" in draft.source
    same = remedies.write_draft(draft, small(7), by=desk.mona, now=NOW, seen=2)
    assert same.revision == 2
    with pytest.raises(DraftStale):
        remedies.activate(draft, by=desk.mona, now=NOW, seen=1)
    with pytest.raises(DraftStale):
        remedies.discard_draft(draft, by=desk.mona, now=NOW, seen=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\x00b", "can't be stored"), ("policy: other\n", "the text says other"),
     ("x" * 500_001, "too large"), ("policy: two words\n", "one word")],
)  # fmt: skip
def test_a_text_that_is_not_of_this_policy_is_refused(desk: Desk, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        remedies.write_draft(begun(desk), text, by=desk.mona, now=NOW, seen=None)


def test_a_text_without_a_key_begins_nothing(desk: Desk) -> None:
    for text in ("\n", "title: x\n", "policy: [a]\n", "policy: späti\n", "{"):
        with pytest.raises(Invalid):
            begun(desk, text)
    assert not RemedyPolicy.objects.exists()


def test_a_discarded_draft_leaves_its_number_and_its_history(desk: Desk) -> None:
    put_in_force(small(5))
    draft = begun(desk)
    remedies.discard_draft(draft, by=desk.mona, now=NOW)
    with pytest.raises(NotFound):
        remedies.write_draft(draft, small(9), by=desk.mona, now=NOW, seen=None)
    assert begun(desk).version == 3
    assert deeds() == [
        (1, "begun", ""), (1, "activated", ""), (2, "begun", desk.mona.name),
        (2, "discarded", desk.mona.name), (3, "begun", desk.mona.name),
    ]  # fmt: skip
    texts = RemedyPolicy.history.filter(version=2).values_list("source", flat=True)
    assert small(6) in texts


def test_what_is_in_force_is_not_edited_or_discarded(desk: Desk) -> None:
    active = put_in_force(small(5))
    with pytest.raises(Conflict, match="Only a draft is edited"):
        remedies.write_draft(active, small(6), by=desk.mona, now=NOW, seen=None)
    with pytest.raises(Conflict):
        remedies.discard_draft(active, by=desk.mona, now=NOW)


def test_a_version_waits_for_its_day_and_takes_over_on_it(desk: Desk) -> None:
    old = put_in_force(small(5))
    planned = remedies.schedule(begun(desk), at=NOW + HOUR, by=desk.mona, now=NOW)
    assert (planned.status, planned.active_from) == ("scheduled", NOW + HOUR)
    assert remedies.activate_next(now=NOW) is False
    assert remedies.activate_next(now=NOW + 2 * HOUR) is True
    assert remedies.activate_next(now=NOW + 2 * HOUR) is False
    old.refresh_from_db()
    planned.refresh_from_db()
    assert (old.status, old.retired_at) == ("retired", NOW + 2 * HOUR)
    assert (planned.status, planned.active_from) == ("active", NOW + HOUR)
    assert deeds()[2:] == [
        (2, "begun", desk.mona.name), (2, "scheduled", desk.mona.name),
        (1, "retired", ""), (2, "activated", ""),
    ]  # fmt: skip
    assert activate_policies() == 0


def test_a_planned_version_may_become_a_draft_again_but_is_not_edited_before(desk: Desk) -> None:
    planned = remedies.schedule(begun(desk), at=NOW + HOUR, by=desk.mona, now=NOW)
    with pytest.raises(Conflict):
        remedies.write_draft(planned, small(9), by=desk.mona, now=NOW, seen=None)
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        RemedyPolicy.objects.filter(pk=planned.pk).update(source=small(9))
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        RemedyPolicy.objects.filter(pk=planned.pk).delete()
    again = remedies.unschedule(planned, by=desk.mona, now=NOW)
    assert (again.status, again.active_from) == ("draft", None)
    assert remedies.write_draft(again, small(9), by=desk.mona, now=NOW, seen=None).revision == 2


def test_a_plan_is_for_a_moment_to_come_and_there_is_one(desk: Desk) -> None:
    draft = begun(desk)
    with pytest.raises(Invalid, match="is past"):
        remedies.schedule(draft, at=NOW, by=desk.mona, now=NOW)
    remedies.schedule(draft, at=NOW + HOUR, by=desk.mona, now=NOW)
    second = begun(desk)
    with pytest.raises(Conflict, match="Version 1 waits"):
        remedies.schedule(second, at=NOW + HOUR, by=desk.mona, now=NOW)
    with pytest.raises(Conflict, match="Version 2 is a draft already"):
        remedies.unschedule(draft, by=desk.mona, now=NOW)


def test_what_has_mistakes_is_not_planned_either(desk: Desk) -> None:
    with pytest.raises(PolicyInvalid, match="expected 7"):
        remedies.schedule(begun(desk, small(6, 7)), at=NOW + HOUR, by=desk.mona, now=NOW)


def test_the_history_is_only_added_to(desk: Desk) -> None:
    begun(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyAct.objects.update(by_name="Nobody")
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyAct.objects.all().delete()


def test_a_key_that_can_stand_in_no_address_is_refused_for_programs_too(desk: Desk) -> None:
    with pytest.raises(Invalid, match="one word"):
        remedies.save_draft(
            small(5).replace("policy: small", "policy: two words"), by=None, now=NOW
        )
