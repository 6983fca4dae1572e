"""What has to be right before the desk starts."""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register()
def credit_gateway(app_configs: Any, **_: Any) -> list[Error]:
    """A credit gateway needs an address of the web and a secret to sign with."""
    url = str(getattr(settings, "REMEDY_WEBHOOK_URL", "") or "")
    if not url:
        return []
    found = []
    if not url.startswith(("http://", "https://")):
        found.append(Error("REMEDY_WEBHOOK_URL is not an address of the web.", id="remedies.E001"))
    secret = str(getattr(settings, "REMEDY_WEBHOOK_SECRET", "")).removeprefix("whsec_")
    try:
        usable = len(base64.b64decode(secret, validate=True)) >= 16
    except (binascii.Error, ValueError):
        usable = False
    if not usable:
        found.append(
            Error(
                "REMEDY_WEBHOOK_SECRET should be base64 of 16 bytes or more "
                "(it may begin with whsec_).",
                id="remedies.E002",
            )
        )
    return found
