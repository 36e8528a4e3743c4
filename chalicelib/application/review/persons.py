"""People as reviewers name them, and as events do: all of it goes through the register."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.application.review.ports import Register
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

PERSON_MEMBERS = frozenset({"account", "candidate"})  # the members of an event that name somebody


class IdentityRegister:
    """A Register for events that name people by their UserIDs."""

    def stored(self, user_id: int, deadline: Deadline) -> PersonId | None:  # noqa: ARG002 (others have to ask somewhere)
        """Return the UserID."""
        return user_id

    def shown(self, person: PersonId, deadline: Deadline) -> PersonId:  # noqa: ARG002 (the same)
        """Return what the event says."""
        return person


@dataclass(frozen=True, slots=True)
class Persons:
    """The register, as searches and answers use it."""

    register: Register

    def stored(self, asked: Filter, client: int | None, candidate: int | None, deadline: Deadline) -> Filter | None:
        """Return the filters with people named as events name them; None when somebody is in no event at all."""
        named = {}
        for name, user_id in (("client", client), ("candidate", candidate)):
            if user_id is not None:
                person = self.register.stored(user_id, deadline)
                if person is None:
                    return None
                named[name] = person
        return replace(asked, **named)  # type: ignore[arg-type]  # both members are of this type

    def shown(self, members: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        """Return what an event says, with people as a reviewer sees them."""
        return {
            name: self.register.shown(value, deadline) if name in PERSON_MEMBERS and value is not None else value
            for name, value in members.items()
        }
