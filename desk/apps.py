"""The desk app: pages only, no models."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages for reps, supervisors and customers."""

    name = "desk"
    verbose_name = "Desk"
