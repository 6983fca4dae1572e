"""The part of the desk that sets it up; it keeps who changed what."""

from django.apps import AppConfig


class SetupConfig(AppConfig):
    """Settings of the desk."""

    name = "desk.setup"
    label = "setup"
    verbose_name = "Settings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Invitations leave as all else does."""
        from desk.setup import invitations  # noqa: PLC0415 - models are there now
        from tickets import outbox  # noqa: PLC0415

        outbox.register(invitations.KIND, invitations.deliver)
