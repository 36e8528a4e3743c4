"""A register that reviewers ask, in which pseudonyms tell the UserID."""

from chalicelib.domain.names import PSEUDONYM
from chalicelib.domain.time_budget import Deadline
from tests.builders import pseudonym


class SpelledRegister:
    """Implements the reviewers' `Register`; `unknown` are in no event."""

    def __init__(self, *unknown: int) -> None:
        self.unknown = unknown

    def stored(self, user_id: int, deadline: Deadline) -> str | None:  # noqa: ARG002 (there is nothing to ask)
        """Return what events call the user of a UserID."""
        return None if user_id in self.unknown else pseudonym(user_id)

    def user_id(self, person: str, deadline: Deadline) -> int | None:  # noqa: ARG002 (the same)
        """Return who somebody is."""
        if not PSEUDONYM.fullmatch(person):
            return None
        user_id = int(person.removeprefix("p_"))
        return None if user_id in self.unknown else user_id
