"""What is open although a method has just been put to use: said and offered, never charged."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.kit.money import Money
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOffer:
    """*text* goes on after what was done; *link* is its label and where to pay."""

    text: str = ""
    link: tuple[str, str] = ("", "")


def pay_offer(
    reader: Reader, *, product: str, amount: Money, member_id: str, method_id: str
) -> PayOffer:
    shown = reader.money(amount)
    return PayOffer(
        text=reader.say("{amount} for {product} is still open.", amount=shown, product=product),
        link=(
            reader.say("Pay {amount} now", amount=shown),
            f"/billing/manage/{member_id}/pay/?method={method_id}",
        ),
    )
