"""What happened and what was said can't be emptied at a stroke either.

The owner of a table may still take the trigger away; see tickets.append_only for who does.
"""

from typing import ClassVar

from django.db import migrations

TABLES = {"event_not_emptied": "tickets_event", "message_not_emptied": "tickets_message"}


class Migration(migrations.Migration):
    """A trigger for each table."""

    dependencies: ClassVar = [("tickets", "0006_answers_as_sent")]

    operations: ClassVar = [
        migrations.RunSQL(
            f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION amends_refuse_change();",
            f"DROP TRIGGER {trigger} ON {table};",
        )
        for trigger, table in TABLES.items()
    ]
