"""ExportOperations and TakeEvidence on fakes: all that is asked for or nothing, a reason, and a look for each."""

import io
import tarfile
from collections.abc import Mapping
from datetime import timedelta
from random import Random

import pytest

from chalicelib.application.review.export_operations import ExportCommand, Package, TooMuch
from chalicelib.application.review.persons import UnknownPeople
from chalicelib.application.review.take_evidence import EvidenceCommand
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.plan import Bounds
from chalicelib.domain.review.exports import bundle
from chalicelib.domain.reviewer_errors import InvalidQueryError, RoleMissingError
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.contract.review.test_audit_index import opening
from tests.fakes.audit_index import InMemoryAuditIndex
from tests.fakes.clock import FixedClock
from tests.fakes.digest_signer import QuickSigner
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import CUSTODIAN, Desk, visit
from tests.trails import make_trail

REASON = "Asked for by a court"
WHOLE = Filter(start=NOW - timedelta(days=2))


class StoredIndex(InMemoryAuditIndex):
    """An index over chains as they are stored."""

    def __init__(self, chains: Mapping[str, list[bytes]]) -> None:
        super().__init__()
        self.stored = chains

    def chains(self, operation_ids: object, deadline: Deadline) -> Mapping[str, Chain]:
        """Return chains."""
        del operation_ids, deadline
        return {id_: Chain.read(id_, stored) for id_, stored in self.stored.items()}


def files_of(package: Package | TooMuch | UnknownPeople) -> dict[str, bytes]:
    """Return the files of an archive by name."""
    assert isinstance(package, Package)
    with tarfile.open(fileobj=io.BytesIO(package.content)) as tar:
        opened = {one.name.partition("/")[2]: tar.extractfile(one) for one in tar}
        return {name: file.read() for name, file in opened.items() if file is not None}


def filled(count: int) -> Desk:
    """Return a desk with operations of the last minutes, one a minute."""
    desk = Desk(clock=FixedClock(NOW))
    desk.index.put(*(opening(number, NOW - timedelta(minutes=number)) for number in range(count)))
    return desk


def test_all_that_meets_the_filters_is_in_each_file() -> None:
    """With a line for each event, and the look tells how many."""
    desk = filled(3)
    made = desk.exporting().execute(ExportCommand(visit(reason=REASON), WHOLE, formats=("jsonl", "csv", "ocsf")))
    files = files_of(made)
    assert {name: content.count(b"\n") for name, content in files.items()} == {
        "events.jsonl": 3,
        "events.csv": 4,
        "events.ocsf.jsonl": 3,
        "manifest.json": 0,
    }
    look = desk.trail.events[-1].look
    assert (look.action, look.found, look.reason) == (Action.EXPORT, 3, REASON)


def test_an_id_leads_to_one_operation() -> None:
    """Or to none."""
    desk = filled(3)
    booked = opening(7, NOW, kind=EventKind.CONFIRMED, booking_id=77)
    desk.index.put(booked)
    desk.index.bookings[77] = booked.operation_id
    for booking, lines in ((77, 1), (78, 0)):
        made = desk.exporting().execute(ExportCommand(visit(reason=REASON), Filter(booking=booking)))
        assert files_of(made)["events.jsonl"].count(b"\n") == lines


def test_for_who_is_unknown_there_is_no_export() -> None:
    """An empty one would say that they never booked; somebody who never did has one."""
    desk = filled(1)
    desk.register = SpelledRegister(5)
    made = desk.exporting().execute(ExportCommand(visit(reason=REASON), client=6))
    assert files_of(made)["events.jsonl"] == b""
    made = desk.exporting().execute(ExportCommand(visit(reason=REASON), client=5))
    assert made == UnknownPeople(("client",))
    assert desk.trail.events[-1].look.asked == {"person": "in no event"}


def test_more_than_an_archive_may_hold_is_not_taken_at_all() -> None:
    """The answer says from when on it fits, and both parts together are the whole."""
    desk = filled(5)
    size = len(files_of(desk.exporting().execute(ExportCommand(visit(reason=REASON), WHOLE)))["events.jsonl"])
    small = desk.exporting(most_bytes=size)
    told = small.execute(ExportCommand(visit(reason=REASON), WHOLE))
    assert isinstance(told, TooMuch)
    assert told.since is not None
    assert desk.trail.events[-1].look.found == 0
    parts = [Filter(start=told.since), Filter(start=WHOLE.start, end=told.since)]
    taken = [small.execute(ExportCommand(visit(reason=REASON), part, formats=("jsonl",))) for part in parts]
    assert sum(files_of(part)["events.jsonl"].count(b"\n") for part in taken) == 5
    assert desk.exporting(most_bytes=10).execute(ExportCommand(visit(reason=REASON), WHOLE)) == TooMuch(None)


def test_more_than_an_answer_may_read_is_told_the_same_way() -> None:
    """From where the reading ended."""
    desk = filled(5)
    told = desk.exporting(Bounds(chains=4, batch=2)).execute(ExportCommand(visit(reason=REASON), WHOLE))
    assert told == TooMuch(NOW - timedelta(minutes=3))


def test_evidence_has_what_a_third_person_verifies() -> None:
    """The digests that cover it, and their proofs."""
    trail = make_trail(Random(1))
    (id_, chain), *_ = trail.chains.items()
    desk = Desk(index=StoredIndex({id_: list(chain)}), clock=FixedClock(trail.now))
    desk.shelf.put(trail.hours)
    files = files_of(desk.evidence().execute(EvidenceCommand(visit(reason=REASON), id_)))
    digests = [bundle.read_signed(line) for line in files[bundle.DIGESTS].splitlines()]
    proofs = [bundle.Proof.read(line) for line in files[bundle.PROOFS].splitlines()]
    evidence = bundle.Evidence(id_, files[bundle.EVENTS].splitlines(), digests, proofs)
    assert bundle.verify(evidence, QuickSigner()).covered == len(chain)
    assert files[bundle.key_name(1)] == b"a public key\n"
    assert desk.trail.events[-1].look.action is Action.BUNDLE


def test_evidence_without_a_digest_is_the_chain_alone() -> None:
    """And of nothing there is none, which is a look too."""
    desk = filled(1)
    files = files_of(desk.evidence().execute(EvidenceCommand(visit(reason=REASON), opening(0).operation_id)))
    assert files[bundle.DIGESTS] == files[bundle.PROOFS] == b""
    with pytest.raises(NotFoundError):
        desk.evidence().execute(EvidenceCommand(visit(reason=REASON), opening(9).operation_id))
    assert [event.look.found for event in desk.trail.events] == [1, 0]


def test_nothing_leaves_without_a_reason_or_the_role() -> None:
    """Nor is it a look."""
    desk = filled(1)
    evidence = EvidenceCommand(visit(), opening(0).operation_id)
    with pytest.raises(InvalidQueryError):
        desk.exporting().execute(ExportCommand(visit()))
    with pytest.raises(InvalidQueryError):
        desk.evidence().execute(evidence)
    with pytest.raises(RoleMissingError):
        desk.exporting().execute(ExportCommand(visit(CUSTODIAN, REASON)))
    with pytest.raises(RoleMissingError):
        desk.evidence().execute(EvidenceCommand(visit(CUSTODIAN, REASON), opening(0).operation_id))
    assert desk.trail.events == []
