"""What has pages of its own and goes with the file all the same: remedy policies in force, and how
pain is assessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext, gettext_noop

from desk.setup.errors import SetupInvalid
from desk.setup.fields import Data, Text
from desk.setup.section import Attention, Doc, Section
from remedies.models import PainScheme, RemedyPolicy
from remedies.rules.states import PolicyStatus
from remedies.services.drafts import key_in
from remedies.services.pain_schemes import activate_pain_scheme, save_pain_scheme
from remedies.services.policies import activate, save_draft
from tickets.errors import Conflict, DomainError
from tickets.models import User


class RemedyPolicies(Section):
    """The text of each policy in force."""

    key = "remedy-policies"
    title = gettext_noop("Remedy policies")
    one = gettext_noop("remedy policy")
    about = gettext_noop(
        "What we give when something went wrong. Edited in versions, on pages of their own."
    )
    icon = "book-text"
    group = gettext_noop("Money")
    removable = False
    elsewhere = "/desk/policies/"
    fields = (
        Text(name="source", label=gettext_noop("Text"), limit=1_000_000, rows=20, required=True),
    )

    def checked(self, raw: object, *, where: str = "") -> Doc:
        """The text exactly as it is: blank space means something in it."""
        doc = super().checked(raw, where=where)
        source = raw.get("source") if isinstance(raw, dict) else None
        return {**doc, "source": source}

    def documents(self) -> dict[str, Doc]:
        """By key."""
        rows = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value).order_by("key")
        return {row.key: {"source": row.source} for row in rows}

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """A new version, put in force. Raises `Conflict` where somebody has begun a draft."""
        try:
            named = key_in(doc["source"], key)
            if named != key:
                raise SetupInvalid(
                    [("source", gettext("The text is of the policy %(named)s.") % {"named": named})]
                )
            draft = RemedyPolicy.objects.filter(key=key, status=PolicyStatus.DRAFT.value).first()
            if draft is not None and draft.source != doc["source"]:
                raise Conflict(
                    "There is a draft of {key}. Discard it, or put it in force, first.", key=key
                )
            activate(save_draft(doc["source"], by=by, now=now), by=by, now=now)
        except (SetupInvalid, Conflict):
            raise
        except DomainError as error:
            raise SetupInvalid([("source", error.message)]) from error

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Nothing is offered by itself."""
        if not documents:
            words = gettext(
                "No remedy policy is in force: reps offer by hand, within their authority."
            )
            yield Attention(words, self.url)


class PainSchemes(Section):
    """How pain is assessed, where the desk has its own way."""

    key = "pain"
    title = gettext_noop("Pain")
    one = gettext_noop("assessment")
    about = gettext_noop("How much a complaint hurts, and from which answers. Edited in versions.")
    icon = "activity"
    group = gettext_noop("What complaints are about")
    single = "scheme"
    elsewhere = "/desk/pain/"
    fields = (
        Data(
            name="data",
            label=gettext_noop("Assessment"),
            help=gettext_noop("Empty: the one that is shipped."),
        ),
    )

    def documents(self) -> dict[str, Doc]:
        """The one in force."""
        row = PainScheme.objects.filter(status=PolicyStatus.ACTIVE.value).first()
        return {self.single: {"data": row.data if row else None}}

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """A new version, put in force."""
        if doc["data"] is None:
            raise SetupInvalid(
                [("data", gettext("An assessment that is in force is replaced by another."))]
            )
        if PainScheme.objects.filter(status=PolicyStatus.DRAFT.value).exists():
            raise Conflict("There is a draft of how pain is assessed. Put it in force, or drop it.")
        try:
            activate_pain_scheme(save_pain_scheme(doc["data"], by=by, now=now), by=by, now=now)
        except DomainError as error:
            raise SetupInvalid([("data", error.message)]) from error
