"""What goes out: each shape as the schema declares it. tickets.api.render fills them.

The functions there write plain dictionaries, because a list of 200 tickets through a serializer
costs more than its query; a test holds the two together, key by key.
"""

from typing import Any

from rest_framework import serializers

from tickets.api.fields import MoneyOutput
from tickets.models.customers import ContactKind
from tickets.rules import (
    ActorKind,
    Channel,
    FactKind,
    LinkKind,
    MessageKind,
    Outcome,
    PersonRelation,
    Role,
    Stage,
    Status,
)


def values_of(enum: Any) -> list[str]:
    """What the members of a pure enum are stored as."""
    return [member.value for member in enum]


def one_of(enum: Any, **more: Any) -> serializers.ChoiceField:
    """A member of a pure enum."""
    return serializers.ChoiceField(choices=values_of(enum), **more)


# Named by SPECTACULAR_SETTINGS, so that the schema tells one `kind` from another.
ACTOR_KINDS = values_of(ActorKind)
MESSAGE_KINDS = values_of(MessageKind)
FACT_KINDS = values_of(FactKind)
LINK_KINDS = values_of(LinkKind)
CONTACT_KINDS = values_of(ContactKind)
PERSON_RELATIONS = values_of(PersonRelation)
TICKET_STATUSES = values_of(Status)


class Shape(serializers.Serializer[Any]):
    """Only goes out."""


class Person(Shape):
    """Somebody who works here."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class CustomerName(Shape):
    """Who complains, in short."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class TicketSummary(Shape):
    """A ticket as lists show it."""

    id = serializers.IntegerField()
    number = serializers.CharField(help_text="As people say it, such as A-10019.")
    subject = serializers.CharField()
    status = one_of(Status)
    stage = one_of(Stage)
    channel = one_of(Channel)
    category = serializers.CharField(help_text="Its key.")
    team = serializers.CharField(help_text="Its key.")
    owner = Person(allow_null=True)
    customer = CustomerName()
    pain = serializers.IntegerField(allow_null=True, min_value=1, max_value=5)
    loss = MoneyOutput(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    confidential = serializers.BooleanField()
    external_system = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField(allow_blank=True)
    attention_at = serializers.DateTimeField(
        allow_null=True, help_text="The nearest running deadline."
    )
    attention_kind = serializers.CharField(allow_blank=True)
    snoozed_until = serializers.DateTimeField(
        allow_null=True, help_text="Put aside until then; null where it is not."
    )
    received_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="What `If-Match` compares.")


class Ticket(TicketSummary):
    """A ticket with all that stands on it."""

    language = serializers.CharField()
    wish = serializers.CharField(allow_blank=True)
    facts = serializers.DictField(help_text="By name, in stored form.")
    factors = serializers.DictField()
    pain_assessed = serializers.IntegerField(allow_null=True)
    pain_overridden = serializers.BooleanField()
    waiting_for = serializers.CharField(allow_blank=True)
    snoozed_by = Person(allow_null=True)
    snooze_reason = serializers.CharField(allow_blank=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    handoffs = serializers.IntegerField()
    reopenings = serializers.IntegerField()
    contacts = serializers.IntegerField()
    historical = serializers.BooleanField()


class Point(Shape):
    """One head of complaint."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    outcome = one_of(Outcome, allow_blank=True)
    finding = serializers.CharField(allow_blank=True)
    root_cause = serializers.CharField(allow_null=True, help_text="Its key.")
    decided_at = serializers.DateTimeField(allow_null=True)


class Link(Shape):
    """Another ticket that belongs to this one."""

    number = serializers.CharField()
    kind = one_of(LinkKind)
    from_there = serializers.BooleanField(help_text="It was the other one that was linked.")


class NamedPerson(Shape):
    """A colleague who is named on a ticket."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    relation = one_of(PersonRelation)


class CorrectiveAction(Shape):
    """What we change so that it does not happen again."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    owner = Person()
    point = serializers.IntegerField(allow_null=True)
    due_on = serializers.DateField()
    done_at = serializers.DateTimeField(allow_null=True)


class Attachment(Shape):
    """A file; its content is at `url`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    internal = serializers.BooleanField(help_text="Not for the customer's eyes.")
    message = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class Message(Shape):
    """What was said."""

    id = serializers.IntegerField()
    kind = one_of(MessageKind)
    channel = one_of(Channel)
    author_kind = one_of(ActorKind)
    author = serializers.CharField()
    automatic = serializers.BooleanField()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    attachments = Attachment(many=True)


class May(Shape):
    """What the one who asks may do to the ticket."""

    work = serializers.BooleanField()
    supervise = serializers.BooleanField()


class TicketDetail(Ticket):
    """A ticket with its parts."""

    points = Point(many=True)
    links = Link(many=True)
    people = NamedPerson(many=True)
    actions = CorrectiveAction(many=True)
    attachments = Attachment(many=True)
    messages = Message(many=True, required=False, help_text="With `include=messages`.")
    may = May()


class EventActor(Shape):
    """Who did it, by name as it was then."""

    kind = one_of(ActorKind)
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class Event(Shape):
    """One fact that happened to a ticket."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    seq = serializers.IntegerField(help_text="1, 2, 3 ... within the ticket.")
    type = serializers.CharField()
    actor = EventActor()
    at = serializers.DateTimeField(help_text="When it happened.")
    recorded_at = serializers.DateTimeField()
    data = serializers.DictField()
    changes = serializers.DictField(help_text="Paths of state with their new values.")
    replaced = serializers.DictField(help_text="The same paths with what was there before.")


class Contact(Shape):
    """A way to reach a customer."""

    kind = serializers.ChoiceField(choices=CONTACT_KINDS)
    value = serializers.CharField()
    preferred = serializers.BooleanField()


class ExternalId(Shape):
    """The customer's key in another system."""

    system = serializers.CharField()
    id = serializers.CharField()


class Customer(Shape):
    """Somebody who complains, with all that helps to treat him as an individual."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    tier = serializers.CharField(allow_blank=True)
    support_needs = serializers.CharField(allow_blank=True)
    preferences = serializers.CharField(allow_blank=True)
    do_not_survey = serializers.BooleanField()
    contacts = Contact(many=True)
    external_ids = ExternalId(many=True)
    version = serializers.IntegerField()


class FactDefinition(Shape):
    """A fact that tickets of a category may carry."""

    name = serializers.CharField()
    label = serializers.CharField()
    kind = one_of(FactKind)
    choices = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()
    help = serializers.CharField(allow_blank=True)


class Category(Shape):
    """What a complaint may be about, with the facts it asks for, inherited ones included."""

    key = serializers.CharField()
    name = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())
    parent = serializers.CharField(allow_null=True)
    team = serializers.CharField(allow_null=True)
    public = serializers.BooleanField()
    active = serializers.BooleanField()
    facts = FactDefinition(many=True)


class Team(Shape):
    """A group of people who share a queue."""

    key = serializers.CharField()
    name = serializers.CharField()
    active = serializers.BooleanField()


class User(Shape):
    """Somebody who works here."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    role = one_of(Role)
    teams = serializers.ListField(child=serializers.CharField(), help_text="Their keys.")
    away = serializers.BooleanField()
