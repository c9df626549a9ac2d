"""Integer minor units: written the way Stripe writes them, and divided without losing a cent."""

from fractions import Fraction

_ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
_THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def written(amount: int, currency: str) -> str:
    """`2900, "usd"` → `$29.00`; `1500, "jpy"` → `¥1500`; `9500, "kwd"` → `9.500 KWD`."""
    digits = 0 if currency in _ZERO_DECIMAL else 3 if currency in _THREE_DECIMAL else 2
    sign = "-" if amount < 0 else ""
    whole = f"{abs(amount) / 10**digits:.{digits}f}"
    if symbol := _SYMBOLS.get(currency):
        return f"{sign}{symbol}{whole}"
    return f"{sign}{whole} {currency.upper()}"


def portion(amount: int, share: Fraction) -> int:
    """`amount` times `share`, halves away from zero, so that a credit mirrors its debit."""
    exact = abs(amount) * share
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return rounded if amount >= 0 else -rounded


def allocated(total: int, weights: list[int]) -> list[int]:
    """`total` spread over `weights` in proportion; the parts add up to it exactly.

    Every part is the difference of two rounded running sums, so that no cent is lost or made.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts, running, given = [], 0, 0
    for weight in weights:
        running += weight
        upto = portion(total, Fraction(running, whole))
        parts.append(upto - given)
        given = upto
    return parts
