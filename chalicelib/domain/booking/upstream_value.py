"""Values with the upstream's names on the wire, their members checked by pydantic's core: strictly, and converting nothing.

Only the core: pydantic itself would make the same schema out of the annotations, at ten times the cost of everything else that
a booking imports. A test holds it beside pydantic (ADR 0020).
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from enum import IntEnum
from types import UnionType
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, cast, get_args

from pydantic_core import CoreConfig, CoreSchema, SchemaValidator

Schema: TypeAlias = "Mapping[str, Any]"
K = TypeVar("K", bound="type[UpstreamValue]")

CONFIG = {
    "strict": True,
    "extra_fields_behavior": "ignore",
    "validate_by_name": True,
    "validate_by_alias": True,
    "hide_input_in_errors": True,
}
_SIMPLE: Mapping[object, Schema] = {
    int: {"type": "int"},
    str: {"type": "str"},
    Decimal: {"type": "decimal"},
    tuple[str, ...]: {"type": "tuple", "items_schema": [{"type": "str"}], "variadic_item_index": 0},
}


def upstream_name(field: str) -> str:
    """Return AdultWork's spelling of a snake_case field: `book_user_id` is `BookUserID`."""
    pascal = "".join(word.capitalize() for word in field.split("_"))
    return f"{pascal[:-2]}ID" if pascal.endswith("Id") else pascal


class UpstreamValue:
    """What the values have in common; `checked` gives each of them its schema."""

    __slots__ = ()
    schema: ClassVar[Schema]
    validator: ClassVar[SchemaValidator]
    names: ClassVar[Mapping[str, str]]  # the upstream's name of each member
    unwritten: ClassVar[frozenset[str]]

    def __post_init__(self) -> None:
        """Check the members that a caller gave, and take them over as the core has read them.

        Raises:
            ValidationError: at least one is not of its type; the message does not repeat it.
        """
        read = self.read({name: getattr(self, name) for name in self.names})
        for name in self.names:
            object.__setattr__(self, name, getattr(read, name))

    @classmethod
    def read(cls, members: Mapping[str, object]) -> Self:
        """Return the value of a document, its members under either name; those that it does not know are ignored.

        Raises:
            ValidationError: at least one is missing or is not of its type; the message does not repeat it.
        """
        value: Self = cls.validator.validate_python(members)
        return value

    def written(self, *, nulls: bool) -> dict[str, Any]:
        """Return the document, in the order of the members, with or without those that are null."""
        written: dict[str, Any] = {}
        for name, wire in self.names.items():
            value = getattr(self, name)
            if name not in self.unwritten and (nulls or value is not None):
                written[wire] = value.written(nulls=nulls) if isinstance(value, UpstreamValue) else value
        return written


def checked(kind: K) -> K:
    """Give a dataclass of these its schema, made of its annotations."""
    members = fields(kind)  # type: ignore[arg-type]
    kind.names = {member.name: upstream_name(member.name) for member in members}
    kind.unwritten = frozenset(member.name for member in members if not member.metadata.get("is_written", True))
    kind.schema = {
        "type": "dataclass",
        "cls": kind,
        "config": CONFIG,
        "strict": False,  # a document is read, and not only an instance; of the members, each is strict
        "slots": True,
        "fields": list(kind.names),
        "schema": {"type": "dataclass-args", "dataclass_name": kind.__name__, "fields": list(map(_member, members))},
    }
    kind.validator = SchemaValidator(
        cast("CoreSchema", kind.schema), cast("CoreConfig", CONFIG)
    )  # here for its messages
    return kind


def _member(member: Field[Any]) -> Schema:
    """Return the schema of one member: its type, its default, its names."""
    schema = _of_type(member.type)
    if member.default is not MISSING:
        schema = {"type": "default", "schema": schema, "default": member.default}
    return {
        "type": "dataclass-field",
        "name": member.name,
        "kw_only": True,
        "schema": schema,
        "validation_alias": upstream_name(member.name),
    }


def _of_type(annotation: Any) -> Schema:  # noqa: ANN401 (what stands in an annotation)
    """Return the schema of a type; the last of a union is None."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if isinstance(annotation, UnionType):
        return {"type": "nullable", "schema": _of_type(get_args(annotation)[0])}
    if issubclass(annotation, IntEnum):
        return {"type": "enum", "cls": annotation, "members": list(annotation), "sub_type": "int"}
    return cast("Schema", annotation.schema)
