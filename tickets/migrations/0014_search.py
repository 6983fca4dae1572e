"""Tickets are found by their words in any language, without accents, and people by parts of names.

`simple` keeps each word as it is written: customers write in many languages, and a name is no word
of any. The beginning of a word finds it, which serves where a stem would.
"""

from typing import ClassVar

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

import tickets.models.plain

WORDS = """
CREATE TEXT SEARCH CONFIGURATION amends_search (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION amends_search
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
CREATE FUNCTION amends_words(said text) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Addresses, numbers with signs and joined words fall apart into what people type.
    SELECT to_tsvector('amends_search', translate(coalesce(said, ''),
        '-_/.@:+#&|,;!?"''()[]{}<>=*~`%$€£\\',
        '                                       '))
$$;
-- Immutable as long as nobody edits PostgreSQL's list of accents, so that an index can hold it.
CREATE FUNCTION amends_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, said)) $$;
-- Of a conversation as much as a tsvector can hold in any script, the newest first.
CREATE FUNCTION amends_words_of(which bigint) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
SELECT setweight(amends_words(concat_ws(' ', t.number, t.external_id)), 'A')
    || setweight(
        amends_words(concat_ws(' ', c.name, t.subject, array_to_string(t.tags, ' '))), 'B')
    || setweight(amends_words((
        SELECT left(string_agg(node #>> '{}', ' '), 20000)
        FROM jsonb_path_query(t.facts, '$.**') AS found(node)
        WHERE jsonb_typeof(node) IN ('string', 'number'))), 'C')
    || amends_words((
        SELECT left(string_agg(left(body, 20000), ' ' ORDER BY id DESC), 100000)
        FROM tickets_message WHERE ticket_id = t.id))
FROM tickets_ticket t JOIN tickets_customer c ON c.id = t.customer_id
WHERE t.id = which
$$;
"""
BACK = """
DROP FUNCTION amends_words_of(bigint);
DROP FUNCTION amends_plain(text);
DROP FUNCTION amends_words(text);
DROP TEXT SEARCH CONFIGURATION amends_search;
"""


class Migration(migrations.Migration):
    """Extensions that PostgreSQL brings along, and tables for the entries and their follower."""

    dependencies: ClassVar = [("tickets", "0013_recourse_and_reviews")]

    operations: ClassVar = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(WORDS, BACK),
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("transaction", models.BigIntegerField(default=0)),
                ("event", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "verbose_name_plural": "search entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="search_words")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    tickets.models.plain.Plain("name"), name="gin_trgm_ops"
                ),
                name="customer_name_parts",
            ),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.F("normalized"), name="gin_trgm_ops"
                ),
                name="contact_parts",
            ),
        ),
    ]
