"""Merkle trees as RFC 9162 (section 2.1, the trees of RFC 6962) builds them, over SHA-256.

A leaf is hashed behind a zero byte and a node behind a one, so that no node passes for a leaf. A tree of n leaves has the
largest power of two below n on its left; what is left over is on its right, and no leaf is ever doubled.

Why no library: see docs/adr/0021-digests.md.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf: 32 bytes."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two hashes: 32 bytes."""
    return hashlib.sha256(_NODE + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the hash of a tree, 32 bytes; leaves are taken one by one, and only a hash for each level is kept."""
    return root_of_hashes(leaf_hash(leaf) for leaf in leaves)


def root_of_hashes(hashes: Iterable[bytes]) -> bytes:
    """Return the hash of the tree over the hashes of leaves."""
    full: list[bytes] = []  # the roots of the full subtrees so far, largest first: one for each bit of the count
    for count, hashed in enumerate(hashes):
        node, rest = hashed, count
        while rest & 1:
            node, rest = node_hash(full.pop(), node), rest >> 1
        full.append(node)
    if not full:
        return EMPTY_ROOT
    whole = full.pop()
    while full:
        whole = node_hash(full.pop(), whole)
    return whole


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes beside the way from a leaf (its index counts from 0) up to the root, lowest first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has no leaf {index}")
    return tuple(_path([leaf_hash(leaf) for leaf in leaves], index))


def _path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes beside the way up from one of the hashes of leaves: PATH of RFC 9162, 2.1.3.1."""
    if len(hashes) == 1:
        return []
    middle = _left_size(len(hashes))
    left, right = hashes[:middle], hashes[middle:]
    if index < middle:
        return [*_path(left, index), root_of_hashes(right)]
    return [*_path(right, index - middle), root_of_hashes(left)]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Tell whether a proof leads from a leaf at an index to the root of a tree of so many leaves."""
    if not 0 <= index < size:
        return False
    return _climbed(leaf_hash(leaf), index, size, proof) == tree_root


def _climbed(node: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to from the hash of a leaf, None where it is too short or too long."""
    if size == 1 or not proof:
        return node if size == 1 and not proof else None
    middle, beside = _left_size(size), proof[-1]
    if index < middle:
        below = _climbed(node, index, middle, proof[:-1])
        return None if below is None else node_hash(below, beside)
    below = _climbed(node, index - middle, size - middle, proof[:-1])
    return None if below is None else node_hash(beside, below)


def _left_size(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
