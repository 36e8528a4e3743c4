"""ShowOperation: everything that the audit tells of one operation."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.persons import Persons, Seen
from chalicelib.application.review.ports import AuditIndex, Contacts
from chalicelib.domain.audit.event import CHANGE
from chalicelib.domain.audit.stored_event import StoredEvent as WrittenEvent
from chalicelib.domain.audit.stored_event import UnreadableEventError
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.desk.chain import Chain, StoredEvent
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.masks import masked
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.review.desk.titles import title_of
from chalicelib.domain.review.wording import sentences
from chalicelib.domain.reviewer_errors import InvalidQueryError
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass


class ContactState(StrEnum):
    """What an answer tells of the sealed contact fields."""

    NONE = "none"
    MASKED = "masked"
    OPENED = "opened"
    LOST = "lost"  # its key was erased, or it is not what was sealed


@dataclass(frozen=True, slots=True)
class ShowCommand:
    """A question for one operation; with `unmask`, also for its contact fields, which takes a role and a reason."""

    visit: Visit
    operation_id: str
    unmask: bool = False


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event as a reviewer sees it. `words` are whole sentences; None for an event that cannot be read."""

    event: StoredEvent
    title: str
    members: Mapping[str, Any]
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """An operation with every event, oldest first; `contact` are its opened fields under the upstream's names."""

    chain: Chain
    client: Seen
    candidate: Seen
    events: tuple[ShownEvent, ...]
    contact_state: ContactState
    contact: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ShowOperation:
    """The use case."""

    door: Door
    index: AuditIndex
    persons: Persons
    contacts: Contacts

    def execute(self, command: ShowCommand) -> Timeline:
        """Answer with an operation.

        1. Let the reviewer in; who unmasks needs the role, and a reason. 2. Read. 3. Record the look, one in vain too. 4. Answer.

        Raises:
            InvalidQueryError: unmasking without a reason.
            NotFoundError: the audit has no such operation.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        roles = (Role.REVIEWER, Role.UNMASK) if command.unmask else (Role.REVIEWER,)
        reviewer = self.door.admit(command.visit, deadline, *roles)  # 1
        if command.unmask and command.visit.reason is None:
            message = "Say why you need the contact fields, in the header Review-Reason or the parameter reason."
            raise InvalidQueryError("The query cannot be used.", violations=[Violation("/reason", "reason", message)])
        chain = self.index.chains([command.operation_id], deadline).get(command.operation_id)  # 2
        timeline = None if chain is None else self._timeline(chain, deadline, unmask=command.unmask)
        action = Action.UNMASK if command.unmask else Action.SHOW
        asked = {"operation": command.operation_id}
        self.door.record(command.visit, reviewer, action, asked, int(timeline is not None), deadline)  # 3
        if timeline is None:
            raise NotFoundError("The audit has no operation of this id.")
        return timeline  # 4

    def _timeline(self, chain: Chain, deadline: Deadline, *, unmask: bool) -> Timeline:
        client, candidate = self.persons.seen(chain.client, deadline), self.persons.seen(chain.candidate, deadline)
        state, contact = ContactState.NONE, None
        sealed = [event for event in chain.events if {"sealed_contact", "sealed_contact_sha256"} & event.members.keys()]
        if sealed:
            state = ContactState.MASKED
        if sealed and unmask:
            contact = self._contact(chain, client.user_id, sealed[-1], deadline)
            state = ContactState.LOST if contact is None else ContactState.OPENED
        events = tuple(_shown(event, unmask=unmask) for event in chain.events)
        return Timeline(chain, client, candidate, events, state, contact)

    def _contact(
        self, chain: Chain, account: int | None, event: StoredEvent, deadline: Deadline
    ) -> Mapping[str, str] | None:
        """Return the opened fields of an event: sealed inside it, or beside it under the digest that it tells."""
        sequence = event.members.get("sequence")
        if account is None or not isinstance(sequence, int):
            return None
        sealed = event.members.get("sealed_contact")
        if sealed is None:
            sealed = self.index.contact(chain.operation_id, sequence, deadline)
            told = event.members["sealed_contact_sha256"]
            if sealed is None or hashlib.sha256(sealed.encode()).hexdigest() != told:
                return None
        return self.contacts.opened(account, chain.operation_id, str(sealed), deadline)


def _shown(event: StoredEvent, *, unmask: bool) -> ShownEvent:
    members = event.members if unmask else masked(event.members)
    return ShownEvent(event, title_of(event.kind, event.members.get(CHANGE)), members, words_of(event.canonical))


def words_of(canonical: bytes) -> str | None:
    """Return what an event says, in sentences; None where its bytes are no event as we write them."""
    try:
        return " ".join(sentences(WrittenEvent.read(canonical)))
    except UnreadableEventError:
        return None
