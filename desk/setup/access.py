"""Who may see and change how the desk is set up: managers and administrators, and integrations
that were given it. Everybody else is refused."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.setup.section import Section
from tickets.access import Principal
from tickets.errors import NotAllowed
from tickets.rules import Role

WHO = gettext_lazy("A manager")
ADMIN = gettext_lazy("An administrator")


def may_see(who: Principal) -> bool:
    """Managers and administrators; clients with `config:read` that see all teams."""
    if who.user is not None:
        return who.user.is_staff
    return "config:read" in (who.scopes or ()) and who.teams is None


def check_may_see(who: Principal) -> None:
    """Raises `NotAllowed`."""
    if not may_see(who):
        raise NotAllowed(who=str(WHO))


def check_may_change(who: Principal, section: Section | None = None) -> None:
    """With `config:write`; people and limits are changed in person. Raises `NotAllowed`."""
    check_may_see(who)
    if who.user is not None:
        return
    if "config:write" not in (who.scopes or ()):
        raise NotAllowed(who=_("A client with config:write"))
    if section is not None and section.in_person:
        raise NotAllowed(who=_("A person who is signed in"))


def is_admin(who: Principal) -> bool:
    """Whether this is an administrator, in person."""
    return who.role is Role.ADMIN


def check_admin(who: Principal) -> None:
    """Raises `NotAllowed`."""
    if not is_admin(who):
        raise NotAllowed(who=str(ADMIN))
