"""A data key keeps to itself."""

import pytest

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal

SECRET = bytes(range(100, 132))


def test_a_key_shows_its_id_and_nothing_else() -> None:
    """Neither itself nor inside a seal."""
    key = DataKey(SECRET)
    seal = AesGcmSeal(1001, key, bytes)
    for text in (repr(key), str(key), repr(seal), str(seal)):
        assert text.startswith("DataKey") is (key.id.hex() in text)
        assert repr(SECRET)[2:-1] not in text
        assert SECRET.hex() not in text


def test_keys_have_ids_of_their_own_that_stay_the_same() -> None:
    """Eight bytes, derived from the secret."""
    assert DataKey(SECRET).id == DataKey(SECRET).id != DataKey(SECRET[::-1]).id
    assert len(DataKey(SECRET).id) == 8


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    """AES would take 16 bytes without a word."""
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(bytes(length))
