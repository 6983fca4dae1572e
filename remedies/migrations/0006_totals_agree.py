"""The database checks at each commit that totals agree with what they are totals of."""

from typing import ClassVar

from django.db import migrations

#: Deferred: within a unit of work rows are written one after the other, and only the end counts.
LEDGER = """
CREATE FUNCTION remedies_ledger_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
    r record;
    e record;
BEGIN
    IF TG_TABLE_NAME = 'remedies_remedy' THEN key := NEW.id; ELSE key := NEW.remedy_id; END IF;
    SELECT status, coalesce(amount, 0) AS amount, currency INTO r
        FROM remedies_remedy WHERE id = key;
    SELECT coalesce(sum(amount), 0) AS total,
        coalesce(sum(amount) FILTER (WHERE kind = 'granted'), -1) AS granted,
        coalesce(bool_or(kind = 'fulfilled'), false) AS fulfilled,
        coalesce(bool_or(kind = 'failed'), false) AS failed,
        coalesce(bool_or(kind = 'reversed'), false) AS reversed,
        coalesce(bool_or(currency <> r.currency), false) AS foreign_sum
        INTO e FROM remedies_remedyentry WHERE remedy_id = key;
    IF e.granted <> r.amount OR e.foreign_sum
        OR e.total <> (CASE r.status WHEN 'reversed' THEN 0 ELSE r.amount END)
        OR e.reversed <> (r.status = 'reversed')
        OR (r.status = 'fulfilled' AND NOT e.fulfilled)
        OR (r.status IN ('granted', 'failed') AND e.fulfilled)
        OR (r.status = 'failed' AND NOT e.failed)
        OR (r.status = 'granted' AND e.failed)
    THEN
        RAISE EXCEPTION 'remedy % and its entries disagree', key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_agrees';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER remedy_agrees AFTER INSERT OR UPDATE ON remedies_remedy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remedies_ledger_agrees();
CREATE CONSTRAINT TRIGGER entry_agrees AFTER INSERT ON remedies_remedyentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remedies_ledger_agrees();
"""

LEDGER_BACK = """
DROP TRIGGER remedy_agrees ON remedies_remedy;
DROP TRIGGER entry_agrees ON remedies_remedyentry;
DROP FUNCTION remedies_ledger_agrees();
"""

OFFERS = """
CREATE FUNCTION remedies_offer_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
    said bigint;
    together bigint;
BEGIN
    IF TG_TABLE_NAME = 'remedies_offer' THEN key := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN key := OLD.offer_id;
    ELSE key := NEW.offer_id;
    END IF;
    SELECT total INTO said FROM remedies_offer WHERE id = key;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT coalesce(sum(amount), 0) INTO together
        FROM remedies_offercomponent WHERE offer_id = key;
    IF said <> together THEN
        RAISE EXCEPTION 'offer % says % in all, and its components add up to %', key, said, together
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_agrees';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offer_agrees AFTER INSERT OR UPDATE OF total ON remedies_offer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remedies_offer_agrees();
CREATE CONSTRAINT TRIGGER component_agrees
    AFTER INSERT OR DELETE OR UPDATE OF amount, offer_id ON remedies_offercomponent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remedies_offer_agrees();
"""

OFFERS_BACK = """
DROP TRIGGER offer_agrees ON remedies_offer;
DROP TRIGGER component_agrees ON remedies_offercomponent;
DROP FUNCTION remedies_offer_agrees();
"""


class Migration(migrations.Migration):
    """Two functions, four constraint triggers."""

    dependencies: ClassVar = [("remedies", "0005_budgets")]

    operations: ClassVar = [
        migrations.RunSQL(LEDGER, LEDGER_BACK),
        migrations.RunSQL(OFFERS, OFFERS_BACK),
    ]
