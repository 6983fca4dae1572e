"""Everything that can be done to a ticket over HTTP, in one table.

To add a verb: its input in tickets.api.inputs, a service, and an entry here.
"""

from typing import Any

from django.utils.translation import gettext as _

from tickets import services
from tickets.api import inputs, render, shapes
from tickets.api.views.base import Verb
from tickets.errors import InTheFuture, NotFound
from tickets.models import CorrectiveAction, Message, Ticket
from tickets.rules import Channel


def _acknowledge(ticket: Ticket, data: dict[str, Any], **common: Any) -> None:
    if data["at"] is not None and data["at"] > common["now"]:
        raise InTheFuture(what=_("The moment"), field="at")
    services.acknowledge(ticket, at=data["at"], **common)


def _wait(ticket: Ticket, data: dict[str, Any], **common: Any) -> None:
    wait = {
        "customer": services.wait_for_customer,
        "third_party": services.wait_for_third_party,
    }[data["whom"]]
    wait(ticket, for_what=data["for_what"], **common)


def _channel(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"channel": Channel(data["channel"])}


def _promised(data: dict[str, Any]) -> dict[str, Any]:
    return {"promises": [(one["what"], one["due"]) for one in data["promises"]]}


def _said(message: Message) -> dict[str, Any]:
    return render.message(message)


def _done(ticket: Ticket, _: dict[str, Any], *, action: int, **common: Any) -> None:
    row = CorrectiveAction.objects.filter(pk=action, ticket=ticket).first()
    if row is None:
        raise NotFound(field="action")
    services.complete_corrective_action(row, **common)


def _person(ticket: Ticket, data: dict[str, Any], **common: Any) -> None:
    put = {"named": services.name_person, "complained_about": services.complain_about}
    put[data["relation"]](ticket, data["user"], **common)


OWNERSHIP = [
    Verb(
        name="take",
        summary="Take a ticket",
        words="The one who asks becomes the owner, which acknowledges the complaint. For people "
        "only; an integration names an owner with `assign`.",
        takes=inputs.BriefInput,
        run=lambda t, d, **c: services.take(t, brief=d.get("brief", ""), **c),
    ),
    Verb(
        name="assign",
        summary="Give a ticket an owner",
        words="Where somebody owns it already, the next one needs a brief.",
        takes=inputs.AssignInput,
        run=lambda t, d, **c: services.assign(t, d["owner"], brief=d["brief"], **c),
    ),
    Verb(
        name="hand_over",
        summary="Hand a ticket to another person",
        words="He must be able to go on from the brief.",
        takes=inputs.HandOverInput,
        run=lambda t, d, **c: services.hand_over(t, d["to"], brief=d["brief"], **c),
    ),
    Verb(
        name="move",
        summary="Give a ticket to another team",
        words="To `owner` there or, openly, to nobody yet.",
        takes=inputs.MoveInput,
        run=lambda t, d, **c: services.move_to_team(
            t, d["team"], brief=d["brief"], owner=d["owner"], **c
        ),
    ),
]

CONVERSATION = [
    Verb(
        name="acknowledge",
        summary="Note that the complaint was acknowledged",
        words="Where you told the customer yourself that it arrived.",
        takes=inputs.AcknowledgeInput,
        run=_acknowledge,
    ),
    Verb(
        name="reply",
        summary="Answer the customer",
        words="It goes out by mail and stands on the customer's page. Each of `promises` becomes a "
        "deadline of the ticket.",
        takes=inputs.ReplyInput,
        run=lambda t, d, **c: services.reply(t, **_channel(d) | _promised(d), **c),
        makes=shapes.Message,
        show=_said,
    ),
    Verb(
        name="note",
        summary="Write a note",
        words="Among ourselves; the customer never sees it. Those mentioned are told.",
        takes=inputs.NoteInput,
        run=lambda t, d, **c: services.add_note(t, **d, **c),
        makes=shapes.Message,
        show=_said,
    ),
    Verb(
        name="message",
        summary="Record what the customer said",
        words="By phone, mail or chat. It ends a wait for him and reopens what was finished.",
        takes=inputs.MessageInput,
        run=lambda t, d, **c: services.receive_message(t, **_channel(d), **c),
        makes=shapes.Message,
        show=_said,
    ),
    Verb(
        name="request_information",
        summary="Ask the customer for facts",
        words="The ticket waits for him, and clocks that may pause do.",
        takes=inputs.AskInput,
        run=lambda t, d, **c: services.request_information(t, **d, **c),
        makes=shapes.Message,
        show=_said,
    ),
    Verb(
        name="give_information",
        summary="Record the customer's answer",
        words="Facts and words; the clock goes on.",
        takes=inputs.GiveInput,
        run=lambda t, d, **c: services.give_information(t, **_channel(d), **c),
    ),
    Verb(
        name="report_abuse",
        summary="Hand an abusive contact to somebody above",
        words="At once, without blame: the team's lead, or another who supervises it and is here, "
        "owns the ticket from then on. For people only.",
        takes=inputs.AbuseInput,
        run=lambda t, d, **c: services.report_abuse(t, **d, **c),
    ),
    Verb(
        name="promise",
        summary="Promise the customer something",
        words="It becomes a deadline of the ticket.",
        takes=inputs.PromiseInput,
        run=lambda t, d, **c: services.make_promise(t, **d, **c),
    ),
    Verb(
        name="keep_promise",
        summary="Note that a promise was kept",
        takes=inputs.KeepInput,
        run=lambda t, d, **c: services.keep_promise(t, d["promise"], **c),
    ),
]

COURSE = [
    Verb(
        name="wait",
        summary="Wait for somebody",
        words="Waiting for the customer pauses the clocks that may pause; waiting for a third "
        "party does not.",
        takes=inputs.WaitInput,
        run=_wait,
    ),
    Verb(
        name="resume",
        summary="Go on after a wait",
        takes=inputs.WhyInput,
        run=lambda t, d, **c: services.resume(t, why=d["why"], **c),
    ),
    Verb(
        name="snooze",
        summary="Put a ticket aside until a moment",
        words="It leaves the queue and its views until then. No deadline pauses. It is back at "
        "once when the customer writes, a clock warns or is missed, somebody above is called, an "
        "exception is decided, its owner is mentioned or becomes another, or it is finished. "
        "Whoever puts aside what nobody owns owns it.",
        takes=inputs.SnoozeInput,
        run=lambda t, d, **c: services.snooze(t, **d, **c),
    ),
    Verb(
        name="end_snooze",
        summary="Bring back a ticket that was put aside",
        run=lambda t, d, **c: services.end_snooze(t, **c),
    ),
    Verb(
        name="resolve",
        summary="Resolve a ticket",
        words="Every point needs its outcome first.",
        takes=inputs.ResolveInput,
        run=lambda t, d, **c: services.resolve(t, summary=d["summary"], **c),
    ),
    Verb(
        name="close",
        summary="Close a resolved ticket",
        run=lambda t, d, **c: services.close(t, **c),
    ),
    Verb(
        name="reopen",
        summary="Reopen a finished ticket",
        takes=inputs.ReasonInput,
        run=lambda t, d, **c: services.reopen(t, reason=d["reason"], **c),
    ),
    Verb(
        name="review",
        summary="Start a review at stage 2",
        words="The customer asks for it; another person than the first does it.",
        takes=inputs.ReviewInput,
        run=lambda t, d, **c: services.ask_review(t, **d, **c),
    ),
    Verb(
        name="external",
        summary="Note that an outside body has it",
        words="Such as an ombudsman or a court.",
        takes=inputs.ExternalInput,
        run=lambda t, d, **c: services.escalate_to_external(t, body=d["body"], **c),
    ),
    Verb(
        name="escalate_for_customer",
        summary="The customer asks for somebody above",
        words="The escalation path takes its next step.",
        takes=inputs.EscalateInput,
        run=lambda t, d, **c: services.escalated_by_customer(t, reason=d["reason"], **c),
    ),
]

MATTER = [
    Verb(
        name="facts",
        summary="Set facts",
        words="As the category defines them; null takes one away.",
        takes=inputs.FactsInput,
        run=lambda t, d, **c: _nothing(services.set_facts(t, d["facts"], **c)),
    ),
    Verb(
        name="factors",
        summary="Record how it affected the customer",
        takes=inputs.FactorsInput,
        run=lambda t, d, **c: _nothing(services.set_factors(t, d["factors"], **c)),
    ),
    Verb(
        name="loss",
        summary="Record what it cost the customer",
        takes=inputs.LossInput,
        run=lambda t, d, **c: _nothing(services.set_loss(t, d["loss"], **c)),
    ),
    Verb(
        name="pain",
        summary="Override the assessed pain",
        words="With a reason, which is kept beside what was assessed.",
        takes=inputs.PainInput,
        run=lambda t, d, **c: services.override_pain(t, d["pain"], reason=d["reason"], **c),
    ),
    Verb(
        name="category",
        summary="Change the category",
        takes=inputs.CategoryInput,
        run=lambda t, d, **c: services.change_category(t, d["category"], **c),
    ),
    Verb(
        name="subject",
        summary="Change the subject",
        takes=inputs.SubjectInput,
        run=lambda t, d, **c: services.change_subject(t, d["subject"], **c),
    ),
    Verb(
        name="tags",
        summary="Set the tags",
        takes=inputs.TagsInput,
        run=lambda t, d, **c: _nothing(services.set_tags(t, d["tags"], **c)),
    ),
    Verb(
        name="add_point",
        path="points/",
        summary="Add a point",
        takes=inputs.PointInput,
        run=lambda t, d, **c: services.add_point(t, d["text"], **c),
        makes=shapes.Point,
        show=render.point,
    ),
    Verb(
        name="decide_point",
        path="points/<int:point>/decide/",
        summary="Decide a point",
        words="It may be decided again; what was before stays in the events.",
        takes=inputs.DecideInput,
        run=lambda t, d, *, point, **c: _nothing(services.decide_point(t, point, **d, **c)),
    ),
    Verb(
        name="add_action",
        path="actions/",
        summary="Add a corrective action",
        takes=inputs.ActionInput,
        run=lambda t, d, **c: services.add_corrective_action(
            t, text=d["text"], owner=d["owner"], due_on=d["due_on"], point_id=d["point"], **c
        ),
        makes=shapes.CorrectiveAction,
        show=render.action,
    ),
    Verb(
        name="complete_action",
        path="actions/<int:action>/done/",
        summary="Note that a corrective action is done",
        run=_done,
    ),
]

PEOPLE = [
    Verb(
        name="confidential",
        summary="Close a ticket to all but those named, or open it again",
        takes=inputs.ConfidentialInput,
        run=lambda t, d, **c: services.set_confidential(t, d["confidential"], **c),
    ),
    Verb(
        name="name_person",
        path="people/",
        summary="Name a colleague on a ticket",
        words="As one who may see it, or as the one whom the complaint is about: it becomes "
        "confidential then, and hidden from him.",
        takes=inputs.PersonInput,
        run=_person,
    ),
]


def _nothing(_: object) -> None:
    """The ticket itself is the answer."""


VERBS = [*OWNERSHIP, *CONVERSATION, *COURSE, *MATTER, *PEOPLE]
