"""Who complains: found again over all channels, kept up to date, and made one where he was two."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.actors import SYSTEM, Actor
from tickets.change import Unit, changing, unit_of_work
from tickets.errors import Conflict, InTheFuture, Invalid, Stale
from tickets.models import ContactPoint, Customer, ExternalId, Ticket
from tickets.models.customers import ContactKind
from tickets.rules import NEVER, EventType, Status
from tickets.services.texts import clean_line, clean_text, needed

_PHONE_REGION = "GB"
_BY_EMAIL = "SELECT customer_id FROM tickets_contactpoint WHERE kind = 'email' AND normalized = %s"


@dataclass(frozen=True, kw_only=True)
class CustomerDetails:
    """What is known of somebody who writes. Any of e-mail, phone and external id finds him."""

    name: str
    email: str = ""
    phone: str = ""
    external: tuple[str, str] | None = None
    language: str = ""
    time_zone: str = ""
    since: dt.date | None = None
    tier: str = ""
    support_needs: str = ""


def clean_email(email: str) -> str:
    """The address in lower case. Raises `Invalid`."""
    clean = email.strip().lower()
    try:
        validate_email(clean)
    except ValidationError:
        raise Invalid("An e-mail address looks like name@example.org.", field="email") from None
    return clean


def clean_phone(phone: str) -> str:
    """The number in E.164, such as +442079460000. Raises `Invalid`."""
    try:
        parsed = phonenumbers.parse(phone, _PHONE_REGION)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Invalid("A phone number looks like +44 20 7946 0000.", field="phone")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


#: Read once: the standard library walks the whole tz database each time it is asked.
_zones = cache(available_timezones)


def clean_zone(zone: str) -> str:
    """A time zone that exists. Raises `Invalid`."""
    if zone not in _zones():
        raise Invalid("A time zone looks like Europe/London.", field="time_zone")
    return zone


def clean_language(language: str) -> str:
    """A language tag such as "en" or "pt-BR". Raises `Invalid`."""
    clean = language.strip()
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", clean) or len(clean) > 10:
        raise Invalid("A language looks like en, de or pt-BR.", field="language")
    return clean


def _clean_since(since: dt.date | None, *, today: dt.date) -> dt.date | None:
    if since is not None and since > today:
        raise InTheFuture(what=_("The day since when somebody is a customer"), field="since")
    return since


def find_or_create_customer(details: CustomerDetails, *, now: dt.datetime) -> Customer:
    """The customer whom the external id or the e-mail address names, or a new one.

    A phone number alone finds nobody: families share one. Raises `Invalid`, naming the field.
    """
    name = needed(
        clean_line(details.name, field="name", limit=160),
        what=_("a name"),
        field="name",
        limit=160,
    )
    email = clean_email(details.email) if details.email.strip() else ""
    phone = clean_phone(details.phone) if details.phone.strip() else ""
    _check(details, today=now.date())
    with unit_of_work(now=now) as unit:
        keys: list[tuple[str, ...]] = [("email", email)] if email else []
        keys += [("external", *details.external)] if details.external else []
        known = [unit.memo[key] for key in keys if key in unit.memo]
        found = next((one for one in known if one is not None), None)
        # A memo of None says: looked for, and not there.
        if found is None and len(known) < len(keys):
            found = _find(email, details.external)
        if found is not None:
            _learn(unit, found, details, phone=phone)
        else:
            found = _new(unit, details, name=name, email=email, phone=phone)
        unit.memo.update(dict.fromkeys(keys, found))
    return found


def _check(details: CustomerDetails, *, today: dt.date) -> None:
    """Raises `Invalid`: what is wrong is said of somebody we know, too."""
    if details.language:
        clean_language(details.language)
    if details.time_zone:
        clean_zone(details.time_zone)
    _clean_since(details.since, today=today)


def _learn(unit: Unit, found: Customer, details: CustomerDetails, *, phone: str) -> None:
    """What somebody we know says of himself anew: another number, another need. What was known is
    kept beside it."""
    told = ("told", str(found.pk), phone)
    if phone and told not in unit.memo and not unit.is_pending(found):
        unit.memo[told] = True
        known = found.contacts.filter(kind=ContactKind.PHONE.value, normalized=phone)
        if not known.exists():
            point = _contact(found, ContactKind.PHONE, details.phone.strip(), phone)
            point.preferred = False
            unit.add(point)
    needs = clean_text(details.support_needs, field="support_needs", limit=2000)
    if needs and needs.casefold() not in found.support_needs.casefold():
        found.support_needs = f"{needs}\n{found.support_needs}".strip()[:2000]
        found.version += 1
        unit.save(found, "support_needs", "version")


def _new(unit: Unit, details: CustomerDetails, *, name: str, email: str, phone: str) -> Customer:
    customer = Customer.made(
        name=name,
        language=clean_language(details.language) if details.language else "en",
        time_zone=clean_zone(details.time_zone) if details.time_zone else "Europe/London",
        since=_clean_since(details.since, today=unit.now.date()),
        tier=clean_line(details.tier, field="tier", limit=40),
        support_needs=clean_text(details.support_needs, field="support_needs", limit=2000),
        created_at=unit.now,
    )
    unit.add(customer)
    if email:
        unit.add(_contact(customer, ContactKind.EMAIL, details.email.strip(), email))
    if phone:
        unit.add(_contact(customer, ContactKind.PHONE, details.phone.strip(), phone))
    if details.external:
        system, value = details.external
        unit.add(ExternalId(customer=customer, system=system, value=value))
    return customer


def _contact(customer: Customer, kind: ContactKind, value: str, normal: str) -> ContactPoint:
    return ContactPoint.made(
        customer=customer,
        kind=kind.value,
        value=value,
        normalized=normal,
        preferred=True,
    )


def _find(email: str, external: tuple[str, str] | None) -> Customer | None:
    if external is not None:
        link = ExternalId.objects.select_related("customer").filter(
            system=external[0], value=external[1]
        )
        for row in link:
            return row.customer
    if email:
        # Most who write are new: to ask for the key alone costs a third of asking for him.
        with connection.cursor() as cursor:
            cursor.execute(_BY_EMAIL, [email])
            found = cursor.fetchone()
        if found is not None:
            return Customer.objects.get(pk=found[0])
    return None


#: Columns of plain text, and how long each may be.
_PLAIN = {"name": 160, "tier": 40, "support_needs": 2000, "preferences": 2000}


def update_customer(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    now: dt.datetime,
    seen: int | None = None,
    actor: Actor = SYSTEM,
) -> Customer:
    """Change what is known of a customer: any of name, language, time_zone, since, tier,
    support_needs, preferences, do_not_survey, email, phone (both added, not replaced).

    Another tier is told on the customer's open tickets, whose deadlines may be others by it.

    Raises `Invalid`, naming the field; `Stale` where `seen` is no longer the version;
    `Conflict` where the e-mail address is another customer's.
    """
    with unit_of_work(now=now):
        row = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        was = row.tier
        if seen is not None and row.version != seen:
            raise Stale(seen=seen, current=row.version, field="version")
        for field, value in values.items():
            _apply(row, field, value, now=now)
        row.version += 1
        row.save()
        if row.tier != was:
            _tell_tier(row, was, actor=actor, now=now)
    return row


def _tell_tier(customer: Customer, was: str, *, actor: Actor, now: dt.datetime) -> None:
    """On the customer's tickets that are not over, or on which a deadline runs."""
    still = Q(attention_at__lt=NEVER) | ~Q(status=Status.CLOSED.value)
    tickets = Ticket.objects.filter(still, customer=customer, historical=False)
    for ticket in tickets.order_by("pk"):
        with changing(ticket, actor=actor, now=now) as change:
            change.record(EventType.TIER_CHANGED, data={"from": was, "to": customer.tier})


def _apply(row: Customer, field: str, value: Any, *, now: dt.datetime) -> None:
    if field in _PLAIN:
        clean = clean_text(str(value or ""), field=field, limit=_PLAIN[field])
        if field == "name" and not clean:
            raise Invalid("A customer needs a name.", field="name")
        setattr(row, field, clean)
    elif field == "time_zone":
        row.time_zone = clean_zone(str(value))
    elif field == "since":
        row.since = _clean_since(value, today=now.date())
    elif field == "language":
        row.language = clean_language(str(value or ""))
    elif field == "do_not_survey":
        row.do_not_survey = bool(value)
    elif field in {"email", "phone"}:
        kind = ContactKind(field)
        normal = clean_email(value) if kind is ContactKind.EMAIL else clean_phone(value)
        try:
            with transaction.atomic():
                ContactPoint.objects.get_or_create(
                    customer=row,
                    kind=kind.value,
                    normalized=normal,
                    defaults={"value": value},
                )
        except IntegrityError:
            raise Conflict(
                "This address belongs to another customer. Merge the two instead.",
                field=field,
            ) from None
    else:
        raise Invalid("A customer has no {what}.", what=field[:40], field=field[:40])


def merge_customers(keep: Customer, other: Customer, *, actor: Actor, now: dt.datetime) -> Customer:
    """Make `other` one with `keep`: tickets, addresses and ids move over, nothing is lost.

    What is empty on `keep` is taken from `other`. Raises `Conflict` where they are the same,
    or one was merged before.
    """
    if keep.pk == other.pk:
        raise Conflict("These two are the same customer already.", field="other")
    with unit_of_work(now=now):
        rows = {
            row.pk: row
            for row in Customer.objects.select_for_update()
            .filter(pk__in=[keep.pk, other.pk])
            .order_by("pk")
        }
        kept, gone = rows[keep.pk], rows[other.pk]
        if kept.merged_into_id or gone.merged_into_id:
            raise Conflict("One of these was merged into another customer before.", field="other")
        tier = kept.tier
        for name in ("since", "tier", "support_needs", "preferences"):
            if not getattr(kept, name):
                setattr(kept, name, getattr(gone, name))
        kept.save()
        if kept.tier != tier:
            _tell_tier(kept, tier, actor=actor, now=now)
        for ticket in Ticket.objects.filter(customer=gone).order_by("pk"):
            with changing(ticket, actor=actor, now=now) as change:
                change.set(customer=kept)
                change.record(
                    EventType.CUSTOMER_MERGED,
                    data={"from": gone.name, "into": kept.name},
                )
        for point in gone.contacts.all():
            if kept.contacts.filter(kind=point.kind, normalized=point.normalized).exists():
                point.delete()
            else:
                point.customer = kept
                point.preferred = False
                point.save()
        gone.external_ids.update(customer=kept)
        kept.do_not_survey = kept.do_not_survey or gone.do_not_survey
        kept.version += 1
        kept.save()
        gone.merged_into = kept
        gone.version += 1
        gone.save()
        Customer.objects.filter(merged_into=gone).update(merged_into=kept)
    return kept
