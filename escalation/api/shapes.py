"""What goes out: deadlines, their explanation, escalations. escalation.api.render fills them."""

from rest_framework import serializers

from escalation.clock import Status
from escalation.policies.kinds import Kind
from escalation.rules import EscalationLevel
from tickets.api.fields import Input, Moment, Text
from tickets.api.shapes import Person, Shape, one_of, values_of

# Named by SPECTACULAR_SETTINGS, so that the schema tells one `kind` from another.
DEADLINE_KINDS = values_of(Kind)


class Deadline(Shape):
    """One promise of time on a ticket."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    kind = one_of(Kind)
    subject = serializers.CharField(
        allow_blank=True,
        help_text="What it is about where there are several, such as exception:12.",
    )
    status = one_of(Status)
    policy = serializers.CharField(help_text="Name and version of the policy that made it.")
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(
        help_text="As far as the pauses are known; one that still lasts does not move it yet."
    )
    paused_since = serializers.DateTimeField(allow_null=True)
    extended_to = serializers.DateTimeField(allow_null=True)
    met_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    breached_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was missed; stays when it is met later."
    )
    counted_on = serializers.CharField(
        allow_null=True,
        help_text="The ticket that answers for it, where a merge or a split made that another one.",
    )
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = Person(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True, help_text="When something happens to it.")
    next_step = serializers.CharField(allow_blank=True)


class Window(Shape):
    """A stretch of working time that counted, or several joined where there are many."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    seconds = serializers.IntegerField(help_text="Working time in it.")
    stretches = serializers.IntegerField(help_text="How many were joined; 1 for a window.")


class Pause(Shape):
    """A time that did not count."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="As the policy names it.")
    words = serializers.CharField(help_text="The reason for people.")
    seconds = serializers.IntegerField(help_text="Working time that it took.")


class Extension(Shape):
    """A later date, written to the customer."""

    at = serializers.DateTimeField()
    due_before = serializers.DateTimeField()
    due_after = serializers.DateTimeField()
    reason = serializers.CharField()
    by = serializers.CharField(allow_blank=True)


class Step(Shape):
    """A warning, the breach or a step of the path."""

    step = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it is, or was, due.")
    taken = serializers.BooleanField()
    words = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True, help_text="When the sweep took it.")
    told = serializers.ListField(
        child=serializers.CharField(), help_text="Who heard, or whom the path is going to tell."
    )


class Explanation(Shape):
    """How a deadline came about."""

    deadline = Deadline()
    standing = serializers.CharField()
    policy = serializers.CharField(help_text="Name and version.")
    calendar_zone = serializers.CharField()
    promised = serializers.CharField()
    granted_seconds = serializers.IntegerField(help_text="The target as working time.")
    used_seconds = serializers.IntegerField()
    left_seconds = serializers.IntegerField()
    late_seconds = serializers.IntegerField()
    windows_by = serializers.ChoiceField(
        choices=["window", "day", "week", "month", "year"],
        help_text="What each of `windows` stands for: long spans are joined.",
    )
    windows = Window(many=True)
    pauses = Pause(many=True)
    extensions = Extension(many=True)
    steps = Step(many=True)
    reasons = serializers.ListField(child=serializers.CharField())
    text = serializers.ListField(
        child=serializers.CharField(),
        help_text="The same in words, line by line, as `manage.py deadlines explain` says it.",
    )


class Escalation(Shape):
    """A step that was taken: by the clock, by a colleague, or because the customer asked."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    deadline = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField(allow_blank=True, help_text="Of the deadline.")
    call = serializers.IntegerField(
        allow_null=True, help_text="The same for all steps of one call, where it is no deadline's."
    )
    level = one_of(EscalationLevel)
    step = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    told = serializers.ListField(child=serializers.CharField())
    due_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField()
    by = Person(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = Person(allow_null=True)


class ExtendInput(Input):
    """A later date with its reason, and the letter that tells the customer."""

    to = Moment()
    reason = Text(max_length=500)
    letter = Text(required=False, default="", allow_blank=True, max_length=20_000)


class CallAboveInput(Input):
    """Why."""

    reason = Text(max_length=500)


class TakeOverInput(Input):
    """What is going on, and what you will do."""

    brief = Text(max_length=2000)
