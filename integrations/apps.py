from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Mail, webhooks, API clients, imports, and the delivery of the outbox."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer to carry mail and webhooks, listen to tickets, and hear the bell."""
        from integrations import receivers, tasks  # noqa: F401, PLC0415 - need the models
        from integrations.clients import principal_of  # noqa: PLC0415
        from integrations.mail.outgoing import deliver_mail  # noqa: PLC0415
        from integrations.webhooks import deliver_webhook  # noqa: PLC0415
        from tickets import outbox  # noqa: PLC0415
        from tickets.api.auth import recognise_clients_by  # noqa: PLC0415

        outbox.register("mail", deliver_mail)
        outbox.register("webhook", deliver_webhook)
        outbox.on_ring(tasks.ring)
        recognise_clients_by(principal_of)
