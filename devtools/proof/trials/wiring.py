"""A container as production wires it, with parts exchanged, and taken apart again."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from chalicelib.edge.container import Container

T = TypeVar("T")


def rewired(part: T, *exchanged: tuple[object, object]) -> T:
    """Return `part` with the first of each pair replaced by the second wherever it is, however deep in dataclasses.

    Parts are told apart by identity, so that one gateway behind five use cases stays one.
    """
    result: T = _rewired(part, {id(old): new for old, new in exchanged}, {})
    return result


def _rewired(part: Any, exchanged: Mapping[int, object], done: dict[int, object]) -> Any:  # noqa: ANN401 (any part)
    if id(part) in exchanged:
        return exchanged[id(part)]
    if not is_dataclass(part) or isinstance(part, type):
        return part
    if id(part) not in done:
        members = {field.name: getattr(part, field.name) for field in fields(part) if field.init}
        changed = {name: _rewired(member, exchanged, done) for name, member in members.items()}
        is_same = all(changed[name] is member for name, member in members.items())
        done[id(part)] = part if is_same else replace(part, **changed)
    return done[id(part)]


def close(container: Container) -> None:
    """Wait for calls that nobody waits for any more, and close the connections; only a process's end does so else."""
    wired: Any = container
    placing = wired.place_booking
    placing.concurrency._executor.shutdown(wait=True)  # noqa: SLF001 (nothing in production ends it)
    placing.gateway.gateway.client.transport.close()
    placing.claiming.store.client.service.place.transport.close()
