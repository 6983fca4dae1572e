from django.apps import AppConfig


class LimitConfig(AppConfig):
    """One ticket table and one event table."""

    name = "bench.limit"
    label = "limit"
    default_auto_field = "django.db.models.BigAutoField"
