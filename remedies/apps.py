from django.apps import AppConfig


class RemediesConfig(AppConfig):
    """What would fairly make it right, who may grant it, and what was granted."""

    name = "remedies"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Remedies"

    def ready(self) -> None:
        """Listen to what happens to tickets, and offer to carry payouts."""
        from remedies import checks, receivers  # noqa: F401, PLC0415 - both need the models
        from remedies.payouts import PAYOUT, deliver_payout  # noqa: PLC0415
        from tickets import outbox  # noqa: PLC0415

        outbox.register(PAYOUT, deliver_payout)
