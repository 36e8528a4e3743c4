"""Sets of characters by ranges: a regular expression as large would first be compiled, 50 M instructions at each cold start."""

from bisect import bisect_right


class Characters:
    """A set of characters, written as between the brackets of a regular expression; its ranges do not overlap."""

    def __init__(self, written: str) -> None:
        last_of: dict[str, str] = {}
        before = ""
        parts = iter(written)
        for character in parts:
            if character == "-":
                last_of[before] = next(parts)
            else:
                last_of[character] = before = character
        self._firsts = sorted(last_of)
        self._lasts = [last_of[first] for first in self._firsts]

    def __contains__(self, character: str) -> bool:
        place = bisect_right(self._firsts, character) - 1
        return place >= 0 and character <= self._lasts[place]
