"""Every section, in the order in which a file is read: what is referred to comes first."""

from desk.setup.section import add
from desk.setup.sections.catalogue import Categories, Causes, CommonFacts, RecourseSection
from desk.setup.sections.deadlines import DeadlinePolicies, Paths
from desk.setup.sections.feedback import Surveys
from desk.setup.sections.hours import Calendars, Rotas
from desk.setup.sections.limits import Authorities, Budgets, Levels
from desk.setup.sections.people import People, Teams
from desk.setup.sections.policies import PainSchemes, RemedyPolicies
from desk.setup.sections.texts import ReusableTexts

for _section in (
    People(), Teams(), CommonFacts(), Categories(), Causes(), RecourseSection(), Calendars(),
    Rotas(), Paths(), DeadlinePolicies(), RemedyPolicies(), PainSchemes(), Authorities(),
    Budgets(), Levels(), Surveys(), ReusableTexts(),
):  # fmt: skip
    add(_section)
