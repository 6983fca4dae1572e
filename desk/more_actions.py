"""Actions on a ticket that are done less often: behind "More" on its page."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.actions import OPEN, Action, Doing, register
from desk.build.team import colleagues
from desk.forms import more as forms
from desk.forms.ideas import TicketIdeaForm, TicketThanksForm
from desk.forms.ticket import NoFields, ReasonForm
from desk.said import Said
from escalation.models import Deadline
from escalation.services.manual import escalate_by_hand
from feedback.access import check_person
from feedback.models import FollowUp
from feedback.services import close_followup, give_kudos, suggest_idea
from tickets import services
from tickets.access import access_ticket, visible_tickets
from tickets.catalogue import catalogue
from tickets.errors import named_as
from tickets.facts import words_of
from tickets.money import Money
from tickets.services import pairing
from tickets.services.dividing import usual_share

#: So many other tickets of a customer are there to choose from.
OTHERS_SHOWN = 20


def _promises(do: Doing) -> dict[str, Any]:
    rows = Deadline.objects.open().filter(ticket=do.ticket, kind="promise").order_by("due_at")
    return {"promises": list(rows), "zone": do.zone, "now": do.now}


def _kept(do: Doing) -> str:
    services.keep_promise(
        do.ticket, int(do.data["promise"]), actor=do.actor, now=do.now, seen=do.seen
    )
    return _("Kept.")


def _followups(do: Doing) -> dict[str, Any]:
    return {"followups": list(FollowUp.objects.filter(ticket=do.ticket, closed_at=None))}


def _follow_up(do: Doing) -> str:
    close_followup(
        do.data["followup"],
        result=do.data["result"],
        actor=do.actor,
        now=do.now,
        seen=do.seen,
    )
    return _("The follow-up is closed.")


def _everyone(do: Doing) -> dict[str, Any]:
    return {"people": colleagues(do.who, do.now)}


def _change(do: Doing) -> str:
    services.add_corrective_action(
        do.ticket,
        text=do.data["text"],
        owner=do.data["owner"],
        due_on=do.data["due_on"],
        actor=do.actor,
        now=do.now,
    )
    return _("Noted: this is going to change.")


def _others(do: Doing) -> dict[str, Any]:
    """Other tickets of the same customer that the reader may see, the newest first."""
    rows = visible_tickets(do.who).filter(customer=do.ticket.customer_id).exclude(pk=do.ticket.pk)
    found = (
        rows.filter(merged_into=None)
        .order_by("-received_at", "-pk")
        .values_list("number", "subject")
    )
    return {"others": list(found[:OTHERS_SHOWN])}


def _link(do: Doing) -> str:
    with named_as(ticket="other", number="other"):
        other = access_ticket(do.who, do.data["other"])
    act = pairing.link_undoably(do.who, do.ticket, other, do.data["kind"], now=do.now)
    return Said.of(
        (_("Linked with %(number)s.") % {"number": other.number}), undo=act.pk if act else None
    )


def _unlink(do: Doing) -> str:
    with named_as(ticket="other", number="other"):
        other = access_ticket(do.who, do.data["other"])
    act = pairing.unlink_undoably(
        do.who, do.ticket, other, do.data["kind"], from_there=do.data["from_there"], now=do.now
    )
    words = _("No longer linked with %(number)s.") % {"number": other.number}
    return Said.of(words, undo=act.pk if act else None)


def _merge(do: Doing) -> str:
    with named_as(ticket="other", number="other"):
        other = access_ticket(do.who, do.data["other"], verb="work")
    act = pairing.merge_undoably(
        do.who, do.ticket, other, reason=do.data["reason"], now=do.now, seen=do.seen
    )
    words = _("%(number)s is part of this ticket now.") % {"number": other.number}
    return Said.of(words, undo=act.pk if act else None)


def _points(do: Doing) -> dict[str, Any]:
    entry = catalogue().entry(do.ticket.category_id)
    zone = do.ticket.customer.time_zone
    facts = []
    for name, value in do.ticket.facts.items():
        spec = entry.facts.get(name)
        words = f"{spec.label}: {words_of(spec, value, zone=zone)}" if spec else name
        facts.append((name, words, usual_share(name, old=entry, new=entry)))
    return {"points": list(do.ticket.points.all()), "facts": facts}


def _split(do: Doing) -> str:
    new, act = pairing.split_undoably(
        do.who,
        do.ticket,
        do.data["points"],
        subject=do.data["subject"],
        reason=do.data["reason"],
        facts=do.data["facts"],
        now=do.now,
        seen=do.seen,
    )
    return Said.of(
        (_("Split off: %(number)s.") % {"number": new.number}), undo=act.pk if act else None
    )


def _categories(do: Doing) -> dict[str, Any]:
    entries = sorted(catalogue().by_key.values(), key=lambda entry: entry.path)
    found = [(e.category.key, " · ".join(e.path)) for e in entries if e.category.active]
    return {"categories": found}


def _category(do: Doing) -> str:
    services.change_category(
        do.ticket, do.data["category"], actor=do.actor, now=do.now, seen=do.seen
    )
    return _("Filed elsewhere.")


def _team(do: Doing) -> str:
    services.move_to_team(
        do.ticket,
        do.data["team"],
        brief=do.data["brief"],
        actor=do.actor,
        now=do.now,
        seen=do.seen,
    )
    return _("Given to %(name)s.") % {"name": do.data["team"].name}


def _external(do: Doing) -> str:
    services.escalate_to_external(
        do.ticket, body=do.data["body"], actor=do.actor, now=do.now, seen=do.seen
    )
    return _("Noted: an outside body has it.")


def _subject(do: Doing) -> str:
    services.change_subject(do.ticket, do.data["subject"], actor=do.actor, now=do.now, seen=do.seen)
    return _("The matter is said in other words.")


def _loss(do: Doing) -> str:
    typed = do.data.get("amount") or ""
    loss = Money.typed(typed, do.data["currency"]) if typed else None
    services.set_loss(do.ticket, loss, actor=do.actor, now=do.now, seen=do.seen)
    return _("Loss noted. The offer is worked out anew.")


def _confidential(do: Doing) -> str:
    services.set_confidential(
        do.ticket, not do.ticket.confidential, actor=do.actor, now=do.now, seen=do.seen
    )
    return (
        _("Only its owner and those named see it now.")
        if not do.ticket.confidential
        else (_("Its team sees it again."))
    )


def _person(do: Doing) -> str:
    person = do.data["person"]
    done = {
        "named": services.name_person,
        "complained_about": services.complain_about,
        "unnamed": services.unname_person,
    }
    done[do.data["relation"]](do.ticket, person, actor=do.actor, now=do.now)
    words = {
        "named": (_("%(person)s may see it.") % {"person": person.name}),
        "complained_about": (
            _("%(person)s does not see it, and no team does.") % {"person": person.name}
        ),
        "unnamed": (_("%(person)s is off this ticket.") % {"person": person.name}),
    }
    return words[do.data["relation"]]


def _me(do: Doing) -> dict[str, Any]:
    return {"me": do.actor.user}


def _idea(do: Doing) -> str:
    suggest_idea(
        title=do.data["title"],
        text=do.data["text"],
        author=check_person(do.who),
        ticket=do.ticket,
        now=do.now,
    )
    return _("Told. Others can vote for it now, and it gets an answer.")


def _thanks(do: Doing) -> str:
    to = do.data["to"]
    give_kudos(to=to, words=do.data["words"], actor=do.actor, ticket=do.ticket, now=do.now)
    return _("%(name)s is thanked.") % {"name": to.name}


def _call_above(do: Doing) -> str:
    row = escalate_by_hand(
        do.ticket, reason=do.data["reason"], actor=do.actor, now=do.now, seen=do.seen
    )
    return _("Called: %(names)s.") % {"names": ", ".join(row.told) or _("nobody is there")}


KEEP = pgettext_lazy("verb", "Keep it")

register(
    Action("kept", _l("Promise kept"), _l("It is kept"), forms.KeptForm, _kept, "check-check",
           extras=_promises, when=OPEN),
    Action("follow-up", _l("Close the follow-up"), _l("Close the follow-up"), forms.FollowUpForm,
           _follow_up, "message-circle-reply", extras=_followups),
    Action("change", _l("What we change"), KEEP, forms.ChangeForm, _change, "wrench",
           extras=_everyone),
    Action("call-above", _l("Call somebody above"), _l("Call"), ReasonForm, _call_above,
           "megaphone", when=OPEN),
    Action("link", _l("Link with another"), _l("Link"), forms.LinkForm, _link, "link",
           extras=_others),
    Action("unlink", _l("Unlink"), _l("Unlink"), forms.UnlinkForm, _unlink,
           "unlink", "link"),
    Action("merge", _l("Merge another into this"), _l("Merge"), forms.MergeForm, _merge,
           "git-merge", extras=_others, when=OPEN,
           hint=_l("Clocks keep the earliest start of both.")),
    Action("split", _l("Split points off"), _l("Split off"), forms.SplitForm, _split, "split",
           extras=_points, when=OPEN, hint=_l("The new ticket’s clocks run from the same receipt. "
           "A fact that sums are worked out from belongs to one of the two.")),
    Action("loss", _l("Correct the loss"), KEEP, forms.LossForm, _loss, "coins",
           when=OPEN),
    Action("subject", _l("Say the matter otherwise"), KEEP, forms.SubjectForm, _subject,
           "pencil"),
    Action("category", _l("File elsewhere"), _l("File there"), forms.CategoryForm, _category,
           "folder-tree", extras=_categories),
    Action("team", _l("Give to another team"), _l("Give"), forms.TeamForm, _team, "users-round",
           when=OPEN),
    Action("idea", _l("Tell an idea"), _l("Tell the idea"), TicketIdeaForm, _idea, "lightbulb",
           hint=_l("It stands among the ideas of insight, with this ticket behind it.")),
    Action("thanks", _l("Thank a colleague"), _l("Give thanks"), TicketThanksForm, _thanks,
           "heart-handshake", extras=_me),
    Action("external", _l("Outside body has it"), _l("Note it"), forms.ExternalForm, _external,
           "landmark"),
    Action("confidential", _l("Confidential, or open again"), _l("Change it"), NoFields,
           _confidential, "lock"),
    Action("person", _l("Who may see it, whom it is about"), KEEP, forms.PersonForm,
           _person, "user-lock"),
)  # fmt: skip
