"""Merkle trees: the published vectors of RFC 6962's reference code, and every proof of small trees."""

import hashlib

import pytest

from chalicelib.domain.audit.merkle import (
    EMPTY_ROOT,
    inclusion_proof,
    is_included,
    leaf_hash,
    node_hash,
    root,
    root_of_hashes,
)

# The leaves and roots that the reference implementations of Certificate Transparency share.
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 33


def leaves(count: int) -> list[bytes]:
    """Return so many different leaves."""
    return [str(number).encode() for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_a_tree_has_the_published_root(count: int) -> None:
    """Build the trees of the first leaves."""
    assert root(LEAVES[:count]).hex() == ROOTS[count - 1]


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    """Compute it beside the code."""
    assert root([]) == EMPTY_ROOT == root_of_hashes([]) == hashlib.sha256().digest()


def test_leaves_and_nodes_are_hashed_behind_different_bytes() -> None:
    """Else a node could be shown as a leaf."""
    assert leaf_hash(b"leaf") == hashlib.sha256(b"\x00leaf").digest()
    assert node_hash(b"left", b"right") == hashlib.sha256(b"\x01leftright").digest()


def test_an_odd_leaf_is_not_doubled() -> None:
    """Three leaves are no four."""
    a, b, c = (leaf_hash(leaf) for leaf in (b"a", b"b", b"c"))
    assert root([b"a", b"b", b"c"]) == node_hash(node_hash(a, b), c)
    assert root([b"a", b"b", b"c"]) != root([b"a", b"b", b"c", b"c"])


def test_leaves_are_taken_one_by_one() -> None:
    """Give an iterator."""
    assert root(iter(LEAVES)) == root(LEAVES)


def test_a_proof_names_the_hashes_beside_the_way_lowest_first() -> None:
    """Write out those of a tree of five leaves."""
    a, b, c, d, e = (leaf_hash(leaf) for leaf in leaves(5))
    ab, cd = node_hash(a, b), node_hash(c, d)
    assert inclusion_proof(leaves(5), 0) == (b, cd, e)
    assert inclusion_proof(leaves(5), 3) == (c, ab, e)
    assert inclusion_proof(leaves(5), 4) == (node_hash(ab, cd),)
    assert inclusion_proof(leaves(1), 0) == ()


@pytest.mark.parametrize("count", range(1, MOST))
def test_each_leaf_is_proved_and_at_no_other_place(count: int) -> None:
    """Try the proof of every leaf at every place."""
    tree = root(leaves(count))
    for index, leaf in enumerate(leaves(count)):
        proof = inclusion_proof(leaves(count), index)
        held = [place for place in range(-1, count + 2) if is_included(leaf, place, count, proof, tree)]
        assert held == [index]


@pytest.mark.parametrize("count", range(1, MOST))
def test_a_proof_that_was_changed_proves_nothing(count: int) -> None:
    """Shorten it, lengthen it, change each of its hashes, the leaf and the root."""
    tree = root(leaves(count))
    for index, leaf in enumerate(leaves(count)):
        proof = inclusion_proof(leaves(count), index)
        wrong = [proof[:-1], proof[1:]] if proof else []
        wrong += [(*proof, tree), (*proof, leaf_hash(leaf))]
        wrong += [(*proof[:at], b"\x00" * 32, *proof[at + 1 :]) for at in range(len(proof))]
        assert not any(is_included(leaf, index, count, one, tree) for one in wrong)
        assert not is_included(b"another", index, count, proof, tree)
        assert not is_included(leaf, index, count, proof, EMPTY_ROOT)


def test_a_proof_holds_for_one_size() -> None:
    """A tree of three and one of four differ in what is beside the third leaf."""
    proof = inclusion_proof(leaves(4), 2)
    assert is_included(b"2", 2, 4, proof, root(leaves(4)))
    assert not is_included(b"2", 2, 3, proof, root(leaves(4)))
    assert not is_included(b"2", 2, 8, proof, root(leaves(4)))


@pytest.mark.parametrize(("count", "index"), [(0, 0), (3, 3), (3, -1)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(count: int, index: int) -> None:
    """Ask beside the ends."""
    with pytest.raises(ValueError, match=f"^a tree of {count} leaves has no leaf {index}$"):
        inclusion_proof(leaves(count), index)
    assert not is_included(b"0", index, count, (), root(leaves(count)))
