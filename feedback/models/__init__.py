"""What customers said, what we did about it, and what colleagues said to each other."""

from feedback.models.colleagues import Idea as Idea
from feedback.models.colleagues import IdeaVote as IdeaVote
from feedback.models.colleagues import Kudos as Kudos
from feedback.models.insight import Rollup as Rollup
from feedback.models.insight import Tally as Tally
from feedback.models.surveys import Answer as Answer
from feedback.models.surveys import FollowUp as FollowUp
from feedback.models.surveys import Survey as Survey
from feedback.models.surveys import SurveySettings as SurveySettings
