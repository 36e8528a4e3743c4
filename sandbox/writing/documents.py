"""Describe answer bodies once, in a form that both writers (JSON and XML) can print."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias, Union

MODELS = "http://schemas.datacontract.org/2004/07/API.Models"

Value: TypeAlias = Union[bool, int, Decimal, str, "Record", "Listing", None]
"""Anything that a member can hold."""

Members: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Record:
    """Hold an object: its contract's name and namespace, its own members as declared, and the part it inherits."""

    name: str
    namespace: str
    members: Members
    inherited: Union["Record", None] = None


@dataclass(frozen=True)
class Listing:
    """Hold a collection of objects of one contract."""

    item_namespace: str
    items: tuple[Record, ...]


@dataclass(frozen=True)
class Scalar:
    """Hold a body that is a bare number."""

    value: Decimal


@dataclass(frozen=True)
class ErrorDocument:
    """Hold an error body in the stock ASP.NET Web API shape."""

    message: str
    detail: str | None = None
    model_state: tuple[tuple[str, str], ...] = ()


Document: TypeAlias = Record | Listing | Scalar | ErrorDocument


@dataclass(frozen=True)
class Reply:
    """Hold an endpoint's outcome before it is written in one of the two formats."""

    status: int
    document: Document
    headers: tuple[tuple[str, str], ...] = ()


def with_member(record: Record, path: str, change: Callable[[Value], Value]) -> Record:
    """Return the record with the member at a dotted path changed; a path that leads nowhere changes nothing."""
    first, _, rest = path.partition(".")

    def changed(value: Value) -> Value:
        if not rest:
            return change(value)
        return with_member(value, rest, change) if isinstance(value, Record) else value

    members = tuple((name, changed(value) if name == first else value) for name, value in record.members)
    inherited = None if record.inherited is None else with_member(record.inherited, path, change)
    return replace(record, members=members, inherited=inherited)


def with_names(record: Record, names: dict[str, str]) -> Record:
    """Return the record with some of its own members renamed."""
    return replace(record, members=tuple((names.get(name, name), value) for name, value in record.members))
