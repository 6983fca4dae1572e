"""Who may see and change what customers said: those who see, or work on, the ticket."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from feedback.models import Answer, FollowUp, Idea, IdeaVote, Kudos, Survey
from tickets.access import Principal, check_may, visible_tickets
from tickets.catalogue import catalogue
from tickets.errors import Invalid, NotAllowed, NotFound
from tickets.models import Team, User
from tickets.periods import Period
from tickets.rules import Role


def visible_surveys(who: Principal) -> QuerySet[Survey]:
    """Surveys of the tickets that `who` may see."""
    return Survey.objects.filter(ticket__in=visible_tickets(who)).select_related("ticket")


def visible_answers(who: Principal) -> QuerySet[Answer]:
    """Answers about the tickets that `who` may see."""
    return Answer.objects.filter(ticket__in=visible_tickets(who)).select_related(
        "ticket__customer", "ticket__team", "ticket__category"
    )


def visible_followups(who: Principal) -> QuerySet[FollowUp]:
    """Follow-ups on the tickets that `who` may see."""
    return FollowUp.objects.filter(ticket__in=visible_tickets(who)).select_related(
        "ticket", "team", "closed_by"
    )


def access_survey(who: Principal, key: int, *, verb: str = "") -> Survey:
    """One survey; `verb` is what is going to be done to its ticket ("work").

    Raises `NotFound` where it is not there or not for `who`, `NotAllowed` where he may see it but
    not do that.
    """
    row = visible_surveys(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="survey")
    if verb:
        check_may(who, verb, row.ticket)
    return row


def access_followup(who: Principal, key: int, *, verb: str = "") -> FollowUp:
    """One follow-up. Raises as `access_survey` does."""
    row = visible_followups(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="followup")
    if verb:
        check_may(who, verb, row.ticket)
    return row


def visible_ideas(who: Principal) -> Any:
    """Every idea, for everyone who works here or reads feedback, as a query set: with its votes
    counted (`vote_count`), whether his is among them (`voted`), and whether he may see the ticket
    it came of (`shown`)."""
    mine = IdeaVote.objects.filter(idea=OuterRef("pk"), user=who.user)
    seen = visible_tickets(who).filter(pk=OuterRef("ticket"))
    return Idea.objects.select_related("author", "answered_by", "ticket").annotate(
        vote_count=Count("votes"), voted=Exists(mine), shown=Exists(seen.order_by())
    )


def access_idea(who: Principal, key: int) -> Idea:
    """One idea. Raises `NotFound`."""
    row: Idea | None = visible_ideas(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="idea")
    return row


def visible_kudos(who: Principal) -> QuerySet[Kudos]:
    """Thanks, without those about tickets that `who` may not see."""
    seen = Kudos.objects.filter(ticket__isnull=True) | Kudos.objects.filter(
        ticket__in=visible_tickets(who)
    )
    return seen.select_related("to", "by", "ticket")


def check_person(who: Principal) -> User:
    """The person who asks; integrations have no opinions. Raises `NotAllowed`."""
    if who.user is None or who.role is Role.AUDITOR:
        raise NotAllowed(who=_("A person of the desk"))
    return who.user


def may_answer_ideas(who: Principal) -> bool:
    """Whether `who` may say what becomes of an idea: supervisors and those above them."""
    return who.user is not None and who.role in {Role.SUPERVISOR, Role.MANAGER, Role.ADMIN}


def check_answers_ideas(who: Principal) -> User:
    """The person, if he may say what becomes of an idea. Raises `NotAllowed`."""
    user = check_person(who)
    if not may_answer_ideas(who):
        raise NotAllowed(who=_("A supervisor or manager"))
    return user


# -- insight --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InsightScope:
    """What somebody asks insight about, within what he may see."""

    who: Principal
    period: Period
    #: Teams whose complaints count; None for every team.
    teams: frozenset[int] | None
    #: Categories that count; None for every one.
    categories: frozenset[int] | None
    #: As they were asked for.
    team: str = ""
    category: str = ""


def may_compare(who: Principal) -> bool:
    """Whether `who` sees what remedies and exceptions come to: those who watch over others, and
    integrations with `remedies:read`."""
    if who.user is None:
        return "remedies:read" in (who.scopes or ())
    return who.is_supervisor


def insight_scope(
    who: Principal,
    period: Period,
    *,
    team: str = "",
    category: str = "",
    compares: bool = False,
) -> InsightScope:
    """The teams and categories whose sums `who` reads: those whose complaints he sees.

    A team counts as a whole or not at all, so whoever sees a single ticket of another team
    does not see its sums; confidential complaints count for nobody. `category` takes those below
    it in. `compares`: for what remedies and exceptions come to. Raises `NotAllowed`, `Invalid`
    naming a key that fits nothing.
    """
    if compares and not may_compare(who):
        raise NotAllowed(who=_("Those who supervise a team"))
    teams = who.teams
    if team:
        found = Team.objects.filter(key=team).values_list("pk", flat=True).first()
        if found is None or (teams is not None and found not in teams):
            raise Invalid("There is no such team.", field="team")
        teams = frozenset({found})
    categories = None
    if category:
        entries = catalogue().by_id.items()
        categories = frozenset(pk for pk, entry in entries if category in entry.keys)
        if not categories:
            raise Invalid("There is no such category.", field="category")
    return InsightScope(who, period, teams, categories, team, category)
