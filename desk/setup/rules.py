"""The words of the settings. Pure."""

from enum import StrEnum


class Deed(StrEnum):
    """What was done to a document."""

    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"
    RESTORED = "restored"
    #: Found otherwise than it was left: changed in the admin or by a command.
    FOUND = "found"


class Way(StrEnum):
    """How it came in."""

    PAGE = "page"
    API = "api"
    FILE = "file"
    START = "start"
    OTHER = "other"


class Step(StrEnum):
    """The steps of the guided start, in their order."""

    TEAM = "team"
    HOLIDAYS = "holidays"
    CATEGORIES = "categories"
    POLICIES = "policies"
    PEOPLE = "people"
    MAIL = "mail"
    FORM = "form"
