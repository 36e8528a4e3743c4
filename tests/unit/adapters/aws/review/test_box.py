"""Sealed cookies on a KMS in memory: what is opened, by whom, and what is not."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.review.box import MOST_KEYS, KmsBox
from chalicelib.adapters.system import random_bytes
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from tests.contract.records import enough_time


@dataclass
class FakeKms:
    """The two methods of KMS that a box needs; `calls` counts them."""

    keys: dict[bytes, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    failure: str = "InvalidCiphertextException"
    calls: list[str] = field(default_factory=list)

    def generate_data_key(self, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> Any:  # noqa: ANN401, N803 (KMS's own)
        """Make a key."""
        assert (KeyId, KeySpec) == ("key", "AES_256")
        self.calls.append("generate")
        wrapped, secret = random_bytes(48), random_bytes(32)
        self.keys[wrapped] = secret, EncryptionContext
        return {"CiphertextBlob": wrapped, "Plaintext": secret}

    def decrypt(self, CiphertextBlob: bytes, KeyId: str, EncryptionContext: dict[str, str]) -> Any:  # noqa: ANN401, N803 (the same)
        """Unwrap a key."""
        assert KeyId == "key"
        self.calls.append("decrypt")
        secret, context = self.keys.get(CiphertextBlob, (b"", {}))
        if context != EncryptionContext:
            raise ClientError({"Error": {"Code": self.failure}}, "Decrypt")
        return {"Plaintext": secret}


def box(kms: FakeKms) -> KmsBox:
    """Return the box of a new container."""
    return KmsBox(kms, "key", random_bytes)


def test_any_container_opens_what_another_sealed() -> None:
    """One call for each that it meets, and none for its own."""
    kms = FakeKms()
    first, second = box(kms), box(kms)
    sealed = [first.seal(b"told", "session", enough_time()) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert [second.open(one, "session", enough_time()) for one in sealed] == [b"told"] * 2
    assert first.open(sealed[0], "session", enough_time()) == b"told"
    assert kms.calls == ["generate", "decrypt"]


def test_what_was_sealed_for_something_else_or_changed_is_not_opened() -> None:
    """Nor a text of anybody else."""
    kms = FakeKms()
    subject = box(kms)
    sealed = subject.seal(b"told", "session", enough_time())
    wrapped, _, text = sealed.partition(".")
    other = box(kms).seal(b"told", "session", enough_time())
    assert subject.open(sealed, "sign-in", enough_time()) is None
    for changed in (
        f"{sealed[:-1]}{'A' if sealed[-1] != 'A' else 'B'}",
        wrapped,
        f"{other.partition('.')[0]}.{text}",
        f".{text}",
        f"AAAA.{text}",
        f"A*A.{text}",
        f"{'A' * 601}.{text}",
        f"{'A' * 45}.{text}",
        "",
    ):
        assert subject.open(changed, "session", enough_time()) is None


@pytest.mark.parametrize(
    "sealed", ["", "x.y", "AAAA.AAAA", "A" * 64, f"{'A*' * 40}.{'A' * 60}", f"{'A' * 64}.{'A' * 30}"]
)
def test_what_does_not_look_like_ours_costs_no_call(sealed: str) -> None:
    """Nobody has to be signed in to send a cookie."""
    kms = FakeKms()
    assert box(kms).open(sealed, "session", enough_time()) is None
    assert kms.calls == []


def test_a_key_of_an_account_opens_no_session() -> None:
    """KMS binds a key to what it is for."""
    kms = FakeKms()
    subject = box(kms)
    sealed = subject.seal(b"told", "session", enough_time())
    kms.keys = {wrapped: (secret, {"account": "1001"}) for wrapped, (secret, _) in kms.keys.items()}
    assert box(kms).open(sealed, "session", enough_time()) is None


def test_a_kms_that_is_away_ends_no_session() -> None:
    """503, and not a sign-in that would fail as well."""
    kms = FakeKms()
    sealed = box(kms).seal(b"told", "session", enough_time())
    kms.keys, kms.failure = {}, "KMSInternalException"
    with pytest.raises(AuditUnavailableError, match="console"):
        box(kms).open(sealed, "session", enough_time())


def test_not_every_key_is_remembered_for_ever() -> None:
    """A container meets many others in its life; its own key it keeps."""
    kms = FakeKms()
    subject = box(kms)
    own = subject.seal(b"told", "session", enough_time())
    others = [box(kms).seal(b"other", "session", enough_time()) for _ in range(MOST_KEYS)]
    assert {subject.open(one, "session", enough_time()) for one in others} == {b"other"}
    assert subject.open(own, "session", enough_time()) == b"told"
    subject.seal(b"told", "session", enough_time())
    assert kms.calls.count("generate") == 1 + MOST_KEYS
