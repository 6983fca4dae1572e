"""Ideas and thanks. They are not tickets: nothing here is measured."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from feedback.errors import OwnPraise, VotedBefore
from feedback.models import Idea, IdeaVote, Kudos
from feedback.rules import FeedbackEvent, IdeaStatus
from tickets.actors import Actor
from tickets.change import changing
from tickets.errors import Invalid, Missing
from tickets.models import Ticket, User
from tickets.saying import Phrase
from tickets.services.texts import clean_line, needed


def suggest_idea(
    *, title: str, text: str, author: User, now: dt.datetime, ticket: Ticket | None = None
) -> Idea:
    """Say how something could be done better. Its author votes for it. Raises `Missing`."""
    line = clean_line(title, field="title", limit=160)
    if not line:
        raise Missing(what=_("the idea in one line"), field="title")
    body = needed(text, what=_("what would change"), field="text", limit=4000)
    with transaction.atomic():
        idea = Idea.objects.create(
            title=line, text=body, author=author, ticket=ticket, created_at=now
        )
        IdeaVote.objects.create(idea=idea, user=author)
    return idea


def vote(idea: Idea, *, user: User) -> None:
    """Add a voice. Raises `VotedBefore`."""
    try:
        with transaction.atomic():
            IdeaVote.objects.create(idea=idea, user=user)
    except IntegrityError:
        raise VotedBefore(field="idea") from None


def answer_idea(idea: Idea, *, status: str, answer: str, by: User, now: dt.datetime) -> Idea:
    """Tell what becomes of an idea: planned, done or declined, always with words."""
    allowed = [member.value for member in IdeaStatus if member is not IdeaStatus.NEW]
    if status not in allowed:
        raise Invalid("An idea becomes one of: {known}.", known=", ".join(allowed), field="status")
    words = needed(answer, what=_("an answer"), field="answer", limit=4000)
    idea.status, idea.answer, idea.answered_by, idea.answered_at = status, words, by, now
    idea.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    return idea


def give_kudos(
    *, to: User, words: str, actor: Actor, now: dt.datetime, ticket: Ticket | None = None
) -> Kudos:
    """Thank a colleague, where it was about a ticket in its timeline too. Raises `OwnPraise`."""
    text = needed(words, what=_("what the thanks are for"), field="words", limit=1000)
    if actor.user is not None and actor.user.pk == to.pk:
        raise OwnPraise(field="to")
    with transaction.atomic():
        kudos = Kudos.objects.create(
            to=to, by=actor.user, ticket=ticket, words=text, created_at=now
        )
        if ticket is not None:
            with changing(ticket, actor=actor, now=now) as change:
                change.record(FeedbackEvent.KUDOS_GIVEN, data={"to": to.name, "words": text})
                said = Phrase("{name} thanks you: {words}", name=actor.name, words=text)
                change.alert(to, key=f"kudos:{kudos.pk}", text=said)
    return kudos
