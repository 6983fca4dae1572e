"""What the reports of fairness look like. remedies.api.fairness_render fills them."""

from rest_framework import serializers

from tickets.api.fields import MoneyOutput
from tickets.api.shapes import Shape


class SpreadBox(Shape):
    """Sums in minor units: quartiles may lie between two of them."""

    count = serializers.IntegerField()
    least = serializers.FloatField()
    reaches_from = serializers.FloatField(help_text="The least that does not stand out.")
    lower_quarter = serializers.FloatField()
    usual = serializers.FloatField(help_text="The median.")
    upper_quarter = serializers.FloatField()
    reaches_to = serializers.FloatField(help_text="The most that does not stand out.")
    most = serializers.FloatField()
    outliers = serializers.IntegerField()
    enough = serializers.BooleanField(help_text="Whether five or more: fewer tell nothing.")


class EqualFact(Shape):
    """A fact that the rule read."""

    name = serializers.CharField(help_text="As people read it.")
    words = serializers.CharField(allow_blank=True)


class EqualGroup(Shape):
    """Tickets with equal facts, and what one rule gave them."""

    key = serializers.CharField(help_text="Its tickets are listed with `what=group` and this.")
    rule = serializers.CharField()
    title = serializers.CharField()
    facts = EqualFact(many=True)
    box = SpreadBox()


class SpreadPart(Shape):
    """How far one rule, category, team or rep is from what is usual among equals.

    In `box` sums are distances; it reaches over all but the tenth on either side, and is null
    where fewer than five can be compared.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    compared = serializers.IntegerField(help_text="Those with at least five equals.")
    same = serializers.IntegerField(help_text="Those that got exactly what is usual.")
    outliers = serializers.IntegerField()
    usual = serializers.FloatField(help_text="The median sum, of all facts. Minor units.")
    box = SpreadBox(allow_null=True)


class SpreadOutlier(Shape):
    """A sum that lies far from those of its equals."""

    ticket = serializers.CharField(help_text="Its number.")
    rule = serializers.CharField(allow_blank=True, help_text="Empty: the offer as a whole.")
    title = serializers.CharField(allow_blank=True)
    amount = MoneyOutput()
    usual = serializers.FloatField(help_text="Among its equals. Minor units.")
    equals = serializers.IntegerField()
    refused = serializers.BooleanField()
    exception = serializers.BooleanField(help_text="Somebody above approved it.")
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    category = serializers.CharField()
    team = serializers.CharField()


class SpreadTotal(Shape):
    """What was decided in one currency."""

    currency = serializers.CharField()
    count = serializers.IntegerField()
    total = MoneyOutput()
    refused = serializers.IntegerField()
    among_equals = serializers.IntegerField()
    compared = serializers.IntegerField()


class FairnessReport(Shape):
    """Equal remedies for equal facts, in one currency."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField(allow_blank=True, help_text="Empty: nothing was decided.")
    totals = SpreadTotal(many=True)
    groups = EqualGroup(many=True, help_text="Outliers first, then the widest; the first 12.")
    by_rule = SpreadPart(many=True)
    by_category = SpreadPart(many=True)
    by_team = SpreadPart(many=True)
    by_rep = SpreadPart(
        many=True, help_text="By name. Of teams that you supervise; never for integrations."
    )
    outliers = SpreadOutlier(many=True, help_text="The farthest first; the first 25.")
    standing_out = serializers.IntegerField(help_text="How many there are.")


class OfferTimeBucket(Shape):
    """How many took up to so long; null: longer than all."""

    up_to_seconds = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class OfferTimeLine(Shape):
    """From complaint to first offer: elapsed time, nights and weekends with it."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    count = serializers.IntegerField()
    median_seconds = serializers.IntegerField()
    p90_seconds = serializers.IntegerField()
    longest_seconds = serializers.IntegerField()
    distribution = OfferTimeBucket(many=True)


class OfferTimeReport(Shape):
    """How long customers wait for an offer."""

    first = serializers.DateField()
    last = serializers.DateField()
    total = OfferTimeLine(allow_null=True)
    by_category = OfferTimeLine(many=True)
    by_team = OfferTimeLine(many=True)
