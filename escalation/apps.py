from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Deadlines, and what happens as they run out."""

    name = "escalation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens to tickets."""
        from escalation import checks, receivers  # noqa: F401, PLC0415 - both need the models
