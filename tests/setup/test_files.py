"""The configuration as one file: out, looked at, in, and nothing by halves."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.setup import files, keeping
from desk.setup.errors import SetupInvalid
from desk.setup.keeping import Author
from desk.setup.models import SetupChange
from desk.setup.rules import Deed, Way
from desk.setup.section import sections
from tests.builders import NOW, Desk
from tests.desk.pages import SignIn, text_of
from tests.setup.test_keeping import author
from tickets.errors import Conflict, NotAllowed
from tickets.models import Category, FactDefinition, Team, User
from tickets.tree import DEEPEST

pytestmark = pytest.mark.django_db


def command(*args: str) -> str:
    out = io.StringIO()
    call_command("desk", *args, stdout=out)
    return out.getvalue()


def refused(data: Any, who: Author) -> dict[str, str]:
    with pytest.raises(SetupInvalid) as told:
        files.plan(data, who)
    return {place: words for place, _, words in told.value.details}


def test_a_desk_is_written_and_another_becomes_the_same(db: None, tmp_path: Path) -> None:
    from django.db import transaction

    from desk.demo.loading import empty
    from desk.demo.setting_up import set_up

    with transaction.atomic():
        set_up(timezone.now())
        for section in sections().values():
            for key, doc in section.documents().items():
                assert section.checked(doc) == doc, (section.key, key)
        path = tmp_path / "desk.yaml"
        command("export", str(path))
        text = path.read_text(encoding="utf-8")
        assert ", 0 changed, " in command("import", str(path), "--dry-run")
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        empty()
    assert not User.objects.exists()
    said = command("import", str(path))
    assert "+ teams/" in said and "+ remedy-policies/general" in said
    assert command("export") == text
    assert "Now: 0 new, 0 changed" in command("import", str(path))
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_no_secret_is_in_a_file(whole_desk: Desk) -> None:
    from integrations.clients import make_client
    from integrations.models import Endpoint

    made = make_client("shop", now=NOW)
    Endpoint.objects.create(name="x", url="https://x.org", secret="whsec_123", created_at=NOW)
    whole_desk.bob.set_password("warm-kettle-9")
    whole_desk.bob.save()
    text = files.as_yaml(files.export(author(whole_desk.ada).who))
    whole_desk.bob.refresh_from_db()
    for secret in (made.client_secret, "whsec_123", whole_desk.bob.password, "password"):
        assert secret not in text


def test_unknown_words_are_refused_with_their_place(whole_desk: Desk) -> None:
    data = {
        "amends": 1, "colour": "blue",
        "sections": {
            "taems": {}, "teams": {"home": {"name": "Home", "nmae": "x"}},
            "surveys": {"other": {}}, "causes": {"job": {}},
            "authority": {"wrong": {"role": "rep", "currency": "GBP"}},
            "paths": {"p": {"name": "P", "steps": [{"to": ["owner"], "do": "notify"}, 7]}},
        },
    }  # fmt: skip
    told = refused(data, author(whole_desk.ada))
    assert set(told) == {
        "colour", "sections.taems", "sections.teams.home.nmae", "sections.surveys.other",
        "sections.causes.job.name", "sections.authority.wrong", "sections.paths.p.steps[1]",
    }  # fmt: skip
    assert "Known are: people, teams" in told["sections.taems"]
    assert set(refused({"amends": 2, "sections": {}}, author(whole_desk.ada))) == {"amends"}
    with pytest.raises(SetupInvalid, match="line 2"):
        files.read("amends: 1\nsections: {a: [}")
    with pytest.raises(SetupInvalid):
        files.read("just words")


_TWO_FACTS = """amends: 1
sections:
  categories:
    a:
      name: A
      facts:
        - {name: f, label: F, kind: date}
        - {name: g, label: G, kind: zap}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("amends: 1\nsections:\n  causes:\n    a: {name: A}\n    a: {name: B}\n",
         "line 5: This is neither YAML nor JSON: “a” stands here twice."),
        ('{"amends": 1, "amends": 1, "sections": {}}', "“amends” stands here twice"),
        ("amends: 1\nsections: &a {causes: *a}\n", "references such as *a are not read"),
        ("amends: 1\nsections: !!python/name:os.system\n", "line 2: This is neither YAML"),
        ("amends: 7\nsections: {zap: {}}\n", "This file is of version 7, from a newer Amends."),
        ("amends: 1\nsections:\n  causes:\n    a:\n      nmae: A\n",
         "sections.causes.a.nmae (line 5): There is no such word here."),
        ("amends: 1\nsections:\n  causes:\n    a:\n      nmae: A\n",
         "sections.causes.a.name (line 4): This is needed."),
        ("amends: 1\nsections:\n  categories:\n    a: {name: A}\n    b: {name: B, team: none}\n",
         "sections.categories.b.team (line 5): There is no team “none”."),
        (_TWO_FACTS,
         "sections.categories.a.facts[1].kind (line 8): "),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    whole_desk: Desk, sign_in: SignIn, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as told:
        command("import", str(path))
    assert words in str(told.value), str(told.value)
    page = sign_in(whole_desk.ada).post("/desk/settings/file/", {"text": text})
    assert page.status_code == 422
    assert words in text_of(page).replace(" : ", ": ")
    assert not SetupChange.objects.exists()


def test_a_file_that_is_no_text_is_told_so(whole_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_bytes(b"\xb1\x00\xff")
    with pytest.raises(CommandError, match="This file is no text"):
        command("import", str(path))


def test_it_is_all_or_nothing(whole_desk: Desk) -> None:
    data = {"amends": 1, "sections": {
        "causes": {"job": {"name": "Job"}},
        "categories": {"parcels": {"name": "Parcels", "team": "nobody"}},
    }}  # fmt: skip
    who = author(whole_desk.ada)
    told = refused(data, who)
    assert list(told) == ["sections.categories.parcels.team"]
    with pytest.raises(SetupInvalid):
        files.put(data, who)
    assert sections()["causes"].documents() == {}
    assert not SetupChange.objects.exists()


def test_the_order_in_a_file_does_not_matter(whole_desk: Desk) -> None:
    data = {"amends": 1, "sections": {
        "categories": {"small": {"name": "Small", "parent": "large"},
                       "large": {"name": "Large", "team": "third"}},
        "teams": {"third": {"name": "Third", "lead": "new@example.org"}},
        "people": {"new@example.org": {"email": "new@example.org", "name": "N", "role": "rep"}},
    }}  # fmt: skip
    done = files.put(data, author(whole_desk.ada))
    assert done.words == "4 new, 0 changed, 0 as they are already"
    assert Category.objects.get(key="small").parent == Category.objects.get(key="large")
    assert {row.way for row in SetupChange.objects.all()} == {Way.PAGE.value}
    assert files.put(data, author(whole_desk.ada)).steps == ()


def test_a_file_gives_nobody_more_than_he_may(whole_desk: Desk) -> None:
    data = {"amends": 1, "sections": {
        "causes": {"job": {"name": "Job"}},
        "people": {"mona@example.org": {"email": "mona@example.org", "name": "M", "role": "admin"}},
    }}  # fmt: skip
    with pytest.raises(NotAllowed):
        files.put(data, author(whole_desk.mona))
    with pytest.raises(NotAllowed):
        files.plan(data, author(whole_desk.sue))
    assert User.objects.get(email="mona@example.org").role == "manager"
    assert sections()["causes"].documents() == {}


def test_what_was_looked_at_is_what_is_put_in_force(whole_desk: Desk) -> None:
    who = author(whole_desk.ada)
    data = {"amends": 1, "sections": {"causes": {"job": {"name": "Job"}}}}
    stamp = files.plan(data, who).stamp
    assert sections()["causes"].documents() == {}
    files.put({"amends": 1, "sections": {"causes": {"job": {"name": "Other"}}}}, who)
    with pytest.raises(Conflict, match="Look again"):
        files.put(data, who, stamp=stamp)
    assert sections()["causes"].documents()["job"]["name"] == "Other"


def test_the_page_shows_first_and_changes_then(whole_desk: Desk, sign_in: SignIn) -> None:
    mona = sign_in(whole_desk.mona)
    url = "/desk/settings/file/"
    text = yaml.safe_dump({"amends": 1, "sections": {"categories": {"outage": {
        "name": "Silence", "parent": "broadband"}}}})  # fmt: skip
    looked = mona.post(url, {"text": text, "do": "look"})
    assert "Name Outage Silence" in text_of(looked)
    assert Category.objects.get(key="outage").name == "Outage"
    stamp = looked.context["plan"].stamp
    done = mona.post(url, {"text": text, "stamp": stamp, "do": "put"}, follow=True)
    assert "In force: 0 new, 1 changed" in text_of(done)
    assert Category.objects.get(key="outage").name == "Silence"
    assert SetupChange.objects.get().way == Way.FILE.value
    wrong = mona.post(url, {"text": "amends: 1\nsections: {teams: {home: {nmae: x}}}"})
    assert wrong.status_code == 422
    assert "sections.teams.home.nmae" in text_of(wrong)
    file = mona.get("/desk/settings/file.yaml")
    assert 'filename="amends-2026-11-24.yaml"' in file.headers["Content-Disposition"]
    assert yaml.safe_load(file.content)["sections"]["categories"]["outage"]["name"] == "Silence"


def test_the_command_tells_what_is_wrong_and_who_did_it(whole_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    path.write_text('{"amends": 1, "sections": {"causes": {"job": {"name": "Job"}}}}')
    assert "+ causes/job\nWould be: 1 new" in command("import", str(path), "--dry-run")
    assert not SetupChange.objects.exists()
    command("import", str(path), "--by", "mona@example.org")
    row = SetupChange.objects.get()
    assert (row.by, row.way) == (whole_desk.mona, "file")
    path.write_text('{"amends": 1, "sections": {"causes": {"job": {"name": "Job", "x": 1}}}}')
    with pytest.raises(CommandError, match=r"Nothing was changed.\nsections.causes.job.x"):
        command("import", str(path))
    with pytest.raises(CommandError, match="no manager"):
        command("import", str(path), "--by", "sue@example.org")
    assert "causes:" in command("export", "--section", "causes")
    assert Team.objects.count() == 2


def test_the_schema_that_is_published_is_that_of_the_code(whole_desk: Desk) -> None:
    import json

    from config.paths import BASE_DIR

    published = json.loads((BASE_DIR / "docs" / "configuration.schema.json").read_text())
    assert published == json.loads(command("schema")), "manage.py desk schema > docs/…"


def large(count: int) -> dict[str, Any]:
    """Entries of every plain kind, a third of the categories below others that come later."""
    return {"amends": 1, "sections": {
        "texts": {f"text-{n}": {"name": f"Text {n}", "category": f"cat-{n}",
                                "body": "Dear {first_name}, it was {f1}."} for n in range(count)},
        "categories": {f"cat-{n}": {
            "name": f"Category {n}", "parent": f"cat-{n + 1}" if n % 3 == 0 and n < count else "",
            "facts": [{"name": f"f{m}", "label": f"F {m}", "kind": "date"} for m in range(2)],
        } for n in range(count + 1)},
        "causes": {f"cause-{n}": {"name": f"Cause {n}"} for n in range(count)},
        "people": {f"p{n}@x.org": {"email": f"p{n}@x.org", "name": f"P {n}"} for n in range(count)},
    }}  # fmt: skip


def test_a_large_file_asks_no_more_of_the_database_than_a_small_one(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    who, asked = author(whole_desk.ada), []
    for count in (10, 60):
        with CaptureQueriesContext(connection) as found:
            files.plan(large(count), who)
        asked.append(len(found))
    assert asked[0] == asked[1]
    done = files.put(large(60), who)
    assert done.words == "241 new, 0 changed, 0 as they are already"
    child = Category.objects.get(key="cat-3")
    assert (child.parent.key if child.parent else "") == "cat-4"
    assert [fact.name for fact in child.fact_definitions.all()] == ["f0", "f1"]
    kept = child.history.get()
    assert (kept.history_type, kept.history_user, kept.name) == ("+", whole_desk.ada, "Category 3")
    assert FactDefinition.history.filter(history_user=whole_desk.ada).count() == 122
    assert SetupChange.objects.filter(deed=Deed.MADE.value, number=1).count() == 241
    again = large(60)
    again["sections"]["causes"]["cause-7"]["name"] = "Another"
    ada = sign_in(whole_desk.ada)
    looked = ada.post("/desk/settings/file/", {"text": files.as_yaml(again)})
    assert "0 new, 1 changed, 240 as they are already" in text_of(looked)
    looked = ada.post("/desk/settings/file/", {"text": files.as_yaml(large(120))})
    assert "Root causes 60" in text_of(looked)
    assert "Cause 109 new and 10 more" in text_of(looked)


def test_one_slip_in_a_large_file_is_found_at_its_line(whole_desk: Desk, tmp_path: Path) -> None:
    data = large(40)
    data["sections"]["texts"]["text-17"]["body"] = "It was {nothing_known}."
    data["sections"]["categories"]["cat-40"]["facts"][1]["kind"] = "choice"
    text = files.as_yaml(data)
    path = tmp_path / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as told:
        command("import", str(path))
    lines = text.splitlines()
    said = [int(line.partition("(line ")[2].partition(")")[0])
            for line in str(told.value).splitlines() if "(line " in line]  # fmt: skip
    found = [lines[line - 1] for line in said]
    assert any("nothing_known" in line for line in found)
    assert any("name: f1" in line or "kind: choice" in line for line in found), found
    assert not Category.objects.filter(key__startswith="cat-").exists()
    assert not SetupChange.objects.exists()


@pytest.mark.parametrize("turned", [False, True])
def test_categories_lie_neither_below_themselves_nor_without_end(
    whole_desk: Desk, turned: bool
) -> None:
    who = author(whole_desk.ada)
    chain = {f"c{n}": {"name": f"C {n}", "parent": f"c{n + 1}" if n < 400 else ""}
             for n in range(401)}  # fmt: skip
    if turned:
        chain = dict(reversed(chain.items()))
    told = refused({"amends": 1, "sections": {"categories": chain}}, who)
    assert len(told) == 401 - DEEPEST
    assert told["sections.categories.c0.parent"] == "At most 8 lie one below the other."
    chain["c400"]["parent"] = "c0"
    told = refused({"amends": 1, "sections": {"categories": chain}}, who)
    assert set(told.values()) == {"It can't lie below itself."}
    section = sections()["categories"]
    doc = section.documents()["broadband"]
    with pytest.raises(SetupInvalid, match="parent: It can't lie below itself"):
        keeping.save(section, "broadband", {**doc, "parent": "outage"}, who)
    small = {f"c{n}": chain[f"c{n}"] for n in range(400 - DEEPEST + 1, 401)}
    small["c400"]["parent"] = ""
    assert len(files.put({"amends": 1, "sections": {"categories": small}}, who).steps) == DEEPEST
    with pytest.raises(SetupInvalid, match="parent: At most 8"):
        keeping.save(section, "c400", {**section.documents()["c400"], "parent": "broadband"}, who)
