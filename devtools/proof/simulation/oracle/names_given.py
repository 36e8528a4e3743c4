"""I13 to I15: a person has one name, events tell no other and no UserID, and a register out of reach stops no booking."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.errors import StoreUnavailableError
from devtools.proof.simulation.oracle.evidence import Evidence, People
from devtools.proof.simulation.world.register import CANDIDATE_ROW, CLIENT_ROW

REFUSED = frozenset({EventKind.REFUSED, EventKind.REFUSALS_COUNTED})


@dataclass(frozen=True, slots=True)
class Told:
    """Whom one event names how; `is_sealed` tells that its call had the client's key, whose row has the name, too."""

    operation_id: str
    kind: str
    client: str | None
    candidate: str | None
    is_sealed: bool


def names_that_differ(evidence: Evidence) -> Iterator[str]:
    """Yield each person with two names in the register, each name of two, and each event that tells another one, or none."""
    given: dict[int, str] = {}
    for person, name in evidence.history.names:
        if given.setdefault(person, name) != name:
            yield f"{person} is {name} in the register, and was {given[person]}"
    if len(set(given.values())) < len(given):
        yield "two people have one name in the register"
    for id_, chain in evidence.chains.items():
        if about := evidence.people.get(id_):
            told = [_told(stored) for stored in chain]
            yield from _misnamed(given, about, told)
            yield from () if evidence.history.clocks_set else _unnamed(told)
    for record in evidence.records:
        names = (record.names.client or given.get(record.account), record.names.candidate)
        if names != (given.get(record.account), given.get(record.book_user_id)):
            yield f"{record.id} is remembered of {record.names}"


def _misnamed(given: dict[int, str], about: People, chain: list[Told]) -> Iterator[str]:
    """Yield what the events of one chain call its people wrongly."""
    is_client_named = False
    for told in chain:
        if told.client is not None and told.client != given.get(about.client):
            yield f"{told.operation_id}: {told.kind} calls the client {told.client}"
        if told.candidate is not None and told.candidate != given.get(about.candidate):
            yield f"{told.operation_id}: {told.kind} calls the candidate {told.candidate}"
        if told.candidate is None and told.kind not in REFUSED:
            yield f"{told.operation_id}: {told.kind} does not name the candidate"
        if is_client_named and told.client is None:
            yield f"{told.operation_id}: {told.kind} does not name the client any more"
        is_client_named = told.client is not None


def _unnamed(chain: list[Told]) -> Iterator[str]:
    """Yield what does not name its client although its call knew him; who sets a clock lets a container forget."""
    for told in chain:
        if told.is_sealed and told.client is None:
            yield f"{told.operation_id}: {told.kind} has the contact under the client's key, and does not name him"


def _told(stored: bytes) -> Told:
    document = json.loads(stored)
    is_sealed = not document.keys().isdisjoint({"sealed_contact", "sealed_contact_sha256"})
    names = document.get("client"), document.get("candidate")
    return Told(document["operation_id"], document["kind"], *names, is_sealed)


def user_ids_told(evidence: Evidence) -> Iterator[str]:
    """Yield each event with a UserID of anybody in it; within a hash, which has such digits by chance, hex stands beside."""
    ids = "|".join(sorted({str(one) for about in evidence.people.values() for one in about}))
    known = re.compile(rf"(?<![0-9a-f])(?:{ids})(?![0-9a-f])")
    for id_, chain in evidence.chains.items():
        if ids and any(known.search(stored.decode()) for stored in chain):
            yield f"an event of {id_} tells a UserID"


def bookings_stopped_by_names(evidence: Evidence) -> Iterator[str]:
    """Yield each call that a client's row out of reach has failed, and each that sent without its candidate's."""
    for said in evidence.history.said:
        failed = evidence.history.failed.get(said.call, set())
        if isinstance(said.answer, StoreUnavailableError) and failed == {CLIENT_ROW}:
            yield f"call {said.call} was refused because nobody could tell what its client is called"
    for post in evidence.history.posts:
        if CANDIDATE_ROW in evidence.history.failed.get(post.call, ()):
            yield f"call {post.call} sent a booking and could not tell what its candidate is called"
