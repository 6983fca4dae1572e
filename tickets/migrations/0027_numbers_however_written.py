"""Numbers of orders and the like are found with their signs and without: "LH-208-7155" is kept as
its parts and, joined, as "lh2087155".

Quick, whatever the tables hold: what was indexed before is joined when something happens to its
ticket, or by `manage.py search rebuild`.
"""

from typing import ClassVar

from django.db import migrations

JOINED = r"""
CREATE FUNCTION amends_joined(said text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- Only what holds a digit and is as long as a number that somebody notes down; no days.
    SELECT left(string_agg(joined, ' '), 20000) FROM (
        SELECT translate(found[1], '-/_', '') AS joined
        FROM regexp_matches(said, '[[:alnum:]]+(?:[-/_][[:alnum:]]+)+', 'g') AS found
        WHERE found[1] ~ '[0-9]' AND found[1] !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T|$)'
    ) AS one
    WHERE length(joined) BETWEEN 5 AND 30
$$;
CREATE FUNCTION amends_joined_fact(said text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- A fact that is nothing but a number may have blanks and dots in it, too: "LH 208 7155".
    SELECT amends_joined(CASE
        WHEN said ~ '^([[:alpha:]]{1,4}|[[:alpha:]]*[0-9][[:alnum:]]*)([-/_. ]+([[:alpha:]]{1,4}|[[:alpha:]]*[0-9][[:alnum:]]*))+$'
        THEN regexp_replace(said, '[-/_. ]+', '-', 'g') ELSE said END)
$$;
"""
BACK = """
DROP FUNCTION amends_joined_fact(text);
DROP FUNCTION amends_joined(text);
"""
#: As 0024 has it, and what is joined.
WORDS = """
CREATE OR REPLACE FUNCTION amends_words_of(which bigint) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
SELECT setweight(amends_words(concat_ws(' ', t.number, t.external_id{joined_key})), 'A')
    || setweight(amends_words(concat_ws(' ', c.name, t.subject, array_to_string(t.tags, ' ')
        {joined_subject})), 'B')
    || setweight(amends_words((
        SELECT left(string_agg(node #>> '{{}}', ' '), 20000)
        FROM jsonb_path_query(t.facts, '$.**') AS found(node)
        WHERE jsonb_typeof(node) IN ('string', 'number'))), 'C')
    || amends_words((
        SELECT left(string_agg(left(body, 20000), ' ' ORDER BY id DESC), 100000)
        FROM tickets_message WHERE ticket_id = t.id AND taken_back_at IS NULL))
    {joined_words}
FROM tickets_ticket t JOIN tickets_customer c ON c.id = t.customer_id
WHERE t.id = which
$$;
"""
NEW = WORDS.format(
    joined_key=", amends_joined_fact(t.external_id)",
    joined_subject=", amends_joined(t.subject)",
    joined_words="""|| setweight(amends_words((
        SELECT left(string_agg(amends_joined_fact(node #>> '{}'), ' '), 20000)
        FROM jsonb_path_query(t.facts, '$.**') AS found(node)
        WHERE jsonb_typeof(node) = 'string')), 'C')
    || amends_words((
        SELECT left(string_agg(amends_joined(left(body, 20000)), ' ' ORDER BY id DESC), 20000)
        FROM tickets_message WHERE ticket_id = t.id AND taken_back_at IS NULL))""",
)


class Migration(migrations.Migration):
    """Functions only: no table is read or locked."""

    dependencies: ClassVar = [("tickets", "0026_words_nearly_right")]

    operations: ClassVar = [
        migrations.RunSQL(JOINED, BACK),
        migrations.RunSQL(NEW, WORDS.format(joined_key="", joined_subject="", joined_words="")),
    ]
