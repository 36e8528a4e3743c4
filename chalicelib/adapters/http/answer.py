"""What came back from the upstream, before anybody has read it."""

from dataclasses import field

from chalicelib.values import dataclass

MAXIMUM_ANSWER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """One HTTP answer: `content_type` is the header's value (`""` when absent).

    `body` is at most 256 KiB; it never shows itself in `repr`, because it holds personal data. `retry_after_seconds` is how
    long the upstream asks to wait, None when it does not say.
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after_seconds: int | None = None


class UnreadableAnswerError(Exception):
    """The answer is not the document that was asked for; the message names no value of it."""


class UnparsableAnswerError(UnreadableAnswerError):
    """The body is no document of the format that it is declared to be in."""


class AnswerTooLargeError(Exception):
    """The answer has more bytes than anybody may send us."""
