"""How the firm pays: voucher codes, and what the pay system told of its own accord."""

import datetime as dt

from desk.demo.setting_up import Firm
from remedies.services import codes, reconciling
from tickets.actors import Actor


def set_up_paying(firm: Firm, since: dt.datetime) -> None:
    """Codes that are made for any sum, and a list of another system's that runs low."""
    by = firm.people["miriam"]
    for currency in ("GBP", "EUR"):
        codes.make_pool(
            key=f"travel-{currency.lower()}",
            title=f"Travel vouchers, {currency}",
            form="travel voucher",
            currency=currency,
            source="generated",
            amount=None,
            valid_days=730,
            by=by,
            now=since,
        )
    shop = codes.make_pool(
        key="shop-25", title="Shop cards of £25", form="shop card", currency="GBP",
        source="imported", amount=2500, low=10, valid_days=365, by=by, now=since,
    )  # fmt: skip
    codes.import_codes(
        shop,
        [f"LINDEN-25-{codes.new_code()}" for _ in range(8)],
        actor=Actor.of_user(by),
        now=since,
    )


def tell_of_payouts(now: dt.datetime) -> None:
    """The pay system names a payout of which nobody here knows: a difference to look at."""
    news = {
        "id": "remedy_990017",
        "status": "paid",
        "amount": {"minor": 4500, "currency": "GBP"},
        "reference": "PS-20418",
    }
    reconciling.take_news(news, actor=Actor.of_client("Pay system"), now=now)
