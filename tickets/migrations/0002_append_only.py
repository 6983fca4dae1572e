"""The database refuses to rewrite what happened and what was said.

`amends_refuse_change()` serves every append-only table; other apps use it for theirs.
0007 does the same for TRUNCATE.
"""

from typing import ClassVar

from django.db import migrations

FUNCTION = """
CREATE FUNCTION amends_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
CREATE TRIGGER message_said_once
    BEFORE UPDATE OF ticket_id, kind, channel, author_kind, author_id, author_name, automatic,
        body, at ON tickets_message
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
CREATE TRIGGER message_not_deleted BEFORE DELETE ON tickets_message
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
"""

BACK = """
DROP TRIGGER event_append_only ON tickets_event;
DROP TRIGGER message_said_once ON tickets_message;
DROP TRIGGER message_not_deleted ON tickets_message;
DROP FUNCTION amends_refuse_change();
"""

# A number on the phone should not tell that we are new, nor be too short to check.
FIRST_NUMBER = "ALTER SEQUENCE tickets_ticket_id_seq RESTART WITH 1001;"


class Migration(migrations.Migration):
    """Triggers for events and messages, and where ticket numbers begin."""

    dependencies: ClassVar = [("tickets", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(FUNCTION + TRIGGERS, BACK),
        migrations.RunSQL(FIRST_NUMBER, migrations.RunSQL.noop),
    ]
