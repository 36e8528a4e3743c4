"""What the transactions of a booking cost in write units (WRU), counted from the real writes, items and indexes.

A unit writes 1 KB; a transaction takes two for each. An update is paid by the larger of the item before and after it. Of an
index, what goes in and what comes out is paid by the size of the copy, and what changes while it stays as well.
Source: Amazon DynamoDB Developer Guide, "Capacity unit consumption for write operations" and "Global secondary indexes".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from chalicelib.adapters.aws.dynamodb.items import Attribute, Item
from chalicelib.adapters.aws.dynamodb.tables import PARTITION_KEY, SORT_KEY, Index, TableSchema
from chalicelib.adapters.aws.dynamodb.transactions import Row, Writes

UNIT_BYTES = 1024
IN_TRANSACTION = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What a transaction costs, by the parts of it: the rows themselves, and their copies in the indexes."""

    rows: Mapping[Row, int]
    indexes: Mapping[str, int]

    @property
    def units(self) -> int:
        """Return the sum."""
        return sum(self.rows.values()) + sum(self.indexes.values())


@dataclass(slots=True)
class CountedTables:
    """Two tables that hold what was written, and tell what it costs; conditions are taken to hold."""

    schemas: Mapping[str, TableSchema]
    items: dict[tuple[str, str, str], Item] = field(default_factory=dict)

    def apply(self, writes: Writes) -> Cost:
        """Apply a transaction."""
        rows: dict[Row, int] = {}
        indexes: dict[str, int] = {}
        for row, write in writes.items():
            ((verb, part),) = write.items()
            place, before, after = self._changed(verb, part)
            rows[row] = IN_TRANSACTION * _units(max(item_bytes(before), item_bytes(after)))
            for index in self.schemas[place[0]].indexes:
                units = _index_units(index, before, after)
                if units:
                    indexes[index.name] = indexes.get(index.name, 0) + units
            self.items[place] = after
        return Cost(rows, indexes)

    def largest(self, prefix: str) -> int:
        """Return the size of the largest item whose key begins so, in bytes."""
        return max(item_bytes(item) for (_, key, _), item in self.items.items() if key.startswith(prefix))

    def _changed(self, verb: str, part: Any) -> tuple[tuple[str, str, str], Item, Item]:  # noqa: ANN401 (a write of boto3)
        """Return the place of an item, the item that stood there and the one that will."""
        named = part.get("Item") or part["Key"]
        place = part["TableName"], named[PARTITION_KEY]["S"], named.get(SORT_KEY, {}).get("S", "")
        before = self.items.get(place, {})
        if verb == "Put":
            return place, before, dict(part["Item"])
        return place, before, {} if verb == "Delete" else _updated(before or dict(part["Key"]), part)


def item_bytes(item: Item) -> int:
    """Return the size of an item as DynamoDB counts it: its names and values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Attribute) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            return len(str(content)) // 2 + 2
        case "B":
            return len(bytes(content))  # type: ignore[call-overload]
        case _:
            return 1


def _units(size: int) -> int:
    return max(1, ceil(size / UNIT_BYTES))


def _index_units(index: Index, before: Item, after: Item) -> int:
    """Return what a change costs in an index; a copy whose keys change goes out and comes in again."""
    old, new = _copy(index, before), _copy(index, after)
    if old == new:
        return 0
    is_moved = any(old.get(name) != new.get(name) for name in (index.attribute, index.sort))
    if old and new and not is_moved:
        return _units(max(item_bytes(old), item_bytes(new)))
    return sum(_units(item_bytes(copy)) for copy in (old, new) if copy)


def _copy(index: Index, item: Item) -> Item:
    """Return what an index has of an item; nothing when the item lacks one of its keys."""
    if not {index.attribute, index.sort} <= item.keys():
        return {}
    names = {PARTITION_KEY, SORT_KEY, index.attribute, index.sort, *index.included}
    return {name: value for name, value in item.items() if name in names}


def _updated(before: Item, part: Any) -> Item:  # noqa: ANN401 (the same)
    """Return an item after an update of the kinds that our writes make: SET, REMOVE and ADD of placeholders."""
    names, values = part.get("ExpressionAttributeNames", {}), part["ExpressionAttributeValues"]
    after = dict(before)
    words = part["UpdateExpression"].replace(",", "").replace(" = ", " ").split()
    verb = ""
    while words:
        word = words.pop(0)
        if word in {"SET", "REMOVE", "ADD"}:
            verb = word
        elif verb == "REMOVE":
            after.pop(names.get(word, word), None)
        else:
            after[names.get(word, word)] = values[words.pop(0)]
    return after
