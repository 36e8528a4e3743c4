"""People as reviewers name them, by UserID, and as events do, by pseudonym: all of it goes through the register."""

from dataclasses import replace
from typing import Any

from chalicelib.application.review.ports import Register
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody as a reviewer sees them: what events say, and the UserID, where the register knows it and was asked."""

    person: Any
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Persons:
    """The register, as searches and answers use it."""

    register: Register

    def stored(
        self, asked: Filter, client: PersonId | None, candidate: PersonId | None, deadline: Deadline
    ) -> Filter | None:
        """Return the filters with people named as events name them; None when somebody is in no event at all."""
        named: dict[str, str] = {}
        for name, asked_for in (("client", client), ("candidate", candidate)):
            if asked_for is not None:
                person = self.register.stored(asked_for, deadline) if isinstance(asked_for, int) else asked_for
                if person is None:
                    return None
                named[name] = person
        return replace(
            asked, client=named.get("client", asked.client), candidate=named.get("candidate", asked.candidate)
        )

    def seen(self, person: object, deadline: Deadline) -> Seen:
        """Return somebody whom an event names, with their UserID."""
        return Seen(person, self.register.user_id(person, deadline) if isinstance(person, str) else None)


def named(person: object, asked_for: PersonId | None, stored: str | None) -> Seen:
    """Return somebody in a list: with the UserID where that was asked for, which costs no look into the register."""
    return Seen(person, asked_for if isinstance(asked_for, int) and person == stored else None)
