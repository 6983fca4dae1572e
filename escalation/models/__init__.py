"""Calendars, policies and paths; deadlines with their pauses, extensions and escalations."""

from escalation.models.climbs import Climb as Climb
from escalation.models.climbs import Spell as Spell
from escalation.models.config import CalendarDay as CalendarDay
from escalation.models.config import DeadlinePolicy as DeadlinePolicy
from escalation.models.config import EscalationPath as EscalationPath
from escalation.models.config import WorkCalendar as WorkCalendar
from escalation.models.deadlines import Deadline as Deadline
from escalation.models.deadlines import Escalation as Escalation
from escalation.models.deadlines import Extension as Extension
from escalation.models.deadlines import Pause as Pause
from escalation.models.duty import DutySlot as DutySlot
from escalation.models.duty import Rota as Rota
from escalation.models.rederiving import Rederivation as Rederivation
from escalation.models.rederiving import RederivationPart as RederivationPart
from escalation.models.simulations import Simulation as Simulation
from escalation.models.simulations import SimulationState as SimulationState
