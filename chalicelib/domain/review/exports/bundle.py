"""The evidence of one operation: its events, the digests that cover them, and proofs that need neither trail nor listing."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeVar

from chalicelib.domain.audit.chain import StoredChain, broken_link, lost
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import Digest, Entry, UnreadableDigestError
from chalicelib.domain.audit.finding import Finding, Tampering, tampered
from chalicelib.domain.audit.inclusion import Inclusion, Part, prove
from chalicelib.domain.audit.signature import SignatureCheck, Signed
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.review.behaviour import first_impossible
from chalicelib.values import dataclass

EVENTS, DIGESTS, PROOFS, PAGE = "events.jsonl", "digests.jsonl", "proofs.jsonl", "index.html"
KEYS = "public-key-*.pem"

Read = TypeVar("Read")


class UnreadableBundleError(ValueError):
    """A line of a bundle is none that we write."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That the digest of a number covers an entry."""

    number: int
    entry: Entry
    inclusion: Inclusion

    def line(self) -> bytes:
        """Return the line of a bundle that holds the proof."""
        told = self.inclusion
        return canonical_bytes(
            {
                "digest": self.number,
                "part": told.part.value,
                "index": told.index,
                "path": [node.hex() for node in told.path],
                "entry": self.entry.leaf().decode(),
            }
        )

    @classmethod
    def read(cls, line: bytes) -> "Proof":
        """Return the proof of a line.

        Raises:
            UnreadableBundleError: it holds none.
        """
        return _read(line, cls._of)

    @classmethod
    def _of(cls, told: Mapping[str, Any]) -> "Proof":
        path = tuple(bytes.fromhex(node) for node in told["path"])
        inclusion = Inclusion(Part(told["part"]), int(told["index"]), path)
        return cls(int(told["digest"]), Entry.read(told["entry"].encode()), inclusion)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a bundle holds beside its page: `events` are the stored bytes, `digests` those that cover some of them."""

    operation_id: str
    events: Sequence[bytes]
    digests: Sequence[Signed] = ()
    proofs: Sequence[Proof] = ()


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What a bundle proves: `covered` of its `events` stand in digests that a trusted key has signed."""

    findings: tuple[Finding, ...]
    events: int
    covered: int
    digests: int

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def collect(operation_id: str, events: Sequence[bytes], hours: Iterable[DigestedHour]) -> Evidence:
    """Return the evidence of an operation out of all digests, which are read once, one at a time."""
    digests: list[Signed] = []
    proofs: list[Proof] = []
    for hour in hours:
        own = [entry for entry in hour.listing.all() if entry.operation_id == operation_id]
        if not own:
            continue
        digests.append(hour.signed)
        try:
            number, listing = Digest.read(hour.signed.canonical).number, hour.listing
        except UnreadableDigestError:
            continue  # it goes along, for a verification to name it
        for part, entries in ((Part.LATE, listing.late), (Part.EVENTS, listing.on_time), (Part.HEADS, listing.heads())):
            proofs += [Proof(number, entry, prove(listing, entry, part)) for entry in own if entry in entries]
    return Evidence(operation_id, events, digests, proofs)


def key_name(number: int) -> str:
    """Return the name of the file of a public key; they are counted from 1."""
    return KEYS.replace("*", str(number))


def signed_line(signed: Signed) -> bytes:
    """Return the line of a bundle that holds a digest."""
    return canonical_bytes(
        {
            "digest": signed.canonical.decode(),
            "signature": base64.b64encode(signed.signature).decode(),
            "key_id": signed.key_id,
            "algorithm": signed.algorithm,
        }
    )


def read_signed(line: bytes) -> Signed:
    """Return the digest of a line.

    Raises:
        UnreadableBundleError: it holds none.
    """
    return _read(line, _signed)


def _signed(told: Mapping[str, Any]) -> Signed:
    signature = base64.b64decode(told["signature"], validate=True)
    return Signed(str(told["digest"]).encode(), signature, str(told["key_id"]), str(told["algorithm"]))


def _read(line: bytes, read: Callable[[Mapping[str, Any]], Read]) -> Read:
    try:
        return read(json.loads(line))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnreadableBundleError("a line of the bundle cannot be read") from error


def verify(evidence: Evidence, check: SignatureCheck) -> EvidenceVerdict:
    """Verify a bundle by itself: the chain, the story that it tells, the signatures, and that digests cover its events."""
    return _Examination(evidence, check).verdict()


@dataclass(frozen=True, slots=True)
class _Examination:
    """One bundle and what was found so far."""

    evidence: Evidence
    check: SignatureCheck
    findings: list[Finding] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)

    def verdict(self) -> EvidenceVerdict:
        """Look at all of it."""
        chain = StoredChain(self.evidence.operation_id, self.evidence.events)
        broken = broken_link(chain)
        if broken is not None:
            self.findings.append(broken)
        elif impossible := first_impossible([StoredEvent.read(event) for event in chain.events]):
            self.findings.append(impossible)
        trusted = self._trusted()
        wrong = (self._wrong(proof, trusted.get(proof.number), chain.hashes()) for proof in self.evidence.proofs)
        self.findings.extend(finding for finding in wrong if finding is not None)
        return EvidenceVerdict(
            tuple(dict.fromkeys(self.findings)), len(chain.events), len(self.covered), len(self.evidence.digests)
        )

    def _trusted(self) -> dict[int, Digest]:
        """Return the digests that a trusted key has signed, by number."""
        trusted: dict[int, Digest] = {}
        for place, signed in enumerate(self.evidence.digests, start=1):
            try:
                digest = Digest.read(signed.canonical)
            except UnreadableDigestError as error:
                self.findings.append(tampered(Tampering.DIGEST_CHANGED, None, place, f"its bytes are {error}"))
                continue
            if self.check.holds(signed):
                trusted[digest.number] = digest
            else:
                what = f"its signature, said to be of the key {signed.key_id}, does not hold"
                self.findings.append(tampered(Tampering.RESIGNED, None, digest.number, what))
        return trusted

    def _wrong(self, proof: Proof, digest: Digest | None, hashes: Sequence[str]) -> Finding | None:
        """Note which event a proof covers, or return what is wrong."""
        entry = proof.entry
        if digest is None:
            return None  # its digest is missing or has its own finding: the event counts as not covered
        if not proof.inclusion.holds(entry, digest):
            return tampered(
                Tampering.DIGEST_CHANGED, None, proof.number, "a proof of the bundle does not lead to its root"
            )
        if entry.operation_id != self.evidence.operation_id:
            return None
        if entry.sequence > len(hashes):
            return lost(self.evidence.operation_id, len(hashes), entry.sequence)
        if hashes[entry.sequence - 1] != entry.hash:
            what = f"its hash is {hashes[entry.sequence - 1]}, and was {entry.hash}"
            return tampered(Tampering.CHANGED, entry.operation_id, entry.sequence, what)
        self.covered.update(range(1, entry.sequence + 1))  # each event holds the hash of the one before
        return None
