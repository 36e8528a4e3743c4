"""The manifest: sums, counts and span."""

import hashlib
import json

import pytest

from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports.manifest import FileSum, Tally, UnreadableManifestError, differing, manifest
from tests.builders import NOW
from tests.trails import make_chain


def file_of(content: bytes) -> FileSum:
    """Return the sum of a file."""
    made = FileSum("events.jsonl")
    assert made.take(content) == content
    return made


def test_a_manifest_tells_sums_counts_and_span() -> None:
    """A chain that says no time counts, and moves no end."""
    tally = Tally()
    for chain in (Chain.read("op_1", make_chain("op_1", [NOW] * 2)), Chain.read("op_2", [b"odd"])):
        tally.take(chain)
    told = json.loads(manifest(NOW, [file_of(b"a\nb\n")], tally, {"client": 1001}, kind="export"))
    assert (told["operations"], told["events"], told["kind"], told["asked"]) == (2, 3, "export", {"client": 1001})
    assert told["first"] == told["last"] == NOW.isoformat(timespec="milliseconds")
    (file,) = told["files"]
    assert (file["bytes"], file["lines"]) == (4, 2)
    assert file["sha256"] == hashlib.sha256(b"a\nb\n").hexdigest()


def test_a_manifest_of_nothing_has_no_span() -> None:
    """None was found."""
    told = json.loads(manifest(NOW, [], Tally(), {}))
    assert (told["first"], told["last"], told["files"]) == (None, None, [])


def test_a_file_that_is_another_or_gone_is_named() -> None:
    """The same file is not."""
    stored = manifest(NOW, [file_of(b"a\n")], Tally(), {})
    assert differing(stored, lambda _: file_of(b"a\n")) == []
    assert differing(stored, lambda _: None) == ["events.jsonl is not there"]
    assert "not the file" in differing(stored, lambda _: file_of(b"b\n"))[0]


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b'{"files":[{}]}', b'{"files":[1]}'])
def test_what_is_no_manifest_is_refused(stored: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(UnreadableManifestError):
        differing(stored, lambda _: None)
