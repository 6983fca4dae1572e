"""The project as an app: it loads Celery, the system checks and the project's commands."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ProjectConfig(AppConfig):
    """Runs once Django is set up."""

    name = "config"
    verbose_name = "Amends"

    def ready(self) -> None:
        """Make Celery's app the current one, register the system checks, and compile what was
        translated anew."""
        from config import celery, checks  # noqa: F401 - both need the settings
        from config.languages import compile_messages

        compile_messages()


class StaticFiles(StaticFilesConfig):
    """Static files without what no page of ours loads: it keeps collectstatic short."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "rest_framework",  # its browsable pages are off
        "redoc*",
        "swagger-ui-es-*",
        "swagger-initializer*",
        "*.map",
        "htmax*",
        "htmx-4*",
    ]
