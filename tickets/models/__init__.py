"""What is stored about people, customers, tickets and what happened to them."""

from tickets.models.alerts import Alert as Alert
from tickets.models.alerts import AlertSettings as AlertSettings
from tickets.models.alerts import Untold as Untold
from tickets.models.config import Category as Category
from tickets.models.config import FactDefinition as FactDefinition
from tickets.models.config import RootCause as RootCause
from tickets.models.customers import ContactPoint as ContactPoint
from tickets.models.customers import Customer as Customer
from tickets.models.customers import ExternalId as ExternalId
from tickets.models.idempotency import IdempotentRequest as IdempotentRequest
from tickets.models.parts import Attachment as Attachment
from tickets.models.parts import CorrectiveAction as CorrectiveAction
from tickets.models.parts import Message as Message
from tickets.models.parts import Point as Point
from tickets.models.parts import TicketLink as TicketLink
from tickets.models.parts import TicketPerson as TicketPerson
from tickets.models.people import Membership as Membership
from tickets.models.people import Team as Team
from tickets.models.people import User as User
from tickets.models.reviews import Recourse as Recourse
from tickets.models.reviews import Review as Review
from tickets.models.search import Follower as Follower
from tickets.models.search import SearchEntry as SearchEntry
from tickets.models.stream import Event as Event
from tickets.models.stream import Outbox as Outbox
from tickets.models.tickets import Ticket as Ticket
