"""What comes in about customers: who he is, where he is known, and what changes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from tickets.api.fields import Input, Text, Whole


class ExternalRef(Input):
    """A record in another system."""

    system = Text(max_length=60)
    id = Text(max_length=120)


class NewCustomer(Input):
    """A customer: found by e-mail address or external id, made where not known."""

    name = Text(max_length=160)
    email = Text(required=False, max_length=320)
    phone = Text(required=False, max_length=40)
    external = ExternalRef(required=False)
    language = Text(required=False, max_length=10)
    time_zone = Text(required=False, max_length=64)
    since = serializers.DateField(required=False)
    tier = Text(required=False, max_length=40)
    support_needs = Text(required=False, max_length=2000)


class CustomerInput(NewCustomer):
    """A customer: by `id`, by `external` alone where known, or with a name."""

    id = Whole(required=False, min_value=1)
    name = Text(required=False, max_length=160)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either known by id or by name. Raises `ValidationError`."""
        if "id" in attrs and len(attrs) > 1:
            raise serializers.ValidationError({"id": [_("Send an id alone, or without it.")]})
        if "id" not in attrs and not attrs.get("name") and "external" not in attrs:
            detail = serializers.ErrorDetail(_("This field is required."), "required")
            raise serializers.ValidationError({"name": [detail]})
        return attrs


class CustomerChange(Input):
    """What changes; an e-mail address or phone number is added to those that are known."""

    name = Text(required=False, max_length=160)
    email = Text(required=False, max_length=320)
    phone = Text(required=False, max_length=40)
    language = Text(required=False, max_length=10)
    time_zone = Text(required=False, max_length=64)
    since = serializers.DateField(required=False, allow_null=True)
    tier = Text(required=False, allow_blank=True, max_length=40)
    support_needs = Text(required=False, allow_blank=True, max_length=2000)
    preferences = Text(required=False, allow_blank=True, max_length=2000)
    do_not_survey = serializers.BooleanField(required=False)


class MergeInput(Input):
    """The other record of the same customer; it becomes part of this one."""

    other = Whole(min_value=1, help_text="A customer's id.")
