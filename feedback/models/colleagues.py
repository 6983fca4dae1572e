"""Ideas to do things better, and thanks among colleagues."""

from django.db import models
from django.db.models import F, Q

from feedback.rules import IdeaStatus
from tickets.models import Ticket, User
from tickets.models.choices import choices_of, one_of


class Idea(models.Model):
    """A way to do something better. It gets votes, and an answer."""

    title = models.CharField(max_length=160)
    text = models.TextField(max_length=4000)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ideas")
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="ideas"
    )
    status = models.CharField(
        max_length=10, choices=choices_of(IdeaStatus), default=IdeaStatus.NEW.value
    )
    answer = models.TextField(blank=True, max_length=4000)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("status", IdeaStatus, "idea_status_known"),
            models.CheckConstraint(
                condition=Q(status="new") | ~Q(answer=""), name="idea_decided_has_answer"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IdeaVote(models.Model):
    """One voice for an idea."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="votes", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idea_votes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "user"], name="idea_vote_once")]

    def __str__(self) -> str:
        return f"{self.user} for {self.idea_id}"


class Kudos(models.Model):
    """Thanks to a colleague, from a colleague or a customer."""

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="kudos")
    by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="kudos_given"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="kudos"
    )
    words = models.TextField(max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "kudos"
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=True) | ~Q(by=F("to")), name="kudos_not_to_self"
            )
        ]

    def __str__(self) -> str:
        return f"kudos to {self.to}"
