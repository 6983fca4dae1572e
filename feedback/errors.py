"""How giving and taking feedback can be refused."""

from tickets.errors import Conflict, DomainError, Invalid


class AnsweredBefore(Conflict):
    """You answered this survey already. Thank you; nothing needs to be done."""

    code = "answered_before"


class SurveyOver(DomainError):
    """This survey has ended. You can still write to us on your complaint's page."""

    code = "survey_over"
    status = 410


class ScoreInvalid(Invalid):
    """A score goes from 1 to 5."""

    code = "score_invalid"


class VotedBefore(Conflict):
    """You voted for this idea already."""

    code = "voted_before"


class NotVoted(Conflict):
    """You have not voted for this idea, so there is nothing to take back."""

    code = "not_voted"


class AnsweredMeanwhile(Conflict):
    """Somebody else answered this idea while you wrote. Read that answer first; yours is kept."""

    code = "answered_meanwhile"


class OwnPraise(Conflict):
    """Kudos go to somebody else."""

    code = "own_praise"
