"""What waits for its day is not edited, but may become a draft again; what was done about a policy
stays told."""

from typing import ClassVar

from django.db import migrations

WITH_SCHEDULED = """
CREATE OR REPLACE FUNCTION remedies_policy_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
        OR (NEW.key, NEW.version, NEW.source, NEW.data, NEW.categories)
            IS DISTINCT FROM (OLD.key, OLD.version, OLD.source, OLD.data, OLD.categories)
        OR (NEW.status <> 'draft' AND NEW.active_from IS DISTINCT FROM OLD.active_from)
        OR (NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN
            (('scheduled', 'draft'), ('scheduled', 'active'), ('active', 'retired')))
    THEN
        RAISE EXCEPTION 'a policy that was in force is kept as it was: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION remedies_policy_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR (OLD.status = 'retired' AND NEW.status = 'active')
        OR (NEW.key, NEW.version, NEW.source, NEW.data, NEW.categories, NEW.active_from)
            IS DISTINCT FROM
            (OLD.key, OLD.version, OLD.source, OLD.data, OLD.categories, OLD.active_from)
    THEN
        RAISE EXCEPTION 'a policy that was in force is kept as it was: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
ACTS = """
CREATE TRIGGER policy_act_append_only BEFORE UPDATE OR DELETE ON remedies_policyact
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
CREATE TRIGGER policy_act_not_emptied BEFORE TRUNCATE ON remedies_policyact
    FOR EACH STATEMENT EXECUTE FUNCTION amends_refuse_change();
"""
NO_ACTS = """
DROP TRIGGER policy_act_append_only ON remedies_policyact;
DROP TRIGGER policy_act_not_emptied ON remedies_policyact;
"""


class Migration(migrations.Migration):
    """A trigger with one more status, and two for the history."""

    dependencies: ClassVar = [("remedies", "0008_policy_drafts")]

    operations: ClassVar = [
        migrations.RunSQL(WITH_SCHEDULED, BEFORE),
        migrations.RunSQL(ACTS, NO_ACTS),
    ]
