"""Surveys, answers, follow-ups, ideas and kudos: read them, and the verbs of people."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from feedback import access, services
from feedback.api import filters, render, shapes
from tickets.access import access_ticket
from tickets.actors import Actor
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import checked, refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.errors import NotFound
from tickets.models import User
from tickets.rules import Channel

KEY = OpenApiParameter("key", int, "path", description="Its id.")


class _Reads(AccessView):
    read_scope = "feedback:read"
    write_scope = "feedback:write"

    def page(self, request: Request, rows: Any, kind: Any, show: Any) -> Response:
        """A page of rows, newest first, narrowed by what was asked."""
        if kind is None:
            refuse_unknown(request.query_params)
        found = checked(rows, request.query_params, kind) if kind else rows
        pages = CursorPages(NEWEST_ID)
        page = pages.take(found, request)
        return pages.get_paginated_response([show(row) for row in page])


class _Does(CommandView):
    read_scope = "feedback:read"
    write_scope = "feedback:write"


class Surveys(_Reads):
    """Who was asked."""

    filterset_class = filters.SurveyFilter

    @operation(
        "surveys_list", "List surveys", tag="feedback", parameters=PAGE, filters=True,
        answers=paged(shapes.Survey),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of surveys, newest first."""
        rows = access.visible_surveys(self.principal)
        return self.page(request, rows, filters.SurveyFilter, render.survey)


class OneSurvey(_Reads):
    """One survey."""

    @operation(
        "surveys_read", "Read a survey", tag="feedback", answers=shapes.Survey, parameters=[KEY]
    )
    def get(self, request: Request, key: int) -> Response:
        """The survey."""
        return Response(render.survey(access.access_survey(self.principal, key)))


class AnswerSurvey(_Does):
    """Take an answer."""

    @operation(
        "surveys_answer", "Record a customer's answer", tag="feedback", request=shapes.AnswerInput,
        answers={201: shapes.Answer}, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What the customer said on the phone or in your own survey. Once for each survey."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Record it."""
        survey = access.access_survey(self.principal, kwargs["key"], verb="work")
        data = dict(self.parse(shapes.AnswerInput))
        answer = services.record_answer(
            survey,
            words=data.pop("words", ""),
            scores=data,
            actor=Actor.of_customer(survey.ticket.customer),
            channel=Channel.PHONE if self.principal.user else Channel.API,
            now=self.now,
        )
        row = access.visible_answers(self.principal).get(pk=answer.pk)
        return Response(render.answer(row), status=201)


class Answers(_Reads):
    """What customers said."""

    filterset_class = filters.AnswerFilter

    @operation(
        "answers_list", "List answers", tag="feedback", parameters=PAGE, filters=True,
        answers=paged(shapes.Answer),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of answers, newest first."""
        rows = access.visible_answers(self.principal)
        return self.page(request, rows, filters.AnswerFilter, render.answer)


class FollowUps(_Reads):
    """Who still has to be called."""

    filterset_class = filters.FollowUpFilter

    @operation(
        "followups_list", "List follow-ups", tag="feedback", parameters=PAGE, filters=True,
        answers=paged(shapes.FollowUp),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of follow-ups, newest first."""
        rows = access.visible_followups(self.principal)
        return self.page(request, rows, filters.FollowUpFilter, render.followup)


class CloseFollowUp(_Does):
    """The customer was called."""

    @operation(
        "followups_close", "Close a follow-up", tag="feedback", request=shapes.CloseInput,
        answers=shapes.FollowUp, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Say what came of it; its deadline is met."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Close it."""
        row = access.access_followup(self.principal, kwargs["key"], verb="work")
        data = self.parse(shapes.CloseInput)
        services.close_followup(
            row, result=data["result"], actor=self.actor, now=self.now, seen=self.seen
        )
        return Response(render.followup(access.access_followup(self.principal, row.pk)))


class Ideas(_Does):
    """Ways to do something better."""

    filterset_class = filters.IdeaFilter

    @operation(
        "ideas_list", "List ideas", tag="feedback", parameters=PAGE, filters=True,
        answers=paged(shapes.Idea),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of ideas, newest first."""
        rows = access.visible_ideas(self.principal)
        found = checked(rows, request.query_params, filters.IdeaFilter)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(found, request)
        return pages.get_paginated_response([render.idea(row) for row in page])

    @operation(
        "ideas_create", "Suggest an idea", tag="feedback", request=shapes.IdeaInput,
        answers={201: shapes.Idea},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Suggest it."""
        author = access.check_person(self.principal)
        data = self.parse(shapes.IdeaInput)
        number = data.get("ticket")
        idea = services.suggest_idea(
            title=data["title"],
            text=data["text"],
            author=author,
            ticket=access_ticket(self.principal, number) if number else None,
            now=self.now,
        )
        return Response(render.idea(access.access_idea(self.principal, idea.pk)), status=201)


class VoteForIdea(_Does):
    """Add a voice."""

    @operation(
        "ideas_vote", "Vote for an idea", tag="feedback", answers=shapes.Idea, parameters=[KEY]
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Once for each person."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Vote."""
        idea = access.access_idea(self.principal, kwargs["key"])
        services.vote(idea, user=access.check_person(self.principal))
        return Response(render.idea(access.access_idea(self.principal, idea.pk)))

    @operation(
        "ideas_take_back", "Take your vote for an idea back", tag="feedback",
        answers={200: shapes.Idea}, parameters=[KEY],
    )  # fmt: skip
    def delete(self, request: Request, key: int) -> Response:
        """Where you have not voted, this is a 409."""
        user = access.check_person(self.principal)
        idea = access.access_idea(self.principal, key)
        services.take_back(idea, user=user)
        return Response(render.idea(access.access_idea(self.principal, idea.pk)))


class AnswerIdea(_Does):
    """Say what becomes of it."""

    @operation(
        "ideas_answer", "Answer an idea", tag="feedback", request=shapes.IdeaAnswerInput,
        answers=shapes.Idea, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """For supervisors and managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Answer it."""
        by = access.check_answers_ideas(self.principal)
        idea = access.access_idea(self.principal, kwargs["key"])
        data = dict(self.parse(shapes.IdeaAnswerInput))
        if "seen_answered_at" in data:
            data["seen"] = data.pop("seen_answered_at")
        services.answer_idea(idea, **data, by=by, now=self.now)
        return Response(render.idea(access.access_idea(self.principal, idea.pk)))


class AllKudos(_Does):
    """Thanks among colleagues."""

    @operation(
        "kudos_list", "List kudos", tag="feedback", parameters=PAGE, answers=paged(shapes.Kudos)
    )
    def get(self, request: Request) -> Response:
        """A page of kudos, newest first."""
        refuse_unknown(request.query_params)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(access.visible_kudos(self.principal), request)
        return pages.get_paginated_response([render.kudos(row) for row in page])

    @operation(
        "kudos_create", "Thank a colleague", tag="feedback", request=shapes.KudosInput,
        answers={201: shapes.Kudos},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """From a person, or from a customer through an integration."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Thank."""
        data = self.parse(shapes.KudosInput)
        to = User.objects.filter(pk=data["to"], is_active=True).first()
        if to is None:
            raise NotFound(field="to")
        number = data.get("ticket")
        if self.principal.user is not None:
            access.check_person(self.principal)
        made = services.give_kudos(
            to=to,
            words=data["words"],
            actor=self.actor,
            ticket=access_ticket(self.principal, number) if number else None,
            now=self.now,
        )
        row = access.visible_kudos(self.principal).get(pk=made.pk)
        return Response(render.kudos(row), status=201)
