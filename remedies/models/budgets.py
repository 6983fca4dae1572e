"""What a person or a team may give away in a period."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from remedies.rules.periods import Every
from tickets.models import Team, User
from tickets.models.choices import choices_of, one_of


class Budget(models.Model):
    """Goodwill of one person, or on the tickets of one team, in each calendar period.

    Minor units of one currency. Beside the limits of `Authority`: both have to hold. Sums set by
    law and proven loss do not count. What a person gives by an exception counts for the team.
    """

    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount = models.PositiveBigIntegerField(help_text="Minor units, in one period.")
    every = models.CharField(
        max_length=8, choices=choices_of(Every), default=Every.MONTH.value,
        help_text="When it begins anew, by the calendar in UTC.",
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("every", Every, "budget_period_known"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True)
                | Q(user__isnull=True, team__isnull=False),
                name="budget_of_one",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="budget_currency_form"
            ),
            models.UniqueConstraint(
                fields=["user", "currency", "every"],
                condition=Q(user__isnull=False),
                name="budget_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["team", "currency", "every"],
                condition=Q(team__isnull=False),
                name="budget_of_team_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.team} {self.currency} each {self.every}"
