"""What a caller wants to read (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence


def preferred(accept: Sequence[str], offered: Sequence[str]) -> str:
    """Return the media type that is wanted most, the first of equals; the first of all when none is.

    `accept` are the values of the header, `offered` media types without parameters. A caller is told something in any case,
    so a weight that cannot be read counts as none.
    """
    weights = _weights(accept)
    if not weights:
        return offered[0]
    return max(offered, key=lambda kind: _weight(kind, weights))


def _weights(accept: Sequence[str]) -> dict[str, float]:
    """Return the weight of each range; parameters other than `q` make no difference."""
    found: dict[str, float] = {}
    for part in ",".join(accept).lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        if kind:
            weight = next((value[2:].strip() for value in parameters if value.startswith("q=")), "1")
            found[kind] = float(weight) if weight.replace(".", "", 1).isdecimal() and weight.isascii() else 0.0
    return found


def _weight(kind: str, weights: dict[str, float]) -> float:
    """Return the weight of a media type: of its most specific range."""
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((weights[each] for each in ranges if each in weights), 0.0)
