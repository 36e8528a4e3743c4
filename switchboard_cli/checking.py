"""`switchboard audit verify`: an export or a bundle against itself, without a network and without credentials."""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from chalicelib.adapters.digest_keys import TrustedKeys
from chalicelib.domain.audit.chain import StoredChain, broken_link
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.domain.review.behaviour import first_impossible
from chalicelib.domain.review.exports import bundle, formats, lines, manifest
from switchboard_cli import screen
from switchboard_cli.exits import CommandError, Exit
from switchboard_cli.files import lines_of, sum_of
from switchboard_cli.options import as_json

MOST_NAMED = 1000


@dataclass(slots=True)
class Result:
    """What was looked at, and what is wrong: of files a sentence, of records a finding."""

    operations: int = 0
    events: int = 0
    looks: int = 0
    covered: int = 0
    keys: tuple[str, ...] = ()
    wrong: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: int = 0

    @property
    def is_clean(self) -> bool:
        """Tell whether all is as it was written, as far as can be told from this alone."""
        return not self.wrong and not self.findings and not self.left_out

    def count(self, chain: StoredChain) -> None:
        """Count a chain."""
        if is_of_looks(chain.operation_id):
            self.looks += len(chain.events)
        else:
            self.operations += 1
            self.events += len(chain.events)

    def take(self, finding: Finding | None) -> None:
        """Note a finding, if it is one, up to MOST_NAMED."""
        if finding is None:
            return
        if len(self.findings) < MOST_NAMED:
            self.findings.append(finding)
        else:
            self.left_out += 1

    def document(self) -> dict[str, object]:
        """Return the verdict as JSON tells it."""
        return {
            "verdict": "clean" if self.is_clean else "tampered",
            "operations": self.operations,
            "events": self.events,
            "looks": self.looks,
            "covered_by_digests": self.covered,
            "keys_sha256": list(self.keys),
            "files": self.wrong,
            "findings": [
                {"kind": one.kind, "operation": one.operation_id, "number": one.sequence, "what": one.what,
                 "how_to_read": one.how_to_read} for one in self.findings
            ],
            "left_out": self.left_out,
        }  # fmt: skip


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--key", "keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="A trusted public key of digests (PEM or DER); of a bundle, else the key inside it.")  # fmt: skip
@as_json
def verify(path: Path, keys: tuple[Path, ...], is_json: bool) -> None:
    """Verify an export (its folder, or a file of JSON lines) or a bundle at PATH. Needs no network and no credentials."""
    try:
        result = verdict(path, keys)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be verified: {error}", Exit.WRONG_USE) from error
    if is_json:
        screen.document(result.document())
    else:
        _tell(result)
    if not result.is_clean:
        sys.exit(Exit.FOUND_WRONG)


def verdict(path: Path, keys: Sequence[Path]) -> Result:
    """Return what is found at a path.

    Raises:
        OSError: a file cannot be read.
        ValueError: there is no export and no bundle, or a key is none.
    """
    result = Result()
    files = [path]
    if path.is_dir():
        stored = (path / manifest.NAME).read_bytes()
        result.wrong += manifest.differing(stored, lambda name: sum_of(path / Path(name).name))
        files = [file for name in (bundle.EVENTS, formats.LOOKS) if (file := path / name).is_file()]
        if json.loads(stored).get("kind") == "evidence":
            _bundle(path, json.loads(stored).get("operation"), keys, result)
            return result
    with screen.progress("operations verified") as steps:
        for file in files:  # none where there is a table alone: its sums are all that can be checked
            for chain in lines.read(lines_of(file)):
                result.count(chain)
                result.take(_finding(chain))
                steps.took()
    return result


def _finding(chain: StoredChain) -> Finding | None:
    broken = broken_link(chain)
    if broken is not None or is_of_looks(chain.operation_id):
        return broken
    return first_impossible([StoredEvent.read(event) for event in chain.events])


def _bundle(path: Path, operation: object, keys: Sequence[Path], result: Result) -> None:
    """Verify a bundle; the key inside it serves where nobody names a trusted one."""
    trusted = [key.read_bytes() for key in keys or sorted(path.glob(bundle.KEYS))]
    stored = [line.removesuffix(b"\n") for line in lines_of(path / bundle.EVENTS)]
    digests = [bundle.read_signed(line) for line in lines_of(path / bundle.DIGESTS)]
    proofs = [bundle.Proof.read(line) for line in lines_of(path / bundle.PROOFS)]
    found = bundle.verify(bundle.Evidence(str(operation), stored, digests, proofs), TrustedKeys.read(*trusted))
    result.operations, result.events, result.covered = 1, found.events, found.covered
    result.keys = tuple(hashlib.sha256(key).hexdigest() for key in trusted)
    for finding in found.findings:
        result.take(finding)
    if trusted and not keys:
        screen.remark(
            "The keys are the bundle's own. Compare their SHA-256 with those that are published, or give --key."
        )


def _tell(result: Result) -> None:
    rows = [("operations", result.operations), ("events", result.events), ("looks and deeds", result.looks)]
    rows += [("covered by digests", result.covered)]
    rows += [("SHA-256 of a key", key) for key in result.keys]  # type: ignore[misc]  # a text beside numbers
    screen.table("Clean" if result.is_clean else "NOT as it was written", ("what", "how many"), rows)
    for wrong in result.wrong:
        screen.remark(wrong)
    for finding in result.findings:
        screen.remark(f"{finding}\n  {finding.how_to_read}")
    if result.left_out:
        screen.remark(f"{result.left_out} operations more are not as they were written.")
