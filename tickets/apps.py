from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """People, customers, tickets and the one stream of events."""

    name = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have moments read quickly, what was put aside come back, and words translated."""
        from django.utils import translation  # noqa: PLC0415

        from tickets import moments, receivers, saying  # noqa: F401, PLC0415 - two register

        saying.speak_with(
            translation.gettext,
            translation.ngettext,
            translation.pgettext,
            translation.get_language,
        )
