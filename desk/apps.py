"""The desk app: pages only, no models."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages for reps, supervisors and customers."""

    name = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Listen to what happens to tickets."""
        from desk import receivers  # noqa: F401, PLC0415 - it needs the models
