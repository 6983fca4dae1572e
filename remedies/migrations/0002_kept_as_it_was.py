"""The database keeps what was in force, what was sent and what was granted as it was."""

from typing import ClassVar

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION remedies_policy_kept() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION remedies_component_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM remedies_offer WHERE id = OLD.offer_id) <> 'draft' THEN
        RAISE EXCEPTION 'what was offered is kept as it was sent: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION remedies_remedy_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only where it is about money: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER policy_kept BEFORE UPDATE OR DELETE ON remedies_remedypolicy
    FOR EACH ROW EXECUTE FUNCTION remedies_policy_kept();
CREATE TRIGGER component_kept
    BEFORE UPDATE OF offer_id, kind, rule, title, clause, words, steps, facts, amount, ranged,
        range_min, range_max, owed, loss, form, pay_within_days, adjusted_from, reason
    OR DELETE ON remedies_offercomponent
    FOR EACH ROW EXECUTE FUNCTION remedies_component_kept();
CREATE TRIGGER remedy_money_kept
    BEFORE UPDATE OF ticket_id, offer_id, component_id, kind, rule, amount, currency, owed, loss,
        granted_by_id, granted_under, exception_id, granted_at
    OR DELETE ON remedies_remedy
    FOR EACH ROW EXECUTE FUNCTION remedies_remedy_kept();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON remedies_remedyentry
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
CREATE TRIGGER refusal_append_only BEFORE UPDATE OR DELETE ON remedies_refusal
    FOR EACH ROW EXECUTE FUNCTION amends_refuse_change();
"""

BACK = """
DROP TRIGGER policy_kept ON remedies_remedypolicy;
DROP TRIGGER component_kept ON remedies_offercomponent;
DROP TRIGGER remedy_money_kept ON remedies_remedy;
DROP TRIGGER entry_append_only ON remedies_remedyentry;
DROP TRIGGER refusal_append_only ON remedies_refusal;
DROP FUNCTION remedies_policy_kept();
DROP FUNCTION remedies_component_kept();
DROP FUNCTION remedies_remedy_kept();
"""

#: What the ledger has granted and not taken back, beside what its entries add up to. Empty
#: when they agree.
VIEW = """
CREATE VIEW remedies_ledger_disagreement AS
    SELECT r.id AS remedy_id,
        CASE r.status WHEN 'reversed' THEN 0 ELSE coalesce(r.amount, 0) END AS stands,
        coalesce(sum(e.amount), 0) AS entries
    FROM remedies_remedy r LEFT JOIN remedies_remedyentry e ON e.remedy_id = r.id
    GROUP BY r.id, r.status, r.amount
    HAVING CASE r.status WHEN 'reversed' THEN 0 ELSE coalesce(r.amount, 0) END
        <> coalesce(sum(e.amount), 0);
"""


class Migration(migrations.Migration):
    """Triggers, and a view of what should never be."""

    dependencies: ClassVar = [
        ("remedies", "0001_initial"),
        ("tickets", "0002_append_only"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK),
        migrations.RunSQL(VIEW, "DROP VIEW remedies_ledger_disagreement;"),
    ]
