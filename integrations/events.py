"""What this app tells the ticket's stream of events. Pure."""

from enum import StrEnum


class IntegrationEvent(StrEnum):
    """Types of the events that `integrations` records."""

    #: Something could not be delivered and was given up. data: outbox (id), kind, error.
    OUTBOX_DEAD = "outbox_dead"
    #: A person had a dead letter tried again. data: outbox (id), kind.
    OUTBOX_RETRIED = "outbox_retried"
    #: An automatic mail left. data: template, to (list), subject.
    MAIL_SENT = "mail_sent"
    #: A machine wrote: a bounce, an out-of-office note. data: sort, from, subject, note (id).
    MACHINE_MAIL = "machine_mail_received"
    #: A remedy of the past came in with an import. integrations/importing/remedies.py has the
    #: contract of its data; the ledger hears it.
    REMEDY_RECORDED = "remedy_recorded"
