"""What goes in and out when a refusal is composed. remedies.api.refusing fills them."""

from rest_framework import serializers

from tickets.api.fields import Input, Text, Whole
from tickets.api.shapes import Person, Shape, one_of, values_of
from tickets.rules import Outcome, OverturnReason, Stage


class Answered(Shape):
    """Our answer to one point."""

    point = serializers.IntegerField()
    text = serializers.CharField()
    quote = serializers.CharField(allow_blank=True, help_text="The customer's own words.")
    outcome = one_of(Outcome)
    finding = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    rule_words = serializers.CharField(allow_blank=True, help_text="The rule as it is quoted.")


class Refusal(Shape):
    """A reasoned no, as it was sent."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    stage = one_of(Stage)
    points = Answered(many=True)
    reason = serializers.CharField()
    regret = serializers.CharField(allow_blank=True)
    instead = serializers.CharField(allow_blank=True)
    would_change = serializers.CharField(allow_blank=True)
    next_stage = serializers.CharField()
    outside = serializers.CharField(allow_blank=True, help_text="The body outside, its time limit.")
    message = serializers.IntegerField()
    refused_by = Person(allow_null=True)
    at = serializers.DateTimeField()


class RefusalGround(Shape):
    """A rule that may be quoted, with what it says for this ticket."""

    rule = serializers.CharField()
    title = serializers.CharField()
    clause = serializers.CharField(allow_blank=True)
    why = serializers.CharField(help_text="excluded, condition, dated, nothing …, or applied.")
    quoted = serializers.CharField(help_text="As the customer will read it.")
    policy = serializers.CharField()


class RefusalLack(Shape):
    """A part that is missing."""

    code = serializers.CharField()
    field = serializers.CharField()
    words = serializers.CharField()
    blocks = serializers.BooleanField(help_text="False: it is only advised at this stage.")


class RefusalPreview(Shape):
    """A refusal as the customer will read it, and what it lacks."""

    stage = one_of(Stage)
    formal = serializers.BooleanField(help_text="Whether every part has to be there.")
    may_send = serializers.BooleanField()
    letter = serializers.CharField()
    points = Answered(many=True)
    lacking = RefusalLack(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    grounds = RefusalGround(many=True)
    our_faults = serializers.ListField(child=serializers.CharField())


class FindingInput(Input):
    """The answer to one point."""

    point = Whole()
    outcome = one_of(Outcome)
    finding = Text(max_length=4000, required=False, allow_blank=True, default="")
    quote = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        default="",
        help_text="The customer's own words; left out, those that fit best.",
    )
    rule = Text(max_length=60, required=False, allow_blank=True, default="")
    basis = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        default="",
        help_text="The rule in words, where no policy has it.",
    )
    because = serializers.ChoiceField(
        choices=values_of(OverturnReason),
        required=False,
        allow_blank=True,
        default="",
        help_text="At a review: why the decision before did not hold.",
    )


class RefuseInput(Input):
    """A reasoned no; without a body the letter is composed.

    Left out, `next_stage` and `outside` are as set up for the category.
    """

    findings = FindingInput(many=True, required=False, default=list)
    reason = Text(max_length=4000, required=False, allow_blank=True, default="")
    next_stage = Text(
        max_length=2000, required=False, allow_blank=True, allow_null=True, default=None
    )
    regret = Text(required=False, default="", allow_blank=True, max_length=2000)
    instead = Text(required=False, default="", allow_blank=True, max_length=2000)
    would_change = Text(required=False, default="", allow_blank=True, max_length=2000)
    outside = Text(required=False, default=None, allow_blank=True, allow_null=True, max_length=2000)
    body = Text(required=False, default="", allow_blank=True, max_length=20_000)
