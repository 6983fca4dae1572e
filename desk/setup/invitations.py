"""A new colleague gets a mail with a link to begin. The link is made when the mail leaves, so
nobody finds it in a table before."""

from __future__ import annotations

import datetime as dt

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from tickets.errors import Conflict
from tickets.languages import speaking
from tickets.models import Outbox, User
from tickets.outbox import PermanentFailure, ring

KIND = "invitation"
_BODY = gettext_noop("""Hello {name},

{by} has made an account for you at the complaint desk of {brand}.

Choose your password here, within three days:

{link}

Afterwards you sign in with this address: {email}
""")


def invite(user: User, *, by: User | None, now: dt.datetime) -> None:
    """Have the mail sent. At most one an hour; it can be sent again until he has signed in.

    Raises `Conflict` where he has signed in already, or does not work here.
    """
    if not user.is_active or user.last_login is not None:
        raise Conflict("This person has begun already, or does not work here.", field="email")
    key = f"invitation:{user.pk}:{now:%Y%m%d%H}"
    name = by.name if by is not None else settings.BRAND_NAME
    Outbox.objects.get_or_create(
        key=key,
        defaults={
            "kind": KIND, "payload": {"user": user.pk, "by": name}, "created_at": now,
            "next_attempt_at": now,
        },
    )  # fmt: skip
    transaction.on_commit(ring)


def deliver(row: Outbox) -> None:
    """Send the mail. Raises `PermanentFailure` where there is nobody to send it to."""
    user = User.objects.filter(pk=row.payload.get("user"), is_active=True).first()
    if user is None:
        raise PermanentFailure("This person does not work here.")
    if user.last_login is not None:
        return
    token = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _, secret = token.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": secret})
    with speaking(user.language):
        subject = gettext("Your account at the complaint desk of %(brand)s")
        body = gettext(_BODY)
    subject %= {"brand": settings.BRAND_NAME}
    body = body.format(
        name=user.name, by=row.payload.get("by", ""), brand=settings.BRAND_NAME,
        link=f"{settings.SITE_URL}{path}", email=user.email,
    )  # fmt: skip
    EmailMessage(
        subject=subject,
        body=body,
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
