"""What was in force, sent and granted can't be emptied at a stroke either."""

from typing import ClassVar

from django.db import migrations

TABLES = {
    "policy_not_emptied": "remedies_remedypolicy",
    "component_not_emptied": "remedies_offercomponent",
    "remedy_not_emptied": "remedies_remedy",
    "entry_not_emptied": "remedies_remedyentry",
    "refusal_not_emptied": "remedies_refusal",
}


class Migration(migrations.Migration):
    """A trigger for each table."""

    dependencies: ClassVar = [
        ("remedies", "0002_kept_as_it_was"),
        ("tickets", "0002_append_only"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION amends_refuse_change();",
            f"DROP TRIGGER {trigger} ON {table};",
        )
        for trigger, table in TABLES.items()
    ]
