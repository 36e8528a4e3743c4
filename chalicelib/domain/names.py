"""How records name people: by pseudonyms, which only the register ties to UserIDs."""

import re

from chalicelib.values import dataclass

PSEUDONYM = re.compile(r"p_[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True, slots=True)
class Names:
    """The pseudonyms of the two people of an operation; None for one that is not known, or not yet.

    With `is_candidate_new` the register has no row of the candidate, and the claim puts it.
    """

    client: str | None = None
    candidate: str | None = None
    is_candidate_new: bool = False

    def after(self, earlier: "Names") -> "Names":
        """Return these names for the next attempt of an operation: whoever was named keeps that name."""
        return Names(
            earlier.client or self.client,
            earlier.candidate or self.candidate,
            is_candidate_new=self.is_candidate_new and earlier.candidate is None,
        )


UNNAMED = Names()
