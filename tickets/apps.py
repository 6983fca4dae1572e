from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """People, customers, tickets and the one stream of events."""

    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have moments read quickly, and what was put aside come back."""
        from tickets import moments, receivers  # noqa: F401, PLC0415 - they register themselves
