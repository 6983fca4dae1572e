"""Ideas and thanks. They are not tickets: nothing here is measured."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from feedback.errors import AnsweredMeanwhile, NotVoted, OwnPraise, VotedBefore
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
    """Say how something could be done better; its author votes for it. What came of a ticket is
    told in its timeline. Raises `Missing`."""
    line = clean_line(title, field="title", limit=160)
    if not line:
        raise Missing(what=_("the idea in one line"), field="title")
    body = needed(text, what=_("what would change"), field="text", limit=4000)
    with transaction.atomic():
        idea = Idea.objects.create(
            title=line, text=body, author=author, ticket=ticket, created_at=now
        )
        IdeaVote.objects.create(idea=idea, user=author)
        if ticket is not None:
            with changing(ticket, actor=Actor.of_user(author), now=now) as change:
                data = {"idea": idea.pk, "title": line}
                change.record(FeedbackEvent.IDEA_SUGGESTED, data=data)
    return idea


def vote(idea: Idea, *, user: User) -> None:
    """Add a voice. Raises `VotedBefore`."""
    try:
        with transaction.atomic():
            IdeaVote.objects.create(idea=idea, user=user)
    except IntegrityError:
        raise VotedBefore(field="idea") from None


def take_back(idea: Idea, *, user: User) -> None:
    """Take a voice away again. Raises `NotVoted`."""
    gone, _models = IdeaVote.objects.filter(idea=idea, user=user).delete()
    if not gone:
        raise NotVoted(field="idea")


#: Whoever answers says nothing about what he saw before.
UNSAID = object()


def answer_idea(
    idea: Idea,
    *,
    status: str,
    answer: str,
    by: User,
    now: dt.datetime,
    seen: dt.datetime | object | None = UNSAID,
) -> Idea:
    """Tell what becomes of an idea: planned, done or declined, always with words.

    An answer may be given anew as things go on; `seen` is when the one that its writer saw was
    given, None for none. Its author hears of it where it came of a ticket. Raises `Invalid`,
    `Missing`, `AnsweredMeanwhile` where another answer came since.
    """
    allowed = [member.value for member in IdeaStatus if member is not IdeaStatus.NEW]
    if status not in allowed:
        raise Invalid("An idea becomes one of: {known}.", known=", ".join(allowed), field="status")
    words = needed(answer, what=_("an answer"), field="answer", limit=4000)
    with transaction.atomic():
        row = Idea.objects.select_for_update(of=["self"]).select_related("ticket").get(pk=idea.pk)
        if seen is not UNSAID and seen != row.answered_at:
            raise AnsweredMeanwhile(field="answer")
        row.status, row.answer, row.answered_by, row.answered_at = status, words, by, now
        row.save(update_fields=["status", "answer", "answered_by", "answered_at"])
        if row.ticket is not None:
            _tell_answered(row, row.ticket, by=by, now=now)
    idea.refresh_from_db()
    return idea


def _tell_answered(idea: Idea, ticket: Ticket, *, by: User, now: dt.datetime) -> None:
    """In the timeline of the ticket that it came of, and to its author."""
    with changing(ticket, actor=Actor.of_user(by), now=now) as change:
        data = {
            "idea": idea.pk, "title": idea.title, "status": idea.status, "answer": idea.answer
        }  # fmt: skip
        change.record(FeedbackEvent.IDEA_ANSWERED, data=data)
        if idea.author_id != by.pk:
            said = Phrase("{name} answered your idea “{title}”", name=by.name, title=idea.title)
            change.alert(idea.author, key=f"idea:{idea.pk}:{int(now.timestamp())}", text=said)


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
