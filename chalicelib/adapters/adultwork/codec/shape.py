"""One type of the upstream as a table of members, read from either format in one pass."""

from collections.abc import Callable, Mapping
from typing import NoReturn, TypeAlias

from chalicelib.adapters.adultwork.codec.tree import KIND, NIL, Kind, Node, is_null, is_record, leaf_text, member
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.values import dataclass

Members: TypeAlias = Mapping[str, "Leaf | Shape"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A simple member: what it is in JSON, and how its spelling becomes a value (UnreadableAnswerError if it cannot)."""

    json_kind: Kind
    convert: Callable[[str], object]

    def values(self, _node: Node) -> NoReturn:
        """Refuse an element with elements inside.

        Raises:
            UnreadableAnswerError: always.
        """
        raise UnreadableAnswerError("a simple member has elements inside")

    def value(self, node: Node) -> object:
        """Return the value of a JSON member that is not null."""
        return self.convert(leaf_text(node, self.json_kind))


@dataclass(frozen=True, slots=True)
class Shape:
    """The members of one type: by plain name for JSON, by `{namespace}local` for XML."""

    by_name: Members
    by_tag: Mapping[str, tuple[str, Callable[[str], object], Callable[[Node], object]]]

    @classmethod
    def of(cls, *groups: tuple[str, Members]) -> "Shape":
        """Return the shape of a type whose members come in groups of one namespace each."""
        return cls(
            {name: entry for _, group in groups for name, entry in group.items()},
            {
                f"{{{namespace}}}{name}": (name, entry.convert, entry.values)
                for namespace, group in groups
                for name, entry in group.items()
            },
        )

    def convert(self, _spelling: str) -> NoReturn:
        """Refuse an element with nothing but text.

        Raises:
            UnreadableAnswerError: always.
        """
        raise UnreadableAnswerError("an object is not one")

    def value(self, node: Node) -> dict[str, object]:
        """Return the values of the members of a JSON object."""
        if not is_record(node):
            raise UnreadableAnswerError("an object is not one")
        exact = {child.tag: child for child in node}
        found = [(name, exact[name] if name in exact else member(node, name)) for name in self.by_name]
        return {
            name: None if is_null(child) else self.by_name[name].value(child)
            for name, child in found
            if child is not None
        }

    def values(self, node: Node) -> dict[str, object]:
        """Return the values of the members that are there, null as None; other members are ignored.

        Raises:
            UnreadableAnswerError: a member cannot be read or is there twice, or the node is no object.
        """
        if node.get(KIND) is not None:
            return self.value(node)
        values: dict[str, object] = {}
        ignored = 0
        entry_of = self.by_tag.get
        for child in node:  # most of the reader's own time is spent here, so it calls little
            entry = entry_of(child.tag)
            if entry is None:
                ignored += 1
                continue
            name, convert, read = entry
            if child.get(NIL) is not None and is_null(child):
                values[name] = None
            else:
                values[name] = read(child) if len(child) else convert(child.text or "")
        if len(values) + ignored < len(node):
            raise UnreadableAnswerError("a member that must be unique occurs more than once")
        return values
