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


UNKNOWN = (
    "The register has nobody of this UserID: no record here tells of them, or they were erased. Check the digits, that it is a "
    "UserID of AdultWork's and no BookingID, and that this is the stage where they booked or were booked. What an erasure leaves "
    "is found by the pseudonym in its event."
)


@dataclass(frozen=True, slots=True)
class UnknownPeople:
    """The parameters of a question that name somebody by a UserID that the register does not have: nothing was searched."""

    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Persons:
    """The register, as searches and answers use it."""

    register: Register

    def stored(
        self, asked: Filter, client: PersonId | None, candidate: PersonId | None, deadline: Deadline
    ) -> Filter | UnknownPeople:
        """Return the filters with people named as events name them, or who of them is in no event at all."""
        named: dict[str, str] = {}
        unknown: list[str] = []
        for name, asked_for in (("client", client), ("candidate", candidate)):
            if asked_for is not None:
                person = self.register.stored(asked_for, deadline) if isinstance(asked_for, int) else asked_for
                if person is None:
                    unknown.append(name)
                else:
                    named[name] = person
        if unknown:
            return UnknownPeople(tuple(unknown))
        return replace(
            asked, client=named.get("client", asked.client), candidate=named.get("candidate", asked.candidate)
        )

    def seen(self, person: object, deadline: Deadline) -> Seen:
        """Return somebody whom an event names, with their UserID."""
        return Seen(person, self.register.user_id(person, deadline) if isinstance(person, str) else None)


def named(person: object, asked_for: PersonId | None, stored: str | None) -> Seen:
    """Return somebody in a list: with the UserID where that was asked for, which costs no look into the register."""
    return Seen(person, asked_for if isinstance(asked_for, int) and person == stored else None)
