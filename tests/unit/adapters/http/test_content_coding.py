"""Content codings that nobody asked for are undone, and never beyond the limit of an answer."""

import gzip
import zlib

import pytest

from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES, AnswerTooLargeError, UnreadableAnswerError
from chalicelib.adapters.http.content_coding import decoded

BODY = b'{"BookingID":77,"Comments":"' + b"a" * 500 + b'"}'


def raw_deflate(body: bytes) -> bytes:
    """Return a body in deflate without its frame, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def zipped(body: bytes) -> bytes:
    """Return a body in gzip, the same at any second: it names a test, and pytest-xdist's processes must agree on its name."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", zipped(BODY)),
        ("X-GZIP", zipped(BODY)),
        ("gzip", zipped(BODY[:100]) + zipped(BODY[100:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("deflate, gzip", zipped(zlib.compress(BODY))),
        (" gzip , identity,", zipped(BODY)),
    ],
)
def test_a_coded_body_is_the_body(codings: str, body: bytes) -> None:
    """One coding, two, or none."""
    assert decoded(body, codings, MAXIMUM_ANSWER_BYTES) == BODY


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        ("br", BODY),
        ("gzip", BODY),
        ("gzip", zipped(BODY)[:-9]),
        ("gzip", b""),
        ("gzip", zipped(BODY) + b"more"),
        ("deflate", zlib.compress(BODY)[:-5]),
        ("gzip, br", BODY),
        ("gzip,gzip,gzip,gzip", BODY),
    ],
)
def test_what_is_not_whole_in_its_coding_cannot_be_read(codings: str, body: bytes) -> None:
    """Half a body is none, and neither is one in a coding that is not known."""
    with pytest.raises(UnreadableAnswerError):
        decoded(body, codings, MAXIMUM_ANSWER_BYTES)


def test_the_limit_counts_what_is_inside() -> None:
    """The largest answer is taken; a byte more, or a thousand times more in few bytes, is not."""
    largest = b"a" * MAXIMUM_ANSWER_BYTES
    assert decoded(gzip.compress(largest), "gzip", MAXIMUM_ANSWER_BYTES) == largest
    for bomb in (gzip.compress(largest + b"a"), gzip.compress(b"a" * 300_000_000, 9), gzip.compress(largest) * 2):
        with pytest.raises(AnswerTooLargeError):
            decoded(bomb, "gzip", MAXIMUM_ANSWER_BYTES)
