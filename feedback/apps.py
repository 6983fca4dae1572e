from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Surveys, answers, follow-ups, ideas and kudos."""

    name = "feedback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens to tickets."""
        from feedback import receivers  # noqa: F401, PLC0415 - needs the models
