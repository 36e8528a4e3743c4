"""Merkle trees against the RFC's own definition, written as it stands there, on random leaves."""

from collections.abc import Sequence
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.audit.merkle import inclusion_proof, is_included, root

LEAVES = st.lists(st.binary(max_size=40), max_size=70)


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """Return MTH of RFC 9162, 2.1.1: k is the largest power of two smaller than n."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = max(2**power for power in range(10) if 2**power < len(leaves))
    return sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


@given(leaves=LEAVES)
def test_a_root_is_the_one_that_is_defined(leaves: list[bytes]) -> None:
    """Of any number of leaves, equal ones among them."""
    assert root(leaves) == defined_root(leaves)


@given(leaves=LEAVES.filter(len), place=st.integers(0), other=st.integers(0))
def test_a_proof_holds_for_its_leaf_at_its_place(leaves: list[bytes], place: int, other: int) -> None:
    """And for no other leaf, and at no other place."""
    place, other = place % len(leaves), other % len(leaves)
    proof, tree = inclusion_proof(leaves, place), root(leaves)
    assert is_included(leaves[place], place, len(leaves), proof, tree)
    assert is_included(leaves[other], place, len(leaves), proof, tree) is (leaves[other] == leaves[place])
    assert len(proof) <= (len(leaves) - 1).bit_length()


@given(leaves=LEAVES, changed=LEAVES)
def test_other_leaves_have_another_root(leaves: list[bytes], changed: list[bytes]) -> None:
    """A root stands for one list of leaves."""
    assert (root(leaves) == root(changed)) is (leaves == changed)
    assert root([*leaves, b""]) != root(leaves)
