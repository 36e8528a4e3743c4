"""What clients keep, sealed: for one purpose, and beyond a rotation of the key."""

import os

from chalicelib.adapters.aws.client_seal import ClientSeal
from chalicelib.domain.keyed_hash import HmacKey

OLD, NEW, OTHER = (HmacKey(letter * 32) for letter in (b"o", b"n", b"x"))


class Keys:
    """Implements `HmacKeys`."""

    def __init__(self, *keys: HmacKey) -> None:
        self.keys = keys

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the keys."""
        return self.keys


def test_a_text_is_opened_for_its_purpose_alone() -> None:
    """Sealed twice, it is two texts."""
    seal = ClientSeal(Keys(NEW), os.urandom)
    sealed = seal.seal(b"a session", "one")
    assert seal.open(sealed, "one") == b"a session"
    assert seal.open(sealed, "another") is None
    assert seal.open("nonsense", "one") is None
    assert seal.seal(b"a session", "one") != sealed


def test_a_rotation_ends_no_session() -> None:
    """As long as the key before is kept."""
    sealed = ClientSeal(Keys(OLD), os.urandom).seal(b"a session", "one")
    assert ClientSeal(Keys(NEW, OLD), os.urandom).open(sealed, "one") == b"a session"
    assert ClientSeal(Keys(OTHER), os.urandom).open(sealed, "one") is None
