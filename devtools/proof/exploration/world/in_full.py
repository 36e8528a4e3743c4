"""Values as text that leaves nothing out: what a value hides when it is printed tells two states apart, too."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_WRITERS: dict[type, Callable[[Any], str]] = {}


def in_full(value: object) -> str:
    """Return a text that only equal values have."""
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is None:
        writer = _WRITERS[kind] = _writer(kind)
    return writer(value)


def _writer(kind: type) -> Callable[[Any], str]:
    """Return how values of a type are written."""
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: f"{kind.__name__}({','.join([in_full(getattr(value, name)) for name in names])})"
    if issubclass(kind, tuple | list):
        return lambda values: f"({','.join(map(in_full, values))})"
    if issubclass(kind, Mapping):
        return lambda values: f"{{{','.join([f'{in_full(name)}:{in_full(one)}' for name, one in values.items()])}}}"
    return repr
