"""What goes in and out about exceptions. remedies.api.render fills them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from remedies.rules.grounds import DeclineCode, Ground
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import Who
from remedies.rules.states import ExceptionStatus
from remedies.services.exceptions.together import Say
from tickets.api.fields import Input, MoneyInput, MoneyOutput, Text, Whole
from tickets.api.shapes import Person, Shape, one_of, values_of


class Item(Shape):
    """One line of a comparison: what the policy gives, what is asked, what was decided."""

    component = serializers.IntegerField(allow_null=True)
    kind = one_of(ComponentKind)
    title = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    instead_of = serializers.CharField(
        allow_blank=True, help_text="The excluded rule against which it is asked for."
    )
    policy = MoneyOutput(allow_null=True)
    most = MoneyOutput(allow_null=True, help_text="The highest that the policy leaves to people.")
    asked = MoneyOutput(allow_null=True)
    decided = MoneyOutput(allow_null=True)


class BecauseShape(Shape):
    """One reason why it needs an exception."""

    ground = one_of(Ground)
    words = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)


class LevelShape(Shape):
    """A level at which it may be decided."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    who = one_of(Who)
    up_to = MoneyOutput(allow_null=True)
    needed = serializers.IntegerField(help_text="How many different people have to say yes.")
    told = serializers.BooleanField(help_text="Whether its people were asked already.")


class VoiceShape(Shape):
    """One person's yes, to exactly these sums."""

    user = Person()
    stands_in_for = Person(allow_null=True)
    total = MoneyOutput()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class ExceptionRequest(Shape):
    """A wish to go beyond policy or authority."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    offer = serializers.IntegerField()
    status = one_of(ExceptionStatus)
    items = Item(many=True)
    policy_total = MoneyOutput()
    asked_total = MoneyOutput()
    decided_total = MoneyOutput(allow_null=True)
    at_stake = MoneyOutput(help_text="Given on the ticket with it, beyond law and loss.")
    grounds = serializers.ListField(child=one_of(Ground))
    because = BecauseShape(many=True)
    levels = LevelShape(many=True, help_text="Who may decide, lowest first.")
    approvals = VoiceShape(many=True, help_text="Who said yes so far, and whose yes stands.")
    reason = serializers.CharField()
    evidence = serializers.CharField(allow_blank=True)
    attachments = serializers.ListField(
        child=serializers.IntegerField(), help_text="Files of the ticket."
    )
    requester = Person()
    created_at = serializers.DateTimeField()
    decider = Person(allow_null=True)
    decision_reason = serializers.CharField(allow_blank=True)
    decline_code = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    undo_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Until when the decision can be taken back; null where not. Sending ends it.",
    )
    question = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)


class SimilarShape(Shape):
    """A decision about the same rules in the same category."""

    exception = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    status = one_of(ExceptionStatus)
    policy_total = MoneyOutput()
    asked_total = MoneyOutput()
    decided_total = MoneyOutput(allow_null=True)
    more = MoneyOutput(help_text="Given beyond the policy; nothing where it was declined.")
    decider = Person(allow_null=True)
    decision_reason = serializers.CharField(allow_blank=True)
    decline_code = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class SimilarDecisions(Shape):
    """What was decided in cases like it."""

    since = serializers.DateTimeField()
    decided = serializers.IntegerField()
    approved = serializers.IntegerField(help_text="As asked, or with other sums.")
    newest = SimilarShape(many=True, help_text="Four at most.")


class BudgetCost(Shape):
    """A budget of the team that it would come from."""

    name = serializers.CharField()
    amount = MoneyOutput()
    used = MoneyOutput(help_text="Without it.")
    left = MoneyOutput(help_text="After it; below zero where the budget is passed.")


class CostShape(Shape):
    """What a yes costs."""

    more = MoneyOutput(help_text="Asked for beyond the policy.")
    month = MoneyOutput(help_text="Given beyond the policy by exceptions of this month so far.")
    budgets = BudgetCost(many=True)


class WeighingShape(Shape):
    """What somebody weighs before he decides."""

    similar = SimilarDecisions()
    cost = CostShape()
    proposal = serializers.IntegerField(
        allow_null=True, help_text="The changed rule that is proposed for exceptions like it."
    )


class WishInput(Input):
    """One component's wished sum."""

    component = Whole()
    amount = MoneyInput()


class AdditionInput(Input):
    """Something that the policy does not give."""

    kind = one_of(ComponentKind)
    title = Text(max_length=160)
    amount = MoneyInput(required=False, default=None, allow_null=True)
    instead_of = Text(required=False, default="", allow_blank=True, max_length=60)


class AskExceptionInput(Input):
    """What is wished beyond policy or authority, and why."""

    amounts = WishInput(many=True, required=False, default=list)
    additions = AdditionInput(many=True, required=False, default=list)
    reason = Text(max_length=2000)
    evidence = Text(required=False, default="", allow_blank=True, max_length=4000)
    attachments = serializers.ListField(
        child=Whole(), required=False, default=list, max_length=20,
        help_text="Keys of files of the ticket.",
    )  # fmt: skip


class AskOnTicketInput(Input):
    """What is wished on a ticket that has no draft, and why."""

    additions = AdditionInput(many=True, allow_empty=False)
    currency = Text(required=False, default="", allow_blank=True, max_length=3)
    reason = Text(max_length=2000)
    evidence = Text(required=False, default="", allow_blank=True, max_length=4000)
    attachments = serializers.ListField(
        child=Whole(), required=False, default=list, max_length=20,
        help_text="Keys of files of the ticket.",
    )  # fmt: skip


class DecidedInput(Input):
    """Another sum for one line, counted from 0."""

    item = Whole()
    amount = MoneyInput()


class ApproveInput(Input):
    """A yes, or with sums of its own an amended one."""

    reason = Text(max_length=2000)
    decided = DecidedInput(many=True, required=False, default=list)


class DeclineExceptionInput(Input):
    """A no: its reason, and the code by which such reasons are counted."""

    reason = Text(max_length=2000)
    code = one_of(DeclineCode)


class TogetherInput(Input):
    """Several, decided alike."""

    exceptions = serializers.ListField(child=Whole(), max_length=100)
    decision = one_of(Say)
    reason = Text(max_length=2000)
    code = one_of(DeclineCode, required=False, default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A no has its code; a yes has none."""
        if attrs["decision"] == Say.DECLINE and not attrs["code"]:
            raise serializers.ValidationError({"code": _("A no needs its reason code.")})
        return attrs


class TogetherOutcome(Shape):
    """What became of one of them."""

    exception = serializers.IntegerField()
    done = serializers.BooleanField()
    status = serializers.CharField(
        allow_blank=True, help_text="As it is now; pending where others have to say yes too."
    )
    code = serializers.CharField(allow_blank=True, help_text="Why not.")
    message = serializers.CharField(allow_blank=True)


class Together(Shape):
    """What became of each, in the order in which they were named."""

    results = TogetherOutcome(many=True)


class QuestionInput(Input):
    """What has to be known first."""

    question = Text(max_length=2000)


class AnswerBackInput(Input):
    """What was asked back."""

    answer = Text(max_length=2000)


# Named by SPECTACULAR_SETTINGS, so that the schema tells one `decision` from another.
SAYS = values_of(Say)
DECLINE_CODES = values_of(DeclineCode)
GROUNDS = values_of(Ground)
