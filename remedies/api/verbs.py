"""Everything that can be done to offers, exceptions and remedies over HTTP, in one table.

To add a verb: its input in remedies.api.shapes, a service, and an entry here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from remedies import services
from remedies.api import exception_shapes, shapes
from remedies.models import ExceptionRequest, Offer
from tickets.api.fields import Input
from tickets.api.inputs import Nothing
from tickets.errors import Invalid, named_as
from tickets.models import Ticket
from tickets.money import Money


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something done to one row; `run(row, data, **common)` calls one service."""

    name: str
    summary: str
    run: Callable[..., Any]
    words: str = ""
    takes: type[Input] = Nothing
    needs: str = "work"

    @property
    def address(self) -> str:
        """The rest of the address."""
        return f"{self.name.replace('_', '-')}/"


def _minor(amount: Money, currency: str) -> int:
    """Minor units of a sum that is in the offer's currency. Raises `Invalid`."""
    if amount.currency != currency:
        raise Invalid("This offer is in {currency}.", currency=currency, field="amount.currency")
    return amount.minor


def _adjust(offer: Offer, data: dict[str, Any], **common: Any) -> None:
    minor = _minor(data["amount"], offer.currency)
    services.adjust_component(offer, data["component"], minor, reason=data["reason"], **common)


def _ask(offer: Offer, data: dict[str, Any], **common: Any) -> ExceptionRequest:
    currency = offer.currency
    amounts = _sums(data["amounts"], "amounts", "component", currency)
    additions = []
    for place, item in enumerate(data["additions"]):
        with named_as(amount=f"additions.{place}.amount"):
            amount = None if item["amount"] is None else _minor(item["amount"], currency)
        additions.append(services.Addition(item["kind"], item["title"], amount, item["instead_of"]))
    return services.request_exception(
        offer,
        amounts=amounts,
        additions=additions,
        reason=data["reason"],
        evidence=data["evidence"],
        attachments=data["attachments"],
        **common,
    )


def request_on_ticket(ticket: Ticket, data: dict[str, Any], **common: Any) -> ExceptionRequest:
    """The same of a ticket that has no draft."""
    currency = data["currency"].upper() or ticket.loss_currency
    additions = []
    for place, item in enumerate(data["additions"]):
        with named_as(amount=f"additions.{place}.amount"):
            amount = None if item["amount"] is None else _minor(item["amount"], currency)
        additions.append(services.Addition(item["kind"], item["title"], amount, item["instead_of"]))
    more = {key: data[key] for key in ("reason", "evidence", "attachments")}
    return services.request_exception(
        ticket, amounts={}, additions=additions, currency=currency, **more, **common
    )


def _sums(rows: list[dict[str, Any]], field: str, key: str, currency: str) -> dict[int, int]:
    """{key: minor units} of a list of sums. Raises `Invalid`, naming the row, for a key that
    stands there twice."""
    found: dict[int, int] = {}
    for place, row in enumerate(rows):
        if row[key] in found:
            raise Invalid("This stands here twice.", field=f"{field}.{place}.{key}")
        with named_as(amount=f"{field}.{place}.amount"):
            found[row[key]] = _minor(row["amount"], currency)
    return found


def _approve(row: ExceptionRequest, data: dict[str, Any], **common: Any) -> None:
    decided = _sums(data["decided"], "decided", "item", row.currency)
    services.approve_exception(row, reason=data["reason"], decided=decided, **common)


def _accept(offer: Offer, data: dict[str, Any], **common: Any) -> None:
    choices = {row["component"]: row["form"] for row in data["choices"]}
    services.accept_offer(offer, components=data["components"], choices=choices, **common)


def _decline(offer: Offer, data: dict[str, Any], **common: Any) -> None:
    minor = None if data["amount"] is None else _minor(data["amount"], offer.currency)
    with named_as(wish_amount="amount", wish_kind="kind"):
        services.decline_offer(
            offer, wish=data["wish"], wish_amount=minor, wish_kind=data["kind"], **common
        )


OFFER_ACTS = [
    Act(
        name="adjust",
        summary="Adjust one sum of a draft",
        words="Inside its range and your authority, with a reason.",
        takes=shapes.AdjustInput,
        run=_adjust,
    ),
    Act(
        name="remove",
        summary="Take off what a person added",
        takes=shapes.RemoveInput,
        run=lambda row, d, **c: services.remove_component(
            row, d["component"], reason=d["reason"], **c
        ),
    ),
    Act(
        name="send",
        summary="Send a draft with a reply",
        words="Inside your authority, or as an exception allows. An offer sent before is "
        "superseded.",
        takes=shapes.SendInput,
        run=lambda row, d, **c: services.send_offer(row, **d, **c),
    ),
    Act(
        name="grant",
        summary="Grant what a draft adds for a late remedy",
        words="At once, with a letter, and without asking the customer. It becomes an offer of its "
        "own, accepted as it is made; the rest of the draft stays.",
        takes=shapes.GrantInput,
        run=lambda row, d, **c: services.grant_added(row, body=d["body"], **c),
    ),
    Act(
        name="withdraw",
        summary="Take an offer back",
        takes=shapes.RemedyReasonInput,
        run=lambda row, d, **c: services.withdraw_offer(row, reason=d["reason"][:500], **c),
    ),
    Act(
        name="accept",
        summary="Accept for the customer",
        words="All of it, or the components named. What is accepted goes into the ledger.",
        takes=shapes.AcceptInput,
        run=_accept,
    ),
    Act(
        name="decline",
        summary="Decline for the customer",
        takes=shapes.DeclineInput,
        words="With what would be fair instead, if he says so.",
        run=_decline,
    ),
]

EXCEPTION_ACTS = [
    Act(
        name="approve",
        summary="Approve an exception",
        words="As asked, or with other sums, as far as your level reaches. Nobody decides his own. "
        "Where others have to say yes too, it stays pending.",
        takes=exception_shapes.ApproveInput,
        run=_approve,
        needs="supervise",
    ),
    Act(
        name="decline",
        summary="Decline an exception",
        words="With a reason that the requester reads, and its code. One no is enough.",
        takes=exception_shapes.DeclineExceptionInput,
        run=lambda row, d, **c: services.decline_exception(
            row, reason=d["reason"], code=d["code"], **c
        ),
        needs="supervise",
    ),
    Act(
        name="ask_back",
        summary="Ask the requester first",
        takes=exception_shapes.QuestionInput,
        run=lambda row, d, **c: services.ask_back(row, question=d["question"], **c),
        needs="supervise",
    ),
    Act(
        name="undo",
        summary="Take a decision back at once",
        words="Your own, within ten seconds. Sending the offer ends that time at once: what the "
        "customer has is never taken back.",
        run=lambda row, d, **c: services.undo_decision(row, **c),
        needs="supervise",
    ),
    Act(
        name="answer",
        summary="Answer what was asked back",
        takes=exception_shapes.AnswerBackInput,
        run=lambda row, d, **c: services.answer_back(row, answer=d["answer"], **c),
    ),
    Act(
        name="withdraw",
        summary="Withdraw an exception",
        takes=shapes.RemedyReasonInput,
        run=lambda row, d, **c: services.withdraw_exception(row, reason=d["reason"][:500], **c),
    ),
]

REMEDY_ACTS = [
    Act(
        name="fulfil",
        summary="Tick a remedy off",
        words="The customer has it.",
        takes=shapes.FulfilInput,
        run=lambda row, d, **c: services.fulfil_remedy(row, reference=d["reference"], **c),
    ),
    Act(
        name="fail",
        summary="Note that it could not be delivered",
        takes=shapes.RemedyReasonInput,
        run=lambda row, d, **c: services.fail_remedy(
            row, reason=d["reason"][:500], actor=c["actor"], now=c["now"]
        ),
    ),
    Act(
        name="reverse",
        summary="Take a remedy back",
        words="With an entry of its own in the ledger.",
        takes=shapes.RemedyReasonInput,
        run=lambda row, d, **c: services.reverse_remedy(row, reason=d["reason"][:500], **c),
        needs="supervise",
    ),
]

request_exception = _ask
