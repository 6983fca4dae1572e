"""What comes in and goes out: surveys, answers, follow-ups, ideas, kudos."""

from rest_framework import serializers

from feedback.rules import DIMENSIONS, HIGHEST, LOWEST, IdeaStatus, SurveyStatus
from tickets.api.fields import Input, Text
from tickets.api.shapes import Person, Shape, one_of


class Survey(Shape):
    """One question to one customer about one complaint. Its secret link is not told."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    status = one_of(SurveyStatus)
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class Scores(Shape):
    """From 1 (very poor) to 5 (very good); null where it was not said."""

    handling = serializers.IntegerField(allow_null=True)
    result = serializers.IntegerField(allow_null=True)
    effort = serializers.IntegerField(allow_null=True)
    felt_heard = serializers.IntegerField(allow_null=True)
    fair = serializers.IntegerField(allow_null=True)


class Answer(Shape):
    """What the customer said."""

    id = serializers.IntegerField()
    survey = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    team = serializers.CharField()
    category = serializers.CharField()
    scores = Scores()
    words = serializers.CharField(allow_blank=True)
    channel = serializers.CharField()
    at = serializers.DateTimeField()


class FollowUp(Shape):
    """That somebody gets in touch with a customer who was not content."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    answer = serializers.IntegerField()
    team = serializers.CharField()
    why = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = Person(allow_null=True)
    result = serializers.CharField(allow_blank=True)


class Idea(Shape):
    """A way to do something better."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    author = Person()
    ticket = serializers.CharField(
        allow_null=True, help_text="The number of the ticket it came of, if you may see it."
    )
    status = one_of(IdeaStatus)
    votes = serializers.IntegerField()
    voted = serializers.BooleanField(help_text="Whether one of them is yours.")
    answer = serializers.CharField(allow_blank=True)
    answered_by = Person(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class Kudos(Shape):
    """Thanks to a colleague."""

    id = serializers.IntegerField()
    to = Person()
    by = Person(allow_null=True)
    ticket = serializers.CharField(allow_null=True, help_text="Its number.")
    words = serializers.CharField()
    created_at = serializers.DateTimeField()


def _score(name: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=LOWEST,
        max_value=HIGHEST,
        help_text=DIMENSIONS[name],
    )


class AnswerInput(Input):
    """What the customer said on the phone, say; at least one of these."""

    handling = _score("handling")
    result = _score("result")
    effort = _score("effort")
    felt_heard = _score("felt_heard")
    fair = _score("fair")
    words = Text(max_length=4000, required=False)


class CloseInput(Input):
    """What came of it."""

    result = Text(max_length=2000)


class IdeaInput(Input):
    """An idea."""

    title = Text(max_length=160)
    text = Text(max_length=4000)
    ticket = serializers.CharField(required=False, help_text="The number of a ticket behind it.")


class IdeaAnswerInput(Input):
    """What becomes of an idea, and why."""

    status = serializers.ChoiceField(
        choices=[(s.value, s.value) for s in IdeaStatus if s is not IdeaStatus.NEW]
    )
    answer = Text(max_length=4000)
    seen_answered_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="`answered_at` as you saw it: 409 if somebody answered since.",
    )


class KudosInput(Input):
    """Thanks to a colleague."""

    to = serializers.IntegerField(help_text="The id of a user.")
    words = Text(max_length=1000)
    ticket = serializers.CharField(required=False, help_text="The number of a ticket behind it.")
