"""What goes in and out about policies that are tried on the past."""

from rest_framework import serializers

from remedies.models import BacktestState
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.source import MOST_CHARACTERS
from tickets.api.fields import Input, Moment, MoneyOutput, Text
from tickets.api.shapes import Shape, one_of, values_of

BACKTEST_STATES = values_of(BacktestState)


class BacktestInput(Input):
    """A stored version or a text, what it is held against, and since when."""

    policy = Text(required=False, max_length=80, help_text="general@15, or general for the newest.")
    source = Text(  # type: ignore[assignment]
        required=False, max_length=MOST_CHARACTERS, help_text="A text in YAML or JSON."
    )
    beside = Text(
        required=False, max_length=80,
        help_text="Held against this version; what is in force by default.",
    )  # fmt: skip
    beside_source = Text(
        required=False, max_length=MOST_CHARACTERS, help_text="Or against this text."
    )
    since = Moment(help_text="Tickets received from here on.")
    until = Moment(required=False, help_text="And before this; now by default.")


class BacktestLine(Shape):
    """Counts and sums of one group, as it is (now) and with the draft (then)."""

    name = serializers.CharField(allow_blank=True, help_text="The pain, the rule, the size.")
    currency = serializers.CharField()
    tickets_now = serializers.IntegerField()
    sum_now = MoneyOutput()
    tickets_then = serializers.IntegerField()
    sum_then = MoneyOutput()
    difference = MoneyOutput()
    changed = serializers.IntegerField(help_text="Tickets whose remedy is another.")


class BacktestTicket(Shape):
    """A ticket that is named, for it changes most."""

    ticket = serializers.CharField()
    now = MoneyOutput()
    then = MoneyOutput()
    difference = MoneyOutput()


class BacktestOffered(Shape):
    """What was really offered on a ticket."""

    ticket = serializers.CharField()
    offered = MoneyOutput()


class BacktestSpread(Shape):
    """Tickets of which the rules were told the same, and that were offered different sums."""

    tickets = serializers.IntegerField()
    least = MoneyOutput()
    most = MoneyOutput()
    examples = BacktestOffered(many=True, help_text="Of either end, those that you may see.")


class BacktestSummary(Shape):
    """A backtest without its tables."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    policy = serializers.CharField(help_text="Its key.")
    version = serializers.IntegerField(allow_null=True, help_text="Null: a text that is not kept.")
    against = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    state = one_of(BacktestState)
    percent = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Null until it runs.")
    looked_at = serializers.IntegerField()
    stalled = serializers.BooleanField(
        help_text="No worker has been at it for a while; it goes on by itself when one is free."
    )
    words = serializers.CharField(
        allow_blank=True,
        help_text="1,206 tickets, 97 change, +£1,940.00. Exceptions fall from 41 to 29.",
    )
    error = serializers.CharField(allow_blank=True)
    asked_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.CharField(allow_blank=True)


class Backtest(BacktestSummary):
    """A backtest with all that came of it; empty tables until it is over."""

    notes = serializers.ListField(child=serializers.CharField())
    concerned = serializers.IntegerField(
        help_text="Tickets that fall under what the draft changes."
    )
    changed = serializers.IntegerField()
    more = serializers.IntegerField(help_text="Would have got more.")
    less = serializers.IntegerField(help_text="Would have got less.")
    exceptions_now = serializers.IntegerField(help_text="Offers beyond a rep's authority.")
    exceptions_then = serializers.IntegerField()
    exceptions_new = serializers.IntegerField(help_text="Beyond it only with the draft.")
    unreadable = serializers.IntegerField()
    totals = BacktestLine(many=True)
    by_pain = BacktestLine(many=True)
    by_rule = BacktestLine(many=True)
    by_size = BacktestLine(many=True)
    changes = BacktestTicket(many=True, help_text="The largest that you may see.")
    exceptions = BacktestTicket(many=True, help_text="Newly beyond authority; as above.")
    unequal_sets = serializers.IntegerField(help_text="Sets of equal facts with unequal offers.")
    unequal = BacktestSpread(many=True, help_text="The widest of them.")
    hidden = serializers.IntegerField(help_text="Tickets that are named above to others than you.")


class BacktestComponent(Shape):
    """What a rule gives, and how it came about."""

    rule = serializers.CharField()
    title = serializers.CharField()
    kind = one_of(ComponentKind)
    amount = MoneyOutput(allow_null=True)
    steps = serializers.ListField(child=serializers.CharField())


class BacktestNotGiven(Shape):
    """A rule that gives nothing, and why."""

    rule = serializers.CharField()
    title = serializers.CharField()
    reason = serializers.CharField()


class BacktestSide(Shape):
    """One ticket under one policy."""

    total = MoneyOutput()
    components = BacktestComponent(many=True)
    not_given = BacktestNotGiven(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="Facts, by label.")


class BacktestBoth(Shape):
    """One ticket under both policies, by its facts as they are today."""

    ticket = serializers.CharField()
    now = BacktestSide(allow_null=True)
    then = BacktestSide(allow_null=True)
