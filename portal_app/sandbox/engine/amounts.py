"""Integer minor units written the way Stripe writes them into descriptions and messages."""

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
