"""What reports and trials of drafts look like. escalation.api.report_render fills them."""

from rest_framework import serializers

from escalation.models import SimulationState
from escalation.policies.kinds import Kind
from tickets.api.fields import Input, Moment, Text, Whole
from tickets.api.shapes import Shape, one_of


class ReportLine(Shape):
    """Promises kept and missed, beside those of the period before."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    kept_share = serializers.FloatField(allow_null=True, help_text="0 to 1; null for none.")
    kept_before = serializers.IntegerField()
    missed_before = serializers.IntegerField()
    kept_share_before = serializers.FloatField(allow_null=True)


class ReportPart(Shape):
    """One part of the period beside the same part of the one before."""

    first = serializers.DateField()
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    kept_before = serializers.IntegerField()
    missed_before = serializers.IntegerField()


class ReportPauses(Shape):
    """Pauses of one reason that were used."""

    reason = serializers.CharField()
    words = serializers.CharField()
    deadlines = serializers.IntegerField()
    pauses = serializers.IntegerField()
    total_seconds = serializers.IntegerField(help_text="On the wall, not working time.")
    longest_seconds = serializers.IntegerField()


class ReportExtensions(Shape):
    """Later dates that were written to customers."""

    deadlines = serializers.IntegerField()
    extensions = serializers.IntegerField()
    total_seconds = serializers.IntegerField()
    deadlines_before = serializers.IntegerField()


class DeadlineReport(Shape):
    """What was promised, kept and missed in a period."""

    first = serializers.DateField()
    last = serializers.DateField()
    before_first = serializers.DateField()
    before_last = serializers.DateField()
    total = ReportLine()
    by_kind = ReportLine(many=True)
    by_cause = ReportLine(many=True, help_text="A ticket with two causes stands in both.")
    by_team = ReportLine(many=True)
    by_category = ReportLine(many=True)
    trend = ReportPart(many=True)
    pauses = ReportPauses(many=True)
    extensions = ReportExtensions()


class SimulationCell(Shape):
    """What was, and what would have been, of one kind in one team."""

    team = serializers.CharField(allow_blank=True)
    kind = one_of(Kind)
    kept_now = serializers.IntegerField(help_text="Kept, as it was.")
    missed_now = serializers.IntegerField()
    kept_then = serializers.IntegerField(help_text="Kept, had the draft been in force.")
    missed_then = serializers.IntegerField()
    lost = serializers.IntegerField(help_text="Would have been missed, and were not.")
    won = serializers.IntegerField(help_text="Were missed, and would have been kept.")


class Simulation(Shape):
    """A draft that is tried on the past."""

    id = serializers.IntegerField()
    policy = serializers.CharField(help_text="Key of the policy that it would replace.")
    name = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    state = one_of(SimulationState)
    percent = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Tickets to look at.")
    looked_at = serializers.IntegerField()
    concerned = serializers.IntegerField(help_text="Tickets that the draft fits.")
    cells = SimulationCell(many=True)
    named = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By kind, some tickets that would have been missed.",
    )
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SimulationInput(Input):
    """A stored policy or a draft, and since when."""

    policy = Text(required=False, max_length=60, help_text="A key, such as general or general@3.")
    draft = serializers.DictField(
        required=False, help_text="A policy's data, or {key, name, order, data}."
    )
    since = Moment()
    until = Moment(required=False)


class Moved(Shape):
    """A deadline that moves."""

    ticket = serializers.CharField()
    kind = one_of(Kind)
    was = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    missed = serializers.BooleanField(help_text="Missed at once.")


class Reckoning(Shape):
    """Open deadlines worked out anew, or what a draft would do to them."""

    id = serializers.IntegerField()
    why = serializers.CharField()
    preview = serializers.BooleanField(help_text="A look only: nothing is changed.")
    state = serializers.ChoiceField(
        choices=["under_way", "done", "cancelled"],
        help_text="Cancelled: somebody stopped it; the counts are of what was looked at by then.",
    )
    finished = serializers.BooleanField(help_text="Done or cancelled.")
    percent = serializers.IntegerField()
    words = serializers.CharField(help_text="412 deadlines move, 3 would be missed at once")
    total = serializers.IntegerField(help_text="Tickets with open deadlines when it began.")
    tickets = serializers.IntegerField(help_text="Looked at so far.")
    deadlines = serializers.IntegerField(help_text="Looked at so far.")
    moved = serializers.IntegerField()
    earlier = serializers.IntegerField(help_text="Of those that move.")
    missed = serializers.IntegerField(help_text="Missed at once.")
    dropped = serializers.IntegerField(help_text="Run no longer.")
    added = serializers.IntegerField(help_text="Begin.")
    failed = serializers.IntegerField(help_text="Tickets that could not be worked out.")
    examples = Moved(many=True, help_text="The most urgent of those that you may see.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    cancelled_by = serializers.CharField(allow_blank=True, help_text="Who stopped the preview.")


class PolicyDraft(Input):
    """A policy as it would be. With a known key it takes the place of that one."""

    key = Text(max_length=40)
    name = Text(required=False, max_length=80)
    order = Whole(required=False, min_value=0, max_value=32767)
    active = serializers.BooleanField(required=False)
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="As in the manual: calendar, match, targets."
    )


class CalendarDraft(Input):
    """A calendar as it would be, with its special days."""

    key = Text(max_length=40)
    is_default = serializers.BooleanField(required=False)
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="tz, hours, holidays, overrides, worked, breaks, joins (keys) …"
    )


class PreviewInput(Input):
    """Drafts that are looked at together."""

    policies = PolicyDraft(many=True, required=False)
    calendars = CalendarDraft(many=True, required=False)
