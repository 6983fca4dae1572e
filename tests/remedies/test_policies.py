"""Policies in versions: drafted, put in force, kept. And who configures them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from remedies import services as remedies
from remedies.active import policy_for
from remedies.errors import PolicyInvalid
from remedies.models import Authority, RemedyPolicy
from remedies.tasks import expire_offers
from tests.builders import NOW, Desk, make_ticket
from tests.remedies.builders import draft_of, put_in_force
from tickets.errors import Conflict

pytestmark = pytest.mark.django_db

SMALL = """
policy: small
currency: GBP
rules: [{rule: A, title: Credit, gives: credit, amount: %s}]
cases: [{case: always, facts: {}, expect: {amount: %s}}]
"""


def small(amount: int, expected: int | None = None) -> str:
    """A policy of one sum."""
    return SMALL % (amount, amount if expected is None else expected)


def test_a_draft_is_written_over_until_it_is_in_force(desk: Desk) -> None:
    first = remedies.save_draft(small(5), by=desk.mona, now=NOW)
    again = remedies.save_draft(small(6), by=desk.mona, now=NOW)
    assert (first.pk, again.version) == (again.pk, 1)
    remedies.activate(again, by=desk.mona, now=NOW)
    second = remedies.save_draft(small(7), by=desk.mona, now=NOW)
    assert (second.version, second.status) == (2, "draft")


def test_a_new_version_retires_the_one_before_and_offers_keep_theirs(desk: Desk) -> None:
    put_in_force(small(5))
    ticket = make_ticket(desk)
    put_in_force(small(6))
    statuses = dict(RemedyPolicy.objects.values_list("version", "status"))
    assert statuses == {1: "retired", 2: "active"}
    offer = draft_of(ticket)
    assert (offer.policy.version, offer.total) == (1, 500)  # type: ignore[union-attr]
    found = policy_for(ticket)
    assert found is not None
    assert found[0].version == 2


def test_a_policy_whose_own_case_fails_is_not_put_in_force(desk: Desk) -> None:
    draft = remedies.save_draft(small(5, expected=6), by=None, now=NOW)
    with pytest.raises(PolicyInvalid, match="expected 6"):
        remedies.activate(draft, by=None, now=NOW)
    assert RemedyPolicy.objects.get().status == "draft"


def test_only_a_draft_is_put_in_force(desk: Desk) -> None:
    policy = put_in_force(small(5))
    with pytest.raises(Conflict):
        remedies.activate(policy, by=None, now=NOW)


def test_the_database_keeps_one_version_in_force(desk: Desk) -> None:
    put_in_force(small(5))
    draft = remedies.save_draft(small(6), by=None, now=NOW)
    with pytest.raises(IntegrityError, match="policy_one_active"), transaction.atomic():
        RemedyPolicy.objects.filter(pk=draft.pk).update(status="active", active_from=NOW)


def test_the_nearest_category_decides_which_policy_is_used(desk: Desk) -> None:
    put_in_force(small(5))
    named = small(9).replace("policy: small", "policy: lines\ncategories: [broadband]")
    put_in_force(named)
    assert draft_of(make_ticket(desk)).total == 900
    assert draft_of(make_ticket(desk, category=desk.flights)).total == 500


@pytest.mark.parametrize("name", ["another", "zest"])
def test_of_two_that_came_into_force_at_once_the_later_one_is_used(desk: Desk, name: str) -> None:
    put_in_force(small(5))
    put_in_force(small(9).replace("policy: small", f"policy: {name}"))
    assert draft_of(make_ticket(desk)).total == 900


def test_without_a_policy_nothing_is_drafted(desk: Desk) -> None:
    assert policy_for(make_ticket(desk)) is None


def test_offers_run_out_by_the_beat(remedy_desk: Desk) -> None:
    assert expire_offers() == 0


def command(*arguments: Any) -> str:
    """What `manage.py policy` prints."""
    out = StringIO()
    call_command("policy", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_checks_a_policy_and_tells_every_problem(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(small(5))
    assert "1 of 1 cases as expected" in command("check", good)
    bad.write_text("policy: p\ncurrency: GBP\nrules:\n  - {rule: A, gives: gold}\n  - {rule: B}\n")
    with pytest.raises(CommandError, match=r"Line 4: A: .*\n.*Line 5: B: "):
        command("check", bad)
    bad.write_text(small(5, expected=4))
    with pytest.raises(CommandError, match="1 wrong"):
        command("check", bad)
    with pytest.raises(CommandError, match="can't be read"):
        command("check", tmp_path / "none.yaml")


def test_the_command_explains_an_evaluation(tmp_path: Path) -> None:
    policy, facts = tmp_path / "p.yaml", tmp_path / "f.json"
    policy.write_text(
        "policy: p\ncurrency: GBP\nfacts: {days: {type: number, unit: day}, price: money}\nrules:\n"
        "  - {rule: A, title: Delay, gives: credit, amount: {each: 10, per: days}}\n"
        "  - {rule: B, title: Price, gives: refund, amount: price}\n"
    )
    facts.write_text('{"days": 3}')
    told = command("evaluate", policy, facts, "--now", NOW.isoformat())
    assert "A  Delay  £30" in told
    assert "£10 × 3 days = £30" in told
    assert "price (for B)" in told
    assert json.loads(command("evaluate", policy, facts, "--json"))["total"] == 3000
    facts.write_text('{"dais": 3}')
    with pytest.raises(CommandError, match="Did you mean days"):
        command("evaluate", policy, facts)
    facts.write_text("[1]")
    with pytest.raises(CommandError, match="mapping"):
        command("evaluate", policy, facts)


def test_the_command_puts_a_policy_in_force(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(small(5))
    assert "is in force" in command("activate", path)
    assert RemedyPolicy.objects.get().status == "active"


@pytest.fixture
def admin(desk: Desk) -> Client:
    """The admin, as ada sees it."""
    desk.ada.is_superuser = True
    desk.ada.save()
    client = Client()
    client.force_login(desk.ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_policy_is_written_and_put_in_force_in_the_admin(admin: Client) -> None:
    address = "/admin/remedies/remedypolicy/"
    broken = admin.post(f"{address}add/", {"source": small(5).replace("gives", "givs")})
    assert "A rule knows no givs" in broken.content.decode()
    assert admin.post(f"{address}add/", {"source": small(5)}).status_code == 302
    draft = RemedyPolicy.objects.get()
    assert (draft.key, draft.version, draft.status) == ("small", 1, "draft")
    admin.post(f"{address}{draft.pk}/change/", {"source": small(8)})
    admin.post(address, {"action": "put_in_force", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert (draft.status, "amount: 8" in draft.source) == ("active", True)
    assert admin.get(f"{address}{draft.pk}/history/").status_code == 200
    assert admin.post(f"{address}{draft.pk}/delete/", {"post": "yes"}).status_code == 403
    assert draft.history.count() >= 3


def test_authority_is_kept_with_its_history(admin: Client) -> None:
    values = {
        "role": "rep", "kind": "", "currency": "GBP", "per_remedy": "", "per_ticket": "5000",
        "per_customer": "", "period_days": "365",
    }  # fmt: skip
    assert admin.post("/admin/remedies/authority/add/", values).status_code == 302
    row = Authority.objects.get()
    admin.post(f"/admin/remedies/authority/{row.pk}/change/", {**values, "per_ticket": "6000"})
    assert [old.per_ticket for old in row.history.all()] == [6000, 5000]


@pytest.mark.parametrize("model", ["offer", "exceptionrequest", "remedy", "refusal"])
def test_what_services_write_is_only_read_in_the_admin(admin: Client, model: str) -> None:
    assert admin.get(f"/admin/remedies/{model}/").status_code == 200
    assert admin.get(f"/admin/remedies/{model}/add/").status_code == 403


@pytest.mark.parametrize("page", ["remedypolicy", "authority", "remedy", "offer"])
def test_managers_tune_the_policies_and_the_authority_too(desk: Desk, page: str) -> None:
    for name, status in {"ada": 200, "mona": 200, "sue": 302, "alice": 302, "audrey": 302}.items():
        client = Client()
        client.force_login(getattr(desk, name), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/admin/remedies/{page}/").status_code == status, name


def test_a_manager_puts_a_policy_in_force(desk: Desk) -> None:
    mona = Client()
    mona.force_login(desk.mona, backend="django.contrib.auth.backends.ModelBackend")
    address = "/admin/remedies/remedypolicy/"
    assert mona.post(f"{address}add/", {"source": small(5)}).status_code == 302
    draft = RemedyPolicy.objects.get(status="draft")
    mona.post(address, {"action": "put_in_force", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert draft.status == "active"


@pytest.mark.parametrize("text", ["[" * 100_000, "{bad", "a: [", "- a\n", "\x00"])
def test_facts_that_are_none_get_a_sentence_that_names_their_file(
    tmp_path: Path, text: str
) -> None:
    policy, facts = tmp_path / "p.yaml", tmp_path / "facts.yaml"
    policy.write_text(small(5))
    facts.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=r"facts\.yaml"):
        command("evaluate", policy, facts)


def test_facts_may_be_yaml_and_a_moment_needs_its_offset(tmp_path: Path) -> None:
    policy, facts = tmp_path / "p.yaml", tmp_path / "facts.yaml"
    policy.write_text(small(5))
    facts.write_text("nothing_known: 1\n", encoding="utf-8")

    with pytest.raises(CommandError, match="nothing_known"):
        command("evaluate", policy, facts)
    for text in ("yesterday", "2026-01-01"):
        with pytest.raises(CommandError, match="offset"):
            command("evaluate", policy, facts, "--now", text)


def test_a_manager_sets_limits_but_not_his_own(desk: Desk) -> None:
    own = Authority.objects.create(role="manager", currency="GBP", per_ticket=100_000)
    reps = Authority.objects.create(role="rep", currency="GBP", per_ticket=1_000)
    mona = Client()
    mona.force_login(desk.mona, backend="django.contrib.auth.backends.ModelBackend")
    address = "/admin/remedies/authority/"

    def sent(role: str, **over: object) -> dict[str, object]:
        return {"role": role, "currency": "GBP", "per_ticket": 999, "period_days": 365, **over}

    assert mona.get(f"{address}{own.pk}/change/").status_code == 200
    assert mona.post(f"{address}{own.pk}/change/", sent("manager")).status_code == 403
    # nor by another limit for his role, nor by making another role's limit his
    assert mona.post(f"{address}add/", sent("manager", kind="credit")).status_code == 200
    assert mona.post(f"{address}{reps.pk}/change/", sent("manager", kind="gift")).status_code == 200
    assert list(Authority.objects.filter(role="manager").values_list("per_ticket")) == [(100_000,)]

    assert mona.post(f"{address}{reps.pk}/change/", sent("rep")).status_code == 302
    reps.refresh_from_db()
    assert reps.per_ticket == 999


def test_an_administrator_sets_every_limit(admin: Client) -> None:
    own = Authority.objects.create(role="admin", currency="GBP", per_ticket=1_000)
    sent = {"role": "admin", "currency": "GBP", "per_ticket": 999, "period_days": 365}
    assert admin.post(f"/admin/remedies/authority/{own.pk}/change/", sent).status_code == 302


def test_a_policy_in_which_more_pain_yields_less_is_not_put_in_force(desk: Desk) -> None:
    source = """
policy: small
currency: GBP
facts: {pain: number}
rules:
  - rule: A
    gives: credit
    amount: {table: pain, rows: [{at_most: 2, gives: 20}], else: 15}
"""
    draft = remedies.save_draft(source, by=None, now=NOW)
    with pytest.raises(PolicyInvalid, match=r"Line 6: More pain yields less: 2 gives £20"):
        remedies.activate(draft, by=None, now=NOW)
    assert RemedyPolicy.objects.get().status == "draft"
