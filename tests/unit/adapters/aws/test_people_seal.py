"""Who an operation is of, sealed and opened again."""

from typing import NoReturn

import pytest

from chalicelib.adapters.aws.people_seal import AesPeopleSeal, opened
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.keyed_hash import HmacKey

KEY, OTHER = HmacKey(b"a key for tests, 32 bytes or more"), HmacKey(b"another key, 32 bytes or more too")
SEALED = AesPeopleSeal(lambda length: b"n" * length).seal(KEY, "op_1", 1001, 2_147_483_647) or b""


def test_what_was_sealed_is_opened_with_the_same_secret() -> None:
    """Also where it is the earlier one; without it, nobody can tell."""
    assert opened(SEALED, "op_1", [KEY]) == opened(SEALED, "op_1", [OTHER, KEY]) == (1001, 2_147_483_647)
    assert opened(SEALED, "op_1", [OTHER]) is None
    assert b"1001" not in SEALED


@pytest.mark.parametrize("sealed", [SEALED[:-1], SEALED[:-1] + bytes([SEALED[-1] ^ 1]), SEALED[:10]])
def test_what_was_changed_is_not_opened(sealed: bytes) -> None:
    """Nor what is of another operation."""
    with pytest.raises(SealBrokenError):
        opened(sealed, "op_1", [KEY])
    with pytest.raises(SealBrokenError):
        opened(SEALED, "op_2", [KEY])


def test_without_a_cipher_nothing_is_sealed_and_a_log_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The booking goes on."""

    def cannot_load() -> NoReturn:
        raise ImportError("made for another machine")

    seal = AesPeopleSeal(bytes, cannot_load)
    seal.prepare()
    assert seal.seal(KEY, "op_1", 1, 2) is None
    del capsys


def test_the_cipher_may_be_loaded_ahead() -> None:
    """Beside the reads."""
    AesPeopleSeal(bytes).prepare()
