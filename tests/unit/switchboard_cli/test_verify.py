"""`switchboard audit verify` on folders and files, without network or credentials."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports import bundle, lines, manifest, table
from chalicelib.domain.review.exports.page import page
from switchboard_cli.files import Folder
from switchboard_cli.program import program
from tests.builders import NOW, pseudonym
from tests.contract.records import UNKNOWN, claim_event, conclusion_event, operation
from tests.fakes.digest_signer import EcdsaSigner
from tests.trails import make_chain, make_hours, make_looks

OPERATION = operation()
STORY = [claim_event(OPERATION).canonical(), conclusion_event(OPERATION, UNKNOWN).canonical()]


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(program, ["audit", "verify", *map(str, arguments)])


def verdict(*arguments: object) -> tuple[int, dict[str, object]]:
    """Run the command for JSON."""
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return an export of one operation."""
    tally = manifest.Tally()
    with Folder(tmp_path / "export") as files:
        tally.take(chain := Chain.read(OPERATION.id, STORY))
        files.write("events.jsonl", *lines.written(STORY))
        files.write("events.csv", table.line(table.COLUMNS), *table.lines(chain))
        files.write(manifest.NAME, manifest.manifest(NOW, files.sums, tally, {}, kind="export"))
    return tmp_path / "export"


def write_bundle(folder: Path, signer: EcdsaSigner, *, key: bool = True) -> Path:
    """Write the evidence of the operation, signed by a signer."""
    other = make_chain("op_" + "0" * 26, [NOW + timedelta(minutes=1)])
    evidence = bundle.collect(
        OPERATION.id, STORY, make_hours({OPERATION.id: STORY, "op_" + "0" * 26: other}, NOW, 2, signer)
    )
    with Folder(folder) as files:
        files.write(bundle.EVENTS, *lines.written(STORY))
        files.write(bundle.DIGESTS, *(bundle.signed_line(one) + b"\n" for one in evidence.digests))
        files.write(bundle.PROOFS, *(one.line() + b"\n" for one in evidence.proofs))
        files.write(bundle.PAGE, page(evidence, NOW))
        if key:
            files.write(bundle.key_name(1), signer.public_key())
        more = {"kind": "evidence", "operation": OPERATION.id}
        files.write(manifest.NAME, manifest.manifest(NOW, files.sums, manifest.Tally(), {}, **more))
    return folder


def test_an_export_is_clean(export: Path) -> None:
    """The folder, and its lines alone."""
    for path in (export, export / "events.jsonl"):
        status, told = verdict(path)
        assert (status, told["verdict"], told["operations"], told["events"]) == (0, "clean", 1, 2)
    assert "Clean" in run(export).stdout


def test_a_changed_export_is_named(export: Path) -> None:
    """By its sum, and by the first bad event."""
    events = export / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(pseudonym(1001).encode(), pseudonym(1002).encode(), 1))
    result = run(export)
    assert result.exit_code == 1
    assert "events.jsonl is not the file" in result.stderr
    assert f"changed: {OPERATION.id}, event 1" in result.stderr


def test_a_lost_table_is_named(export: Path) -> None:
    """Its manifest knows it."""
    (export / "events.csv").unlink()
    assert verdict(export)[1]["files"] == ["events.csv is not there"]


def test_looks_that_were_taken_along_are_verified(export: Path) -> None:
    """Beside the events and alone; a changed one is named, and no story is asked of them."""
    name, stored = make_looks("carl", [NOW, NOW + timedelta(minutes=1)])
    looks = export / "looks.jsonl"
    looks.write_bytes(b"".join(lines.written(stored)))
    for path, operations in ((export, 1), (looks, 0)):
        status, told = verdict(path)
        assert (status, told["operations"], told["looks"]) == (0, operations, 2)
    looks.write_bytes(looks.read_bytes().replace(b'"found":0', b'"found":1'))
    result = run(export)
    assert result.exit_code == 1
    assert f"changed: {name}, look 1: the event after it was chained to other bytes" in result.stderr


def test_a_table_alone_is_verified_by_its_sum(export: Path) -> None:
    """There are no events to verify."""
    (export / "events.jsonl").unlink()
    told = json.loads((export / manifest.NAME).read_bytes())
    told["files"] = [one for one in told["files"] if one["name"] == "events.csv"]
    (export / manifest.NAME).write_text(json.dumps(told))
    assert verdict(export)[1]["verdict"] == "clean"


def test_a_bundle_verifies_alone(tmp_path: Path) -> None:
    """By the key inside it, which is said."""
    folder = write_bundle(tmp_path / "bundle", EcdsaSigner())
    result = run(folder)
    assert result.exit_code == 0
    assert "The keys are the bundle's own" in result.stderr
    assert verdict(folder)[1]["covered_by_digests"] == 2


def test_a_bundle_that_another_key_has_signed_is_found(tmp_path: Path) -> None:
    """With the key that is trusted, nothing that it says of itself counts."""
    folder, trusted = write_bundle(tmp_path / "bundle", EcdsaSigner()), tmp_path / "trusted.pem"
    trusted.write_bytes(EcdsaSigner().public_key())
    status, told = verdict(folder, "--key", trusted)
    assert (status, told["covered_by_digests"]) == (1, 0)
    assert [finding["kind"] for finding in told["findings"]] == ["re-signed"]  # type: ignore[attr-defined]


def test_a_bundle_without_a_key_trusts_nobody(tmp_path: Path) -> None:
    """Its digests do not count."""
    assert verdict(write_bundle(tmp_path / "bundle", EcdsaSigner(), key=False))[0] == 1


def test_many_findings_are_counted(tmp_path: Path) -> None:
    """The first thousand are named."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(lines.written(make_chain(f"op_{number}", [NOW] * 2)[1] for number in range(1001))))
    result = run(path)
    assert result.exit_code == 1
    assert "1 operations more are not as they were written." in result.stderr


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_what_is_no_export_is_wrong_use(tmp_path: Path, content: bytes) -> None:
    """A folder without a manifest, or with another one."""
    assert run(tmp_path).exit_code == 2
    (tmp_path / manifest.NAME).write_bytes(content)
    assert run(tmp_path).exit_code == 2


def fill(folder: Folder) -> None:
    """Begin a folder, and fail."""
    with folder as files:
        files.write("events.jsonl", b"x")
        raise TypeError


def test_a_folder_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    """An export that fails leaves nothing behind."""
    (tmp_path / "export.part").mkdir()
    with pytest.raises(FileExistsError), Folder(tmp_path / "export"):
        pass
    (tmp_path / "export.part").rmdir()
    files = Folder(tmp_path / "export")
    with pytest.raises(TypeError):
        fill(files)
    assert list(tmp_path.iterdir()) == []


def test_the_page_tells_the_story_and_runs_nothing(tmp_path: Path) -> None:
    """Whatever a record holds is text in it."""
    told = (write_bundle(tmp_path / "bundle", EcdsaSigner()) / bundle.PAGE).read_text()
    assert f"Client {pseudonym(1001)} asked to book candidate {pseudonym(123456)}" in told
    assert "default-src 'none'" in told
    odd = page(bundle.Evidence("<script>", [b"<script>"]), NOW).decode()
    assert "<script>" not in odd
    assert "no signed digest is here" in odd
