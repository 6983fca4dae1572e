"""How the REST API speaks: scopes of its clients, Django REST framework, the schema."""

from typing import Any

from django.utils.translation import gettext_lazy as _

#: What a client may be allowed, in words for whoever allows it.
SCOPES = {
    "tickets:read": _("Read tickets"),
    "tickets:write": _("Open and change tickets"),
    "remedies:read": _("Read offers, exceptions and remedies"),
    "remedies:write": _("Make offers, decide exceptions, fulfil remedies"),
    "customers:read": _("Read customers"),
    "customers:write": _("Add and change customers"),
    "config:read": _("Read categories, facts and policies"),
    "config:write": _("Change categories, facts, calendars and deadlines"),
    "feedback:read": _("Read surveys and answers"),
    "feedback:write": _("Record answers"),
    "events:read": _("Read the stream of events"),
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tickets.api.problems.problem_handler",
    "DEFAULT_PAGINATION_CLASS": "tickets.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Amends",
    "DESCRIPTION": "The complaint desk over REST. docs/api.md walks a complaint through it.",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Close to two hundred operations: groups to open, and a box to find one by.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "gatewaySignature": {
                "type": "apiKey",
                "in": "header",
                "name": "webhook-signature",
                "description": "What the payout gateway signs, as standard-webhooks says.",
            }
        }
    },
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/oauth/token/",
    "OAUTH2_SCOPES": SCOPES,
    # Where two shapes have a `kind` each, the schema needs a name for either.
    "ENUM_NAME_OVERRIDES": {
        "ActorKindEnum": "tickets.api.shapes.ACTOR_KINDS",
        "MessageKindEnum": "tickets.api.shapes.MESSAGE_KINDS",
        "FactKindEnum": "tickets.api.shapes.FACT_KINDS",
        "LinkKindEnum": "tickets.api.shapes.LINK_KINDS",
        "ContactKindEnum": "tickets.api.shapes.CONTACT_KINDS",
        "PersonRelationEnum": "tickets.api.shapes.PERSON_RELATIONS",
        "TicketStatusEnum": "tickets.api.shapes.TICKET_STATUSES",
        "WeekdayEnum": "tickets.api.views.alerts.DAYS",
        "ViewSortEnum": "tickets.api.views.saved.SORTS",
        "DeadlineKindEnum": "escalation.api.shapes.DEADLINE_KINDS",
        "ComponentKindEnum": "remedies.api.shapes.COMPONENT_KINDS",
        "OfferStatusEnum": "remedies.api.shapes.OFFER_STATUSES",
        "ProposalStatusEnum": "remedies.api.proposals.PROPOSAL_STATUSES",
        "ExceptionDirectionEnum": "remedies.api.proposals.DIRECTIONS",
        "DeclineCodeEnum": "remedies.api.exception_shapes.DECLINE_CODES",
        "GroundEnum": "remedies.api.exception_shapes.GROUNDS",
        "DecisionEnum": "remedies.api.exception_shapes.SAYS",
        "ExceptionStatusEnum": "remedies.api.shapes.EXCEPTION_STATUSES",
        "RemedyStatusEnum": "remedies.api.shapes.REMEDY_STATUSES",
        "PolicyStatusEnum": "remedies.api.shapes.POLICY_STATUSES",
        "BacktestStateEnum": "remedies.api.backtest_shapes.BACKTEST_STATES",
    },
}
