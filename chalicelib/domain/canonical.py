"""Canonical JSON (RFC 8785) for documents of text, integers, booleans, nulls, lists and objects.

Floats are refused: no amount of ours may depend on how a float is printed. Member names are ASCII, so sorting by code
point is the order that RFC 8785 asks for, and the standard library's escapes are the same as its own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Canonical: TypeAlias = "bool | int | str | Sequence[Canonical] | Mapping[str, Canonical] | None"


def canonical_bytes(document: Canonical) -> bytes:
    """Return the one UTF-8 form of a document.

    Raises:
        TypeError: a value is a float or of a type that JSON does not have.
    """
    _require_exact(document)
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _require_exact(value: Canonical) -> None:
    """Refuse floats at any depth."""
    if isinstance(value, float):
        msg = "a canonical document holds no floats; write the amount as text"
        raise TypeError(msg)
    if isinstance(value, Mapping):
        for member in value.values():
            _require_exact(member)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_exact(item)
