"""A container as production wires it, with parts exchanged, and taken apart again."""

from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import Any, NoReturn, TypeVar

from chalicelib.adapters.aws.vault.data_key import DataKey
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


def without_cipher(container: Container) -> Container:
    """Return a container like this one whose vault cannot load its cipher, as on a machine that it was not made for."""

    def cannot_load(key: DataKey) -> NoReturn:
        del key
        raise ImportError("made for another machine")

    wired: Any = container
    vault = copy(wired.place_booking.vault)
    vault._load_cipher = cannot_load  # noqa: SLF001 (the container is wired already)
    return rewired(container, (wired.place_booking.vault, vault))


def close(container: Container) -> None:
    """Wait for calls that nobody waits for any more, and close the connections; only a process's end does so else."""
    wired: Any = container
    placing = wired.place_booking
    for threads in (placing.concurrency, placing.housekeeping.reconciler.concurrency):
        threads._executor.shutdown(wait=True)  # noqa: SLF001 (nothing in production ends it)
    placing.gateway.gateway.client.transport.close()
    placing.claiming.store.client.service.place.transport.close()
