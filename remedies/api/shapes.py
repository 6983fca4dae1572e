"""What goes in and out: offers, exceptions, remedies, refusals. remedies.api.render fills them."""

from rest_framework import serializers

from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import (
    EntryKind,
    ExceptionStatus,
    OfferStatus,
    PolicyStatus,
    RemedyStatus,
)
from tickets.api.fields import Input, Moment, MoneyInput, MoneyOutput, Text, Whole
from tickets.api.shapes import Person, Shape, one_of, values_of


class Choice(Shape):
    """Another form of a component, such as a larger voucher for cash."""

    form = serializers.CharField()
    amount = MoneyOutput()


class FactUsed(Shape):
    """A fact as a rule read it."""

    name = serializers.CharField()
    label = serializers.CharField(help_text="For people.")
    value = serializers.CharField(help_text="In words.")


class Component(Shape):
    """One part of an offer."""

    id = serializers.IntegerField()
    kind = one_of(ComponentKind)
    title = serializers.CharField()
    rule = serializers.CharField(allow_blank=True, help_text="Empty: a person added it.")
    clause = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True, help_text="For the customer.")
    facts = FactUsed(many=True, help_text="What the rule was told and used.")
    steps = serializers.ListField(child=serializers.CharField(), help_text="The arithmetic.")
    amount = MoneyOutput(allow_null=True)
    range_min = MoneyOutput(allow_null=True)
    range_max = MoneyOutput(allow_null=True)
    owed = serializers.BooleanField(help_text="Set by law: the customer's whatever he decides.")
    loss = serializers.BooleanField(help_text="Makes good a proven loss.")
    form = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True, help_text="What it is, for programs.")
    pay_within_days = serializers.IntegerField(allow_null=True)
    added = serializers.BooleanField(
        help_text="The policy adds it because a remedy came late; it can be granted at once."
    )
    choices = Choice(many=True, help_text="Other forms that the customer may choose.")
    chosen = serializers.CharField(allow_blank=True, help_text="The form that he chose.")
    adjusted_from = MoneyOutput(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    accepted = serializers.BooleanField(allow_null=True)


class NotGiven(Shape):
    """A rule that gave nothing, and why."""

    rule = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    reason = serializers.CharField()


class WantedFact(Shape):
    """A fact that rules wait for."""

    name = serializers.CharField()
    label = serializers.CharField()
    question = serializers.CharField(allow_blank=True)


class Offer(Shape):
    """What we propose on a ticket."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    status = one_of(OfferStatus)
    policy = serializers.CharField(allow_blank=True, help_text="Key and version.")
    total = MoneyOutput()
    components = Component(many=True)
    missing = WantedFact(many=True)
    not_given = NotGiven(many=True)
    problems = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    sent_by = Person(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    wish = serializers.CharField(allow_blank=True, help_text="What would be fair instead.")
    wish_amount = MoneyOutput(allow_null=True)
    wish_kind = serializers.CharField(allow_blank=True)


class ApologyPart(Shape):
    """A part of an apology, and whether it stands plainly in the text."""

    key = serializers.CharField()
    label = serializers.CharField()
    present = serializers.BooleanField()
    hint = serializers.CharField()


class Apology(Shape):
    """What a text has of an apology that is meant. Guidance: it bars nothing."""

    parts = ApologyPart(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())


class OfferPreview(Shape):
    """What the customer would read, word for word."""

    subject = serializers.CharField(help_text="Of the mail.")
    text = serializers.CharField(help_text="Of the mail, with the way to answer below it.")
    body = serializers.CharField(help_text="The letter, as it stands on the customer's page.")
    until = serializers.DateTimeField()
    total = MoneyOutput()
    components = Component(many=True)
    apology = Apology()


class Entry(Shape):
    """One line of the ledger."""

    kind = one_of(EntryKind)
    amount = MoneyOutput(allow_null=True)
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    reference = serializers.CharField(allow_blank=True)


class Remedy(Shape):
    """A granted component with its fulfilment."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    offer = serializers.IntegerField(allow_null=True)
    kind = one_of(ComponentKind)
    title = serializers.CharField()
    amount = MoneyOutput(allow_null=True)
    owed = serializers.BooleanField()
    loss = serializers.BooleanField()
    status = one_of(RemedyStatus)
    granted_at = serializers.DateTimeField()
    granted_by = Person(allow_null=True)
    granted_under = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True)
    gateway = serializers.CharField()
    gateway_ref = serializers.CharField(allow_blank=True)
    entries = Entry(many=True)


class Meter(Shape):
    """A limit, what counts against it, and what is left."""

    span = serializers.ChoiceField(choices=["remedy", "ticket", "customer", "budget"])
    kind = serializers.CharField(allow_null=True, help_text="Null: everything together.")
    limit = MoneyOutput()
    used = MoneyOutput()
    left = MoneyOutput()
    words = serializers.CharField()


class RoomOfKind(Shape):
    """What may be granted of a kind beside what stands."""

    kind = one_of(ComponentKind)
    most = MoneyOutput(allow_null=True, help_text="Null: no limit.")
    words = serializers.CharField(help_text="What bounds it.")


class RoomOfComponent(Shape):
    """The highest that a component of the draft may be set to."""

    component = serializers.IntegerField()
    most = MoneyOutput(allow_null=True, help_text="Null: no limit.")
    words = serializers.CharField(help_text="What bounds it.")


class Authority(Shape):
    """What the one who asks may grant alone on a ticket."""

    currency = serializers.CharField()
    meters = Meter(many=True)
    kinds = RoomOfKind(many=True)
    components = RoomOfComponent(many=True, help_text="Of the draft, where there is one.")


class Policy(Shape):
    """A version of a policy."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    status = one_of(PolicyStatus)
    active_from = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField()


class AnchorShape(Shape):
    """An answer in plain words."""

    key = serializers.CharField()
    words = serializers.CharField()


class FactorShape(Shape):
    """A question about how it affected the customer."""

    key = serializers.CharField()
    label = serializers.CharField()
    question = serializers.CharField()
    answers = AnchorShape(many=True)


class AdjustInput(Input):
    """One component's new sum, and why."""

    component = Whole()
    amount = MoneyInput()
    reason = Text(max_length=500)


class RemoveInput(Input):
    """The component that goes, and why."""

    component = Whole()
    reason = Text(max_length=500)


class AddInput(Input):
    """Something that a person adds to the draft."""

    kind = one_of(ComponentKind)
    title = Text(max_length=160)
    amount = MoneyInput(required=False, default=None, allow_null=True)
    currency = Text(required=False, default="", allow_blank=True, max_length=3)
    words = Text(required=False, default="", allow_blank=True, max_length=1000)
    reason = Text(max_length=500)


class SendInput(Input):
    """The letter that goes with the offer."""

    body = Text(max_length=20_000)
    expires_at = Moment(required=False, default=None, allow_null=True)


class GrantInput(Input):
    """The letter that goes with what is granted; without one, the usual words."""

    body = Text(max_length=20_000, required=False, default="", allow_blank=True)


class RemedyReasonInput(Input):
    """Why."""

    reason = Text(max_length=2000)


class LetterPreviewInput(Input):
    """The letter to look at; without one, that which the desk proposes."""

    body = Text(required=False, default="", allow_blank=True, max_length=20_000)
    expires_at = Moment(required=False, default=None, allow_null=True)


class ApologyInput(Input):
    """A text to look at."""

    text = Text(max_length=20_000)


class ChoiceInput(Input):
    """The form in which the customer would rather have a component."""

    component = Whole()
    form = Text(max_length=60)


class AcceptInput(Input):
    """What is accepted; without a list, all of it. And in which form, where there is a choice."""

    components = serializers.ListField(child=Whole(), required=False, default=None, allow_null=True)
    choices = ChoiceInput(many=True, required=False, default=list)


class DeclineInput(Input):
    """What the customer would find fair instead: in words, as a sum, of which kind."""

    wish = Text(required=False, default="", allow_blank=True, max_length=2000)
    amount = MoneyInput(required=False, default=None, allow_null=True)
    kind = Text(required=False, default="", allow_blank=True, max_length=14)


class FulfilInput(Input):
    """A receipt's or a payment's number."""

    reference = Text(required=False, default="", allow_blank=True, max_length=200)


# Named by SPECTACULAR_SETTINGS, so that the schema tells one `kind` or `status` from another.
COMPONENT_KINDS = values_of(ComponentKind)
OFFER_STATUSES = values_of(OfferStatus)
EXCEPTION_STATUSES = values_of(ExceptionStatus)
REMEDY_STATUSES = values_of(RemedyStatus)
POLICY_STATUSES = values_of(PolicyStatus)
