"""Answers that are kept for a repeat."""

import pytest

from chalicelib.domain.operation.stored_answer import StoredAnswer

ANSWER = StoredAnswer(
    201,
    {"Content-Type": "application/json", "Location": "/v1/operations/op_1"},
    '{"Comments": "canary \u00e9 \U0001f600"}\n',
)


@pytest.mark.parametrize("answer", [ANSWER, StoredAnswer(402, {}, "")])
def test_an_answer_comes_back_as_it_was_kept(answer: StoredAnswer) -> None:
    """Write it and read it; the body is text that nobody parses, so every space of it stays."""
    assert StoredAnswer.from_bytes(answer.to_bytes()) == answer


def test_an_answer_does_not_show_its_body() -> None:
    """Print it; status and headers are no secret."""
    for shown in (repr(ANSWER), str(ANSWER), f"{[ANSWER]}"):
        assert "canary" not in shown
        assert "201" in shown


def test_equal_answers_are_kept_as_equal_bytes() -> None:
    """Give the headers in another order."""
    other = StoredAnswer(201, dict(sorted(ANSWER.headers.items(), reverse=True)), ANSWER.body)
    assert other.to_bytes() == ANSWER.to_bytes()
