from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """People, customers, tickets and the one stream of events."""

    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"
