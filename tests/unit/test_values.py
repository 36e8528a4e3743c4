"""Frozen values: everything that can be seen of them is as the standard library's dataclasses have it."""

import copy
import dataclasses
import importlib
import pickle
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib
from chalicelib import values


def made_by(dataclass: Callable[..., Any]) -> SimpleNamespace:
    """Return the same classes, made by one decorator or the other."""

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No member."""

    @dataclass(frozen=True, slots=True)
    class One:
        """One member."""

        name: str

    @dataclass(frozen=True, slots=True)
    class Several:
        """All kinds of members."""

        name: str
        token: str = field(repr=False)
        number: int | None = None
        params: Mapping[str, int] = field(default_factory=dict, hash=False)
        noted: float = field(default=0.5, compare=False)

        @property
        def told(self) -> str:
            """Return the name twice."""
            return self.name * 2

    @dataclass(frozen=True, slots=True)
    class Checked:
        """A member that is looked at."""

        number: int = 1
        seen: list[int] = field(default_factory=list)

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError("too small")
            self.seen.append(self.number)

    @dataclass(frozen=True, slots=True)
    class Special(One):
        """More members than its parent, and a text of its own."""

        other: int

        def __repr__(self) -> str:
            return "special"

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        """Members in an order of their own."""

        name: str = "a"
        other: int
        seen: list[int] = field(default_factory=list, compare=False)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class NamedNothing:
        """No member."""

    kinds = (Nothing, One, Several, Checked, Special, Named, NamedNothing)
    return SimpleNamespace(**{kind.__name__: kind for kind in kinds})


@values.dataclass(frozen=True, slots=True)
class Sent:
    """A value that other processes find by its name."""

    name: str


OURS, THEIRS = made_by(values.dataclass), made_by(dataclasses.dataclass)
KINDS = tuple(vars(OURS))


def both(kind: str, *given: object, **named: object) -> tuple[Any, Any]:
    """Return two values that are to be alike."""
    return getattr(OURS, kind)(*given, **named), getattr(THEIRS, kind)(*given, **named)


def fault(call: Callable[[], object]) -> tuple[type, str]:
    """Return what a call raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 (whatever it is, the other must raise the same)
        call()
    return caught.type, str(caught.value).replace("made_by.<locals>.", "")


NAMES, NUMBERS = st.sampled_from("ab"), st.sampled_from([None, 1, 2])
ARGUMENTS = st.tuples(NAMES, NAMES, NUMBERS, st.dictionaries(NAMES, st.integers(0, 1)), st.sampled_from([0.5, 1.5]))


@given(ARGUMENTS, ARGUMENTS)
def test_equality_hash_and_text_are_the_standard_librarys(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    """For members of all kinds: hidden ones, such that are not compared, such that have no hash."""
    ours, theirs = both("Several", *one)
    others, their_others = both("Several", *other)
    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert (ours == others) is (theirs == their_others)
    assert (ours != others) is (theirs != their_others)


@pytest.mark.parametrize(
    ("kind", "given"),
    [("Nothing", ()), ("One", ("a",)), ("Several", ("a", "b")), ("Special", ("a", 1)), ("Special", ("b", 2))],
)
def test_values_with_few_members_compare_and_hash_as_those_with_many(kind: str, given: tuple[object, ...]) -> None:
    """Down to none; and values of other types are never equal, members or not."""
    ours, theirs = both(kind, *given)
    assert ours == both(kind, *given)[0]
    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert ours != theirs
    assert all(ours != getattr(OURS, other)("a") for other in ("One",) if other != kind)


def test_a_hidden_member_is_in_no_text() -> None:
    """Tokens and keys."""
    assert "geheim" not in repr(OURS.Several("a", "geheim"))


@pytest.mark.parametrize("kind", KINDS)
def test_members_slots_and_patterns_are_those_of_the_standard_library(kind: str) -> None:
    """`fields` and `match` see no difference, and there is no room for anything else."""
    ours: Any = getattr(OURS, kind)
    theirs: Any = getattr(THEIRS, kind)
    assert all(map(is_dataclass, (ours, theirs)))
    assert [repr(member) for member in fields(ours)] == [repr(member) for member in fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert ours.__init__.__annotations__ == theirs.__init__.__annotations__
    assert ours.__doc__ == theirs.__doc__
    assert not hasattr(ours.__new__(ours), "__dict__")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda kinds: kinds.One(),
        lambda kinds: kinds.One("a", "b"),
        lambda kinds: kinds.One("a", name="b"),
        lambda kinds: kinds.Several(name="a", tokens="b"),
        lambda kinds: kinds.Nothing(1),
        lambda kinds: kinds.NamedNothing(1),
        lambda kinds: kinds.Named("a", 1),
        lambda kinds: kinds.Named(name="a"),
        lambda kinds: kinds.Checked(-1),
        lambda kinds: setattr(kinds.One("a"), "name", "b"),
        lambda kinds: delattr(kinds.One("a"), "name"),
        lambda kinds: setattr(kinds.Special("a", 1), "name", "b"),
        lambda kinds: replace(kinds.One("a"), other="b"),
        lambda kinds: replace(kinds.Checked(1), number=-1),
        lambda kinds: hash(kinds.Checked()),
    ],
)
def test_what_is_wrong_is_told_in_the_same_words(wrong: Callable[[SimpleNamespace], object]) -> None:
    """A missing argument, one too many, a change of a frozen value."""
    assert fault(lambda: wrong(OURS)) == fault(lambda: wrong(THEIRS))


def test_named_members_have_defaults_in_any_place() -> None:
    """Their order is that of a document, say."""
    ours, theirs = both("Named", other=1)
    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert ours == replace(ours, seen=[1]) != replace(ours, other=2)


def test_a_value_stays_as_it_was_made() -> None:
    """After an attempt to change it."""
    value = OURS.One("a")
    for name in ("name", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "b")
    assert value.name == "a"
    assert not hasattr(value, "other")


def test_factories_make_a_new_member_for_each_value_that_is_not_given_one() -> None:
    """Before the value looks at itself."""
    assert OURS.Several("a", "b").params is not OURS.Several("a", "b").params
    given = {"x": 1}
    assert OURS.Several("a", "b", params=given).params is given
    assert OURS.Checked(3).seen == [3]


def test_a_changed_copy_leaves_the_value_as_it_was() -> None:
    """By the standard library's `replace`."""
    value = OURS.Several("a", "b", 1)
    changed = replace(value, number=2)
    assert (value.number, changed.number, changed.token, changed.told) == (1, 2, "b", "aa")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_are_equal(copied: Callable[[Any], Any]) -> None:
    """Although nothing can be set."""
    value = OURS.Several("a", "b", 1, {"x": 1})
    assert copied(value) == value


def test_a_value_reaches_another_process() -> None:
    """As long proofs send them to their workers."""
    value = Sent("a")
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 (our own)


@pytest.mark.parametrize(
    "given",
    [
        field(default="", kw_only=True),
        field(default="", init=False),
    ],
)
def test_a_member_that_is_another_kind_of_argument_is_refused(given: Any) -> None:  # noqa: ANN401 (a field)
    """They are not needed, and would be forgotten."""
    members = {"__annotations__": {"name": str}, "name": given}
    with pytest.raises(TypeError, match=r"Odd: members are arguments"):
        values.dataclass(frozen=True, slots=True)(type("Odd", (), members))


def test_a_member_without_a_default_behind_one_with_a_default_is_refused() -> None:
    """As the standard library does."""
    members = {"__annotations__": {"name": str, "other": str}, "name": ""}
    with pytest.raises(TypeError, match="those with a default last"):
        values.dataclass(frozen=True, slots=True)(type("Odd", (), members))


@pytest.mark.parametrize(
    "asked", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}, {"frozen": True}]
)
def test_only_frozen_values_with_slots_are_on_offer(asked: Mapping[str, bool]) -> None:
    """Whoever needs another kind asks the standard library."""
    wanted: Any = values.dataclass
    with pytest.raises(TypeError):
        wanted(**asked)


@pytest.mark.parametrize("arguments", [("a",), ("a", "b")])
def test_a_member_that_is_no_argument_is_made_anew_for_each_value(arguments: tuple[str, ...]) -> None:
    """As a value needs that keeps what it has worked out; a changed copy works it out again."""
    members = {
        "__annotations__": {"name": str, "other": str, "kept": list},
        "other": "",
        "kept": field(default_factory=list, init=False, compare=False),
    }
    keeps: Any = values.dataclass(frozen=True, slots=True)(type("Keeps", (), members))
    value = keeps(*arguments)
    value.kept.append(1)
    assert (value.name, value.kept, replace(value, name="c").kept, value == keeps(*arguments)) == ("a", [1], [], True)
    with pytest.raises(TypeError):
        keeps(*arguments, kept=[])


# One that changes, one that others are built upon, and those.
STANDARD = {"Exchange", "OperationReader", "DynamoDBStore", "DynamoDBOperationStore", "DynamoDBChangeStore"}


REVIEWERS = (
    "*review*",
    "*digest*",
    "*errand*",
    "chalicelib/adapters/oidc/*",
    "chalicelib/domain/audit/[!e]*",
)  # no booking loads them


def _is_for_reviewers(module: str) -> bool:
    path = f"{module.replace('.', '/')}.py"
    return any(fnmatchcase(path, pattern) for pattern in REVIEWERS)


def test_every_frozen_value_is_made_here() -> None:
    """The standard library's are compiled anew at each start; whoever needs them is on the list, or no part of a booking."""
    names = [one.name for one in pkgutil.walk_packages(chalicelib.__path__, "chalicelib.")]
    modules = [importlib.import_module(name) for name in names if not _is_for_reviewers(name)]
    kinds = [
        kind for module in modules for kind in vars(module).values() if isinstance(kind, type) and is_dataclass(kind)
    ]
    slow = {kind.__name__ for kind in kinds if getattr(kind.__setattr__, "__module__", "") != values.__name__}
    assert slow == STANDARD
