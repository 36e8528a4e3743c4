"""Frozen values that cost little to define: the standard library's dataclasses, without six compilations a class.

The standard library writes the source of every method of every class and compiles it, at each start of the process. Here one
`__init__` is compiled for each number of members, and shared under other names by all classes that have as many; the other
methods are plain functions. Everything else is the standard library's: `field`, `fields`, `replace`, slots, patterns, and
what a type checker sees.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from dataclasses import dataclass as standard_dataclass
from functools import cache, partial
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

__all__ = ["dataclass"]

T = TypeVar("T")
Members = tuple[Field[Any], ...]
_TO_BE_MADE = object()  # what stands in for an argument until its factory has made it

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *, frozen: Literal[True], slots: Literal[True], kw_only: bool = False
    ) -> Callable[[type[T]], type[T]]:
        """Return a decorator that does what `dataclasses.dataclass` does with the same arguments; no others are on offer.

        Raises:
            TypeError: from here, or from the decorator, when a class asks for more than that.
        """
        if not (frozen and slots):
            raise TypeError("a value is frozen and has slots; for others there is the standard library")
        return partial(_value, kw_only=kw_only)


def _value(plain: type[T], *, kw_only: bool) -> type[T]:
    made: Any = standard_dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
    members: Members = fields(made)
    arguments = tuple(member for member in members if member.init)
    optional = [_is_optional(member) for member in arguments]
    is_in_order = kw_only or optional == sorted(optional)
    is_made = all(member.init or member.default_factory is not MISSING for member in members)
    if not is_in_order or not is_made or any(member.kw_only is not kw_only for member in arguments):
        raise TypeError(
            f"{made.__qualname__}: members are arguments, all of one kind, those with a default last, or made by a factory"
        )
    methods = {
        "__init__": _init(made, members, arguments, kw_only=kw_only),
        "__eq__": _equal(tuple(member.name for member in members if member.compare)),
        "__hash__": _hash(tuple(member.name for member in members if _is_hashed(member))),
        "__repr__": _repr,
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _restore,
    }
    for name in methods.keys() - vars(plain).keys():
        setattr(made, name, methods[name])
    return made  # type: ignore[no-any-return]


def _is_optional(member: Field[Any]) -> bool:
    return member.default is not MISSING or member.default_factory is not MISSING


def _is_hashed(member: Field[Any]) -> bool:
    return member.compare if member.hash is None else member.hash


def _init(made: Any, members: Members, arguments: Members, *, kw_only: bool) -> FunctionType:  # noqa: ANN401 (a class with its slots)
    """Return an `__init__` that takes the arguments by place or by name, as fast as one that was written for them."""
    has_more = hasattr(made, "__post_init__") or any(member.default_factory is not MISSING for member in members)
    code = _template(len(arguments), kw_only=kw_only and bool(arguments), has_more=has_more).replace(
        co_varnames=("self", *(member.name for member in arguments)),
        co_name="__init__",
        co_qualname=f"{made.__qualname__}.__init__",
    )
    known: dict[str, Any] = {
        f"set_{place}": getattr(made, member.name).__set__ for place, member in enumerate(arguments)
    }
    init = FunctionType(code, {**known, "complete": _complete(made, members)}, "__init__")
    defaults = {member.name: _default(member) for member in arguments if _is_optional(member)}
    if kw_only:
        init.__kwdefaults__ = defaults
    else:
        init.__defaults__ = tuple(defaults.values())
    init.__annotations__ = {**{member.name: member.type for member in arguments}, "return": None}
    return init


def _default(member: Field[Any]) -> Any:  # noqa: ANN401 (whatever the default is)
    return _TO_BE_MADE if member.default is MISSING else member.default


@cache
def _template(members: int, *, kw_only: bool, has_more: bool) -> CodeType:
    """Return the code of a function that stores so many arguments: each by the setter of its slot, a global of the function."""
    arguments = ["self", *["*"] * kw_only, *(f"_{place}" for place in range(members))]
    steps = [f"set_{place}(self, _{place})" for place in range(members)] + ["complete(self)"] * has_more
    made: dict[str, FunctionType] = {}
    exec(f"def init({', '.join(arguments)}):\n {'; '.join(steps) or 'pass'}", made)  # noqa: S102 (made of numbers alone)
    return made["init"].__code__


def _complete(made: Any, members: Members) -> Callable[[Any], None]:  # noqa: ANN401 (the same class)
    """Return what an `__init__` does at its end: default factories, then the class's own `__post_init__`."""
    factories = [
        (attrgetter(member.name) if member.init else _left_out, getattr(made, member.name).__set__, make)
        for member in members
        if (make := member.default_factory) is not MISSING
    ]
    check: Callable[[Any], None] | None = getattr(made, "__post_init__", None)

    def complete(value: Any) -> None:  # noqa: ANN401 (an instance of it)
        for get, store, make in factories:
            if get(value) is _TO_BE_MADE:
                store(value, make())
        if check is not None:
            check(value)

    return complete


def _left_out(_value: object) -> object:
    """Return what stands for a member that is no argument."""
    return _TO_BE_MADE


def _several(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads some members of a value, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _equal(names: tuple[str, ...]) -> Callable[[Any, object], bool]:
    told = _several(names)

    def equal(self: Any, other: object) -> bool:  # noqa: ANN401 (a value)
        return told(self) == told(other) if type(self) is type(other) else NotImplemented

    return equal


def _hash(names: tuple[str, ...]) -> Callable[[Any], int]:
    told = _several(names)
    return lambda value: hash(told(value))


def _repr(self: Any) -> str:  # noqa: ANN401 (a value)
    """Tell the members, but for those that are not to be seen."""
    shown = ", ".join(f"{member.name}={getattr(self, member.name)!r}" for member in fields(self) if member.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse_to_set(_self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:  # noqa: ANN401 (a value)
    """Return the members, for copies and for other processes."""
    return [getattr(self, member.name) for member in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:  # noqa: ANN401 (a value)
    for member, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, member.name, value)
