"""Sealing by AES-256-GCM, by property, and its format by hand."""

import base64
import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.domain.errors import SealBrokenError

SECRET = bytes(range(32))
SEAL = AesGcmSeal(1001, DataKey(SECRET), os.urandom)
PURPOSES = st.text(st.characters(codec="utf-8"), max_size=30)


@given(plaintext=st.binary(max_size=300), purpose=PURPOSES)
def test_open_undoes_seal(plaintext: bytes, purpose: str) -> None:
    """For any bytes and any purpose."""
    assert SEAL.open(SEAL.seal(plaintext, purpose), purpose) == plaintext


@given(plaintext=st.binary(max_size=100), change=st.integers(1, 255), data=st.data())
def test_any_changed_byte_breaks_the_seal(plaintext: bytes, change: int, data: st.DataObject) -> None:
    """Version, key id, nonce, ciphertext or tag."""
    raw = bytearray(_bytes(SEAL.seal(plaintext, "purpose")))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= change
    with pytest.raises(SealBrokenError):
        SEAL.open(_text(bytes(raw)), "purpose")


@given(length=st.integers(0, 60))
def test_a_cut_text_is_broken(length: int) -> None:
    """At any length that is not the whole."""
    sealed = SEAL.seal(b"a secret of some bytes", "purpose")
    with pytest.raises(SealBrokenError):
        SEAL.open(sealed[:length], "purpose")


@given(purpose=PURPOSES, other=PURPOSES, account=st.integers(1, 2**31 - 1))
def test_another_purpose_or_account_breaks_the_seal(purpose: str, other: str, account: int) -> None:
    """Under the very same key."""
    sealed = SEAL.seal(b"secret", purpose)
    seal = AesGcmSeal(account, DataKey(SECRET), os.urandom)
    if (other, account) != (purpose, 1001):
        with pytest.raises(SealBrokenError):
            seal.open(sealed, other)


@given(text=st.text(max_size=120))
def test_any_other_text_is_broken(text: str) -> None:
    """Whatever a table may hold, it ends as our error."""
    with pytest.raises(SealBrokenError):
        SEAL.open(text, "purpose")


@pytest.mark.parametrize("spelling", ["{}=", "{}==", "{}\n", " {}", "{}*"])
def test_another_spelling_of_the_same_bytes_is_broken(spelling: str) -> None:
    """base64 decoders let padding, blanks and foreign characters pass; a stored text is what it is, byte for byte."""
    sealed = SEAL.seal(b"a secret!", "purpose")
    with pytest.raises(SealBrokenError):
        SEAL.open(spelling.format(sealed), "purpose")


def test_another_key_does_not_open_it() -> None:
    """The id tells at once; and if it were forged, the cipher would."""
    other = DataKey(SECRET[::-1])
    raw = _bytes(SEAL.seal(b"secret", "purpose"))
    for text in (_text(raw), _text(raw[:1] + other.id + raw[9:])):
        with pytest.raises(SealBrokenError):
            AesGcmSeal(1001, other, os.urandom).open(text, "purpose")


def test_the_format_is_the_documented_one() -> None:
    """Version 1, key id, nonce, ciphertext with tag: records that are sealed today are opened by later versions."""
    seal = AesGcmSeal(1001, DataKey(SECRET), lambda length: b"n" * length)
    header = b"\x01" + DataKey(SECRET).id
    bound = header + (1001).to_bytes(8) + b"answer:op_1"
    ciphertext = AESGCM(SECRET).encrypt(b"n" * 12, b"secret", bound)
    assert seal.seal(b"secret", "answer:op_1") == _text(header + b"n" * 12 + ciphertext)


def test_the_cipher_is_loaded_with_the_first_key_and_not_before() -> None:
    """A start that unlocks nothing does not pay for it, and what is unlocked cannot lack it any more."""
    program = (
        "import sys; from chalicelib.adapters.aws.vault.sealing import AesGcmSeal, DataKey; "
        "key = DataKey(bytes(32)); before = 'cryptography' in sys.modules; "
        "AesGcmSeal(1, key, bytes); print(before, 'cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 (our own program)
    assert done.stdout.split() == ["False", "True"]


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
