"""Whom a note mentions, and who can be mentioned."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from desk.words import listed
from tickets.access import people_who_see
from tickets.mentions import mentions_in
from tickets.models import Ticket, User


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Those who are told; what is to be said about others; why it can't be told who is meant."""

    people: tuple[User, ...] = ()
    words: str = ""
    unclear: str = ""


def find_mentioned(body: str, ticket: Ticket) -> Mentioned:
    """Whom "@Bob" in a note means, among those who may see the ticket. No query without an "@",
    one with it, and one more where a name is nobody's of them."""
    if "@" not in body:
        return Mentioned()
    seeing = {user.pk: user for user in people_who_see(ticket)}
    found = mentions_in(body, [(key, user.name) for key, user in seeing.items()])
    if found.unclear:
        said, names = found.unclear[0]
        return Mentioned(
            unclear=(
                _("@%(said)s could be %(names)s. Write the whole name.")
                % {"said": said, "names": listed(list(names), joint=_("or"))}
            )
        )
    told = tuple(seeing[key] for key in found.people)
    words = _("%(names)s told.") % {"names": listed([user.name for user in told])} if told else ""
    return Mentioned(told, f"{words} {_others(found.nobody, ticket, seeing)}".strip())


def _others(said: tuple[str, ...], ticket: Ticket, seeing: dict[int, User]) -> str:
    """Colleagues who were named and do not see the ticket."""
    names = []
    for word in said[:5]:
        others = User.objects.filter(is_active=True, name__istartswith=word)
        names += [user.name for user in others.exclude(pk__in=list(seeing))[:2]]
    if not names:
        return ""
    return _("Not told, since they may not see this ticket: %(names)s.") % {"names": listed(names)}
