"""Ideas get votes and an answer; kudos go to somebody else."""

import pytest

from feedback import services as feedback
from feedback.errors import OwnPraise, VotedBefore
from tests.builders import NOW, Desk, make_ticket, user
from tickets.errors import Invalid, Missing


def test_an_idea_collects_votes_and_is_answered(desk: Desk) -> None:
    idea = feedback.suggest_idea(title="Call first", text="Then write", author=desk.alice, now=NOW)
    feedback.vote(idea, user=desk.bob)
    with pytest.raises(VotedBefore):
        feedback.vote(idea, user=desk.bob)
    assert idea.votes.count() == 2
    feedback.answer_idea(idea, status="planned", answer="In May", by=desk.mona, now=NOW)
    assert idea.status == "planned"


def test_an_idea_is_not_put_aside_without_words(desk: Desk) -> None:
    idea = feedback.suggest_idea(title="Call first", text="Then write", author=desk.alice, now=NOW)
    with pytest.raises(Missing):
        feedback.answer_idea(idea, status="declined", answer=" ", by=desk.mona, now=NOW)
    with pytest.raises(Invalid, match="planned, done, declined"):
        feedback.answer_idea(idea, status="new", answer="Hm", by=desk.mona, now=NOW)


def test_kudos_reach_the_colleague_and_the_timeline(desk: Desk) -> None:
    ticket = make_ticket(desk)
    feedback.give_kudos(
        to=desk.alice, words="She stayed late", actor=user(desk.bob), now=NOW, ticket=ticket
    )
    assert ticket.events.get(type="kudos_given").data["to"] == "Alice"
    assert desk.alice.alerts.exists()
    with pytest.raises(OwnPraise):
        feedback.give_kudos(to=desk.bob, words="Me", actor=user(desk.bob), now=NOW)
