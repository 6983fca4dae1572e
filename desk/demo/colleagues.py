"""Ideas and thanks among those who work at the demo desk."""

from typing import Any

from desk.demo.content import read
from desk.demo.playing import Play
from feedback import services as feedback
from tickets.actors import Actor
from tickets.models import Ticket


def tell_ideas(play: Play) -> None:
    """Suggest, vote and answer as the content says."""
    people, moments = play.firm.people, play.moments
    for raw in read("colleagues")["ideas"]:
        idea = feedback.suggest_idea(
            title=raw["title"],
            text=raw["text"],
            author=people[raw["by"]],
            now=moments.read(raw["at"]),
            ticket=_ticket(play, raw),
        )
        for key in raw["votes"]:
            feedback.vote(idea, user=people[key])
        if answer := raw.get("answer"):
            feedback.answer_idea(
                idea,
                status=answer["status"],
                answer=answer["text"],
                by=people[answer["by"]],
                now=moments.read(answer["at"]),
            )


def give_thanks(play: Play) -> None:
    """Kudos, each at its moment."""
    for raw in read("colleagues")["kudos"]:
        feedback.give_kudos(
            to=play.firm.people[raw["to"]],
            words=raw["words"],
            actor=Actor.of_user(play.firm.people[raw["by"]]),
            now=play.moments.read(raw["at"]),
            ticket=_ticket(play, raw),
        )


def _ticket(play: Play, raw: dict[str, Any]) -> Ticket | None:
    """The ticket of the case that it came of, where that is told."""
    played = play.played.get(raw.get("case", ""))
    return played.ticket if played is not None else None
