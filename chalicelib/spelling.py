"""Names that were meant to be one of ours: a variable that nobody reads would else be wrong in silence."""

from collections.abc import Collection, Iterable, Iterator

ALIKE = (
    0.88  # ALLOWED_ORIGIN, HMAC_KEYS and ADULTWORK_BASEURL are; POLL_SECONDS (0.83 to POST_SECONDS) is somebody else's
)
SURELY_OURS = "ADULTWORK_"
_RELATED = 0.8
_LENGTHS, _LETTERS = 4, 3  # two names that differ by more are never as alike as that


def misspelt(names: Iterable[str], known: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each name that is none of the known ones and was meant to be one, with the nearest, if any is near.

    An environment is full of foreign names, so a name has to be very near, or to begin as only ours do.
    """
    letters = {name: set(name) for name in known}
    for name in names:
        if name in letters:
            continue
        if name.startswith(SURELY_OURS):
            yield name, _nearest(name, known, _RELATED)
        elif nearest := _nearest(name, [other for other in known if _may_be(name, other, letters[other])], ALIKE):
            yield name, nearest


def _may_be(name: str, other: str, letters: set[str]) -> bool:
    """Tell at little cost whether two names may be alike: this runs for each variable at each cold start."""
    return abs(len(name) - len(other)) <= _LENGTHS and len(letters.symmetric_difference(name)) <= _LETTERS


def _nearest(name: str, known: Collection[str], cutoff: float) -> str | None:
    """Return the known name that is most like `name`."""
    if not known:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 (only where a name may be misspelt)

    return next(iter(get_close_matches(name, known, 1, cutoff)), None)
