"""What insight reads: what each ticket gives to it, and the sums of that by day.

Both are kept by feedback.services.insight from the stream of events, and made anew by `manage.py
rollups rebuild`; nothing else depends on them.
"""

from django.db import models
from django.db.models import Q

from feedback.insight.measures import Measure
from tickets.models import Category, Team, Ticket
from tickets.models.choices import choices_of, one_of


class Counted(models.Model):
    """Something that is counted on a day: see feedback.insight.measures for what each means."""

    measure = models.CharField(max_length=16, choices=choices_of(Measure))
    key = models.CharField(max_length=60, blank=True)
    bucket = models.SmallIntegerField()
    day = models.DateField()
    #: Where the ticket stands now.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    n = models.IntegerField()
    total = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class Tally(Counted):
    """What one ticket gives to one sum. The list of tickets behind a figure is read from these."""

    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="tallies",
        db_index=False,  # tally_once begins with it
    )

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            # The keeper compares what a ticket gives with what it gave: by its beginning.
            models.UniqueConstraint(
                fields=["ticket", "measure", "key", "bucket", "day"], name="tally_once"
            ),
            models.CheckConstraint(condition=Q(n__gt=0), name="tally_counts_something"),
            one_of("measure", Measure, "tally_measure_known"),
        ]
        indexes = [
            # The tickets behind a figure, newest first.
            models.Index(fields=["measure", "key", "day", "id"], name="tally_behind_figure"),
            # The same of a figure of all keys, and of one of its buckets.
            models.Index(fields=["measure", "day", "id"], name="tally_behind_measure"),
            models.Index(fields=["measure", "bucket", "day", "id"], name="tally_behind_bucket"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} of {self.ticket_id} on {self.day}"


class Rollup(Counted):
    """The sum of the tallies of a day, by team, category and what is counted."""

    class Meta:
        constraints = [
            # Pages of insight read a measure over a range of days; the keeper writes by all of it.
            models.UniqueConstraint(
                fields=["measure", "day", "team", "category", "key", "bucket"], name="rollup_once"
            ),
            # A sum that would fall below one is deleted: less than nothing is a mistake.
            models.CheckConstraint(condition=Q(n__gt=0), name="rollup_counts_something"),
            one_of("measure", Measure, "rollup_measure_known"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} on {self.day}: {self.n}"
