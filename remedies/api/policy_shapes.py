"""What goes in and out about policies: versions, drafts, checks, trials."""

from rest_framework import serializers

from remedies.api import shapes
from remedies.rules.checks.findings import Flaw
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.source import MOST_CHARACTERS
from remedies.rules.states import PolicyDeed, PolicyStatus
from tickets.api.fields import Input, Moment, MoneyOutput, Text, Values, Whole
from tickets.api.shapes import Person, Shape, one_of

#: Enough to say what kind of word is wrong, for programs.
CODES = ["not_yaml", "unknown_name", "unknown_word", "wrong_kind", "invalid"]


class PolicyVersion(Shape):
    """A version of a policy, without its text."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    status = one_of(PolicyStatus)
    categories = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: what no other policy is for."
    )
    based_on = serializers.IntegerField(allow_null=True)
    revision = serializers.IntegerField(help_text="Counts the savings; its ETag.")
    created_at = serializers.DateTimeField()
    created_by = Person(allow_null=True)
    saved_at = serializers.DateTimeField(allow_null=True)
    saved_by = Person(allow_null=True)
    active_from = serializers.DateTimeField(allow_null=True)
    activated_by = Person(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class PolicyText(PolicyVersion):
    """A version of a policy with its text."""

    source = serializers.CharField()


class PolicyAct(Shape):
    """Something that was done about a version."""

    version = serializers.IntegerField()
    deed = one_of(PolicyDeed)
    at = serializers.DateTimeField()
    by = Person(allow_null=True, help_text="Null: by the desk itself, as it was planned.")
    words = serializers.CharField(allow_blank=True)


class PolicyChange(Shape):
    """One word of a part that says something else."""

    word = serializers.CharField(allow_blank=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class PolicyDifference(Shape):
    """A part that is in one version only, or says something else in the other."""

    part = serializers.CharField(help_text="heads, facts, values, rules …")
    name = serializers.CharField()
    what = serializers.CharField(help_text="added, removed, changed or moved.")
    changes = PolicyChange(many=True)


class Mark(Shape):
    """One mistake, and where it is."""

    code = serializers.ChoiceField(CODES)
    message = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    path = serializers.CharField(allow_blank=True, help_text="rules.3.amount.of")
    line = serializers.IntegerField(help_text="From 1; 0 where unknown.")
    column = serializers.IntegerField(help_text="From 1; 0 where unknown.")
    suggestion = serializers.CharField(allow_blank=True, help_text="The nearest right word.")


class FailedCase(Shape):
    """One of the policy's own cases that comes out otherwise."""

    case = serializers.CharField()
    wrong = serializers.ListField(child=serializers.CharField())


class PolicyFinding(Shape):
    """What the search found, with the facts that show it."""

    flaw = serializers.ChoiceField([flaw.value for flaw in Flaw])
    wrong = serializers.BooleanField(help_text="It keeps the policy from being put in force.")
    message = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())
    facts = serializers.DictField(child=serializers.CharField())
    line = serializers.IntegerField()


class PolicyCheck(Shape):
    """Everything that is wrong or doubtful about a text."""

    activatable = serializers.BooleanField(
        allow_null=True, help_text="Null where it was not searched, or is still being searched."
    )
    searched = serializers.ChoiceField(
        choices=["no", "running", "done"],
        help_text="Whether the search is over; while it is running, findings are a first look's.",
    )
    problems = Mark(many=True)
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Rules and others that could not be read."
    )
    cases = serializers.IntegerField()
    failed_cases = FailedCase(many=True)
    findings = PolicyFinding(many=True)


class TriedComponent(Shape):
    """One part of what a policy gives."""

    rule = serializers.CharField()
    title = serializers.CharField()
    kind = one_of(ComponentKind)
    clause = serializers.CharField(allow_blank=True)
    amount = MoneyOutput(allow_null=True)
    range_min = MoneyOutput(allow_null=True)
    range_max = MoneyOutput(allow_null=True)
    facts = shapes.FactUsed(many=True, help_text="What the rule was told and used.")
    steps = serializers.ListField(child=serializers.CharField(), help_text="The arithmetic.")
    words = serializers.CharField(allow_blank=True, help_text="For the customer.")
    form = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True, help_text="What it is, for programs.")
    pay_within_days = serializers.IntegerField(allow_null=True)
    automatic = serializers.BooleanField(help_text="Granted by itself once a remedy came late.")
    choices = shapes.Choice(many=True, help_text="Other forms, for the customer to choose.")
    owed = serializers.BooleanField()
    loss = serializers.BooleanField()


class TriedOffer(Shape):
    """What a policy gives for facts, with every reason."""

    total = MoneyOutput()
    components = TriedComponent(many=True)
    not_given = shapes.NotGiven(many=True)
    missing = shapes.WantedFact(many=True)
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="Facts that were left out as wrong."
    )


class PolicyPreview(Shape):
    """A ticket by what is in force and by the draft."""

    ticket = serializers.CharField()
    active_version = serializers.IntegerField(allow_null=True)
    active = TriedOffer(allow_null=True)
    draft = TriedOffer(allow_null=True)
    changed = serializers.ListField(child=serializers.CharField(), help_text="Rules.")
    left_out = serializers.ListField(child=serializers.CharField())
    falls_under = serializers.CharField(
        allow_blank=True, help_text="The policy that the ticket falls under, where another."
    )


def _text(*, required: bool = True) -> Text:
    """The text of a policy, as it is."""
    return Text(
        max_length=MOST_CHARACTERS, trim_whitespace=False, allow_blank=True, required=required
    )


class BeginInput(Input):
    """A text, or where it comes from: one of the three."""

    source = _text(required=False)
    version = Whole(required=False, min_value=1, help_text="With `key`: begin with this version.")
    key = Text(required=False, max_length=60)
    pack = Text(required=False, max_length=60, help_text="A policy that comes with the desk.")


class SaveInput(Input):
    """The whole text."""

    source = _text()


class ActivateInput(Input):
    """When; now by default."""

    at = Moment(required=False, allow_null=True, default=None)


class CheckInput(Input):
    """A text, and whether to search it for disproportion as well, which takes about a second."""

    source = _text()
    search = serializers.BooleanField(default=True)


class _Which(Input):
    source = _text(required=False)
    key = Text(required=False, max_length=60, help_text="A stored policy; in force by default.")
    version = Whole(required=False, min_value=1)


class EvaluateInput(_Which):
    """A text or a stored version, and facts."""

    facts = Values()
    now = Moment(required=False, allow_null=True, default=None)
    currency = Text(required=False, max_length=3, allow_null=True, default=None)


class OnTicketInput(_Which):
    """A text or a stored version, and a ticket."""

    ticket = Text(max_length=20, help_text="Its number.")
