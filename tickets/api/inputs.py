"""What comes in: the input of each operation. What it means is decided by the services."""

from rest_framework import serializers

from tickets.api.customer_inputs import CustomerInput, ExternalRef
from tickets.api.fields import (
    ById,
    ByKey,
    Input,
    Moment,
    MomentOrDay,
    MoneyInput,
    Text,
    Values,
    Whole,
)
from tickets.api.shapes import one_of, values_of
from tickets.models import Category, RootCause, Team, User
from tickets.rules import Channel, FactShare, LinkKind, Outcome, OverturnReason, PersonRelation

_LONG = 20_000


class TicketInput(Input):
    """A complaint."""

    customer = CustomerInput()
    category = Text(max_length=60, help_text="Its key; see /categories/.")
    body = Text(max_length=_LONG, help_text="What happened, in the customer's words.")
    subject = Text(max_length=200, required=False, allow_blank=True)
    wish = Text(max_length=2000, required=False, allow_blank=True)
    channel = one_of(Channel, default=Channel.API.value)
    facts = Values(required=False, help_text="By name, as the category defines them.")
    factors = Values(required=False, help_text="How it affected the customer.")
    loss = MoneyInput(required=False, allow_null=True)
    points = serializers.ListField(child=Text(max_length=300), required=False, max_length=50)
    tags = serializers.ListField(child=Text(max_length=40), required=False, max_length=30)
    language = Text(max_length=10, required=False)
    confidential = serializers.BooleanField(default=False)
    external = ExternalRef(required=False)
    received_at = Moment(required=False)
    team = ByKey(queryset=Team.objects.filter(active=True), required=False)


class Nothing(Input):
    """Nothing has to be said."""


class BriefInput(Input):
    """What the next one should know."""

    brief = Text(max_length=2000, required=False, allow_blank=True)


class AssignInput(Input):
    """Who follows it through from now on."""

    owner = ById(queryset=User.objects.filter(is_active=True), help_text="A user's id.")
    brief = Text(max_length=2000, required=False, allow_blank=True, default="")


class HandOverInput(Input):
    """To whom, and what he should know."""

    to = ById(queryset=User.objects.filter(is_active=True), help_text="A user's id.")
    brief = Text(max_length=2000)


class MoveInput(Input):
    """To which team, and what it should know."""

    team = ByKey(queryset=Team.objects.filter(active=True), help_text="A team's key.")
    brief = Text(max_length=2000)
    owner = ById(
        queryset=User.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        default=None,
    )


class AcknowledgeInput(Input):
    """When it was acknowledged, if not now."""

    at = Moment(required=False, allow_null=True, default=None)


class PromiseInput(Input):
    """What is promised to the customer, and by when."""

    what = Text(max_length=200)
    due = MomentOrDay(help_text="A date alone means the end of that day in the customer's zone.")


class ReplyInput(Input):
    """An answer to the customer."""

    body = Text(max_length=_LONG)
    channel = one_of(Channel, default=Channel.EMAIL.value)
    automatic = serializers.BooleanField(default=False, help_text="A machine wrote it.")
    promised_next = MomentOrDay(
        required=False, allow_null=True, default=None,
        help_text="The next word comes by then; a date is the end of that day for the customer.",
    )  # fmt: skip
    promises = serializers.ListField(child=PromiseInput(), default=list, max_length=5)


class AbuseInput(Input):
    """A contact that nobody has to bear."""

    what = Text(max_length=2000, help_text="In the words of who bore it.")


class NoteInput(Input):
    """A note among ourselves."""

    body = Text(max_length=_LONG)
    mentions = serializers.ListField(
        child=ById(queryset=User.objects.filter(is_active=True)), required=False, default=list,
        max_length=20,
    )  # fmt: skip


class MessageInput(Input):
    """What the customer said."""

    body = Text(max_length=_LONG)
    channel = one_of(Channel, default=Channel.PHONE.value)
    automatic = serializers.BooleanField(default=False, help_text="A machine wrote it.")


class AskInput(Input):
    """What the customer should tell us."""

    body = Text(max_length=_LONG)
    facts = serializers.ListField(child=Text(max_length=60), required=False, default=list)


class GiveInput(Input):
    """What the customer told us."""

    body = Text(max_length=_LONG, required=False, allow_blank=True, default="")
    facts = Values(required=False, default=dict)
    channel = one_of(Channel, default=Channel.API.value)


class SnoozeInput(Input):
    """Until when, and why."""

    until = Moment(help_text="At most a year from now.")
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class WaitInput(Input):
    """What is awaited, and from whom."""

    for_what = Text(max_length=200)
    whom = serializers.ChoiceField(choices=["customer", "third_party"], default="customer")


class WhyInput(Input):
    """Why work goes on."""

    why = Text(max_length=200, required=False, allow_blank=True, default="")


class ResolveInput(Input):
    """How it ended."""

    summary = Text(max_length=2000, required=False, allow_blank=True, default="")


class ReasonInput(Input):
    """Why."""

    reason = Text(max_length=500)


class EscalateInput(Input):
    """Why the customer asks for somebody above."""

    reason = Text(max_length=2000)


class ReviewInput(Input):
    """What should be looked at again, and by whom."""

    reason = Text(max_length=4000)
    reviewer = ById(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True, default=None
    )
    late_because = Text(
        max_length=500, required=False, allow_blank=True, default="",
        help_text="Why it is looked at although the time for it is over. People only.",
    )  # fmt: skip


class ExternalInput(Input):
    """Which outside body."""

    body = Text(max_length=200)


class FactsInput(Input):
    """Facts by name; null takes one away."""

    facts = Values()


class FactorsInput(Input):
    """How it affected the customer; null takes an answer away."""

    factors = Values()


class LossInput(Input):
    """What it cost the customer; null where that is not known."""

    loss = MoneyInput(allow_null=True)


class PainInput(Input):
    """How bad it was, in a person's judgement."""

    pain = Whole(min_value=1, max_value=5)
    reason = Text(max_length=500)


class CategoryInput(Input):
    """Where the ticket belongs."""

    category = ByKey(queryset=Category.objects.all(), help_text="A category's key.")


class SubjectInput(Input):
    """The matter in one line."""

    subject = Text(max_length=200)


class TagsInput(Input):
    """All tags that the ticket shall have."""

    tags = serializers.ListField(child=Text(max_length=40), max_length=30)


class PointInput(Input):
    """A head of complaint."""

    text = Text(max_length=300)


class DecideInput(Input):
    """The finding on a point."""

    outcome = one_of(Outcome)
    because = serializers.ChoiceField(
        choices=values_of(OverturnReason),
        required=False,
        allow_blank=True,
        default="",
        help_text="At a review: why the decision before did not hold.",
    )
    finding = Text(max_length=4000, required=False, allow_blank=True, default="")
    root_cause = ByKey(
        queryset=RootCause.objects.filter(active=True),
        required=False,
        allow_null=True,
        default=None,
    )


class ActionInput(Input):
    """What we change, who does it, and by which day."""

    text = Text(max_length=500)
    owner = ById(queryset=User.objects.filter(is_active=True), help_text="A user's id.")
    due_on = serializers.DateField()
    point = Whole(required=False, allow_null=True, default=None)


class LinkInput(Input):
    """Another ticket, and how it belongs to this one."""

    other = Text(max_length=24, help_text="Its number.")
    kind = one_of(LinkKind)


class ConfidentialInput(Input):
    """Whether only the owner and those named may see it."""

    confidential = serializers.BooleanField()


class PersonInput(Input):
    """A colleague."""

    user = ById(queryset=User.objects.filter(is_active=True), help_text="A user's id.")
    relation = one_of(PersonRelation, default=PersonRelation.NAMED.value)


class KeepInput(Input):
    """Which promise was kept: `promise` in the data of its event."""

    promise = Whole(min_value=1)


class UploadInput(Input):
    """Files, at most ten of at most 10 MB."""

    files = serializers.ListField(child=serializers.FileField(max_length=255), max_length=10)
    internal = serializers.BooleanField(default=False)


class MergeTicketInput(Input):
    """The other ticket about the same matter; it becomes part of this one."""

    other = Text(max_length=24, help_text="Its number.")
    reason = Text(max_length=500)


class SplitTicketInput(Input):
    """What goes into a ticket of its own."""

    points = serializers.ListField(
        child=Whole(min_value=1), min_length=1, max_length=50, help_text="Ids of points."
    )
    messages = serializers.ListField(
        child=Whole(min_value=1),
        required=False,
        default=list,
        max_length=200,
        help_text="Ids of messages that it gets a copy of; else the first of the customer's.",
    )
    subject = Text(max_length=200, required=False, allow_blank=True, default="")
    category = Text(
        max_length=60, required=False, allow_null=True, default=None, help_text="A category's key."
    )
    facts = serializers.DictField(
        child=one_of(FactShare),
        required=False,
        default=dict,
        help_text="By name, of which ticket a fact is true: here (this one), there (the new one) "
        "or both. Left out, money, numbers and lengths of time stay here, so that no sum is worked "
        "out twice, and all else is true of both.",
    )
    reason = Text(max_length=500)
