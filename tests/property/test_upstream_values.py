"""Our schemas for pydantic's core beside those that pydantic itself makes of the same annotations."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import ValidationError

from chalicelib.domain.booking.booking import BookedUser, Booking, BookingRequest, ContactMethod
from chalicelib.domain.booking.upstream_value import UpstreamValue, upstream_name

KINDS: tuple[type[UpstreamValue], ...] = (BookedUser, Booking, BookingRequest)


class Oracle(pydantic.BaseModel):
    """What the three have in common, in pydantic's words."""

    model_config = pydantic.ConfigDict(
        frozen=True, strict=True, extra="ignore", alias_generator=upstream_name, validate_by_name=True,
        hide_input_in_errors=True,
    )  # fmt: skip


def oracle(kind: type[UpstreamValue], known: dict[object, type[Oracle]]) -> type[Oracle]:
    """Return pydantic's own model of the same members."""
    members: dict[str, Any] = {
        one.name: (known.get(one.type, one.type), ... if one.default is MISSING else one.default)
        for one in fields(kind)  # type: ignore[arg-type]
    }
    known[kind] = pydantic.create_model(kind.__name__, __base__=Oracle, **members)
    return known[kind]


_KNOWN: dict[object, type[Oracle]] = {}
ORACLES = {kind: oracle(kind, _KNOWN) for kind in KINDS}

CANDIDATES: st.SearchStrategy[object] = st.dictionaries(
    st.sampled_from([*BookedUser.names.values(), "user_id", "Other"]), st.sampled_from([None, 1, "a", True, 1.5])
)
VALUES: st.SearchStrategy[object] = (
    st.sampled_from(
        [
            None,
            True,
            0,
            -1,
            15,
            2**80,
            1.0,
            1.5,
            "",
            "15",
            "a",
            b"a",
            (),
            ("a",),
            ["a"],
            ("a", 1),
            {},
            ContactMethod.SKYPE,
        ]
    )
    | st.sampled_from([Decimal(8), Decimal("8.50"), Decimal("NaN"), Decimal("Infinity"), Decimal("-0")])
    | CANDIDATES
)
SOUND: Mapping[object, st.SearchStrategy[object]] = {
    int: st.integers(),
    str: st.text(),
    str | None: st.none() | st.text(),
    int | None: st.none() | st.integers(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    ContactMethod: st.sampled_from(ContactMethod),
    tuple[str, ...]: st.lists(st.text(), max_size=2).map(tuple),
}


def sound(kind: type[UpstreamValue]) -> st.SearchStrategy[dict[str, object]]:
    """Return documents whose members are of their types."""
    types: dict[str, Any] = {one.name: one.type for one in fields(kind)}  # type: ignore[arg-type]
    drawn = {kind.names[name]: SOUND[one] if one in SOUND else sound(one) for name, one in types.items()}
    return st.fixed_dictionaries(drawn)


def documents(kind: type[UpstreamValue]) -> st.SearchStrategy[dict[str, object]]:
    """Return documents in which some members are missing, odd, or under our own names."""
    names = st.sampled_from([*kind.names.values(), *kind.names, "Other"])
    broken = st.dictionaries(names, VALUES, max_size=4)
    absent = st.sets(st.sampled_from(list(kind.names.values())), max_size=2)
    return st.builds(
        lambda whole, broken, absent: {name: one for name, one in (whole | broken).items() if name not in absent},
        sound(kind),
        broken,
        absent,
    )


def told(read: Callable[[], Any]) -> object:
    """Return the members of what was read, or what was wrong."""
    try:
        return members(read())
    except ValidationError as error:
        return [(fault["type"].replace("dataclass_type", "model_type"), fault["loc"]) for fault in error.errors()]


def members(value: Any) -> object:  # noqa: ANN401 (a value, or pydantic's)
    """Return the members with their types."""
    if isinstance(value, UpstreamValue | Oracle):
        names = value.names if isinstance(value, UpstreamValue) else type(value).model_fields
        return {name: members(getattr(value, name)) for name in names}
    return type(value), repr(value)


@pytest.mark.parametrize("kind", KINDS)
@given(draws=st.data())
def test_a_document_is_read_as_pydantic_reads_it(kind: type[UpstreamValue], draws: st.DataObject) -> None:
    """The same members of the same types, or the same faults at the same places."""
    document = draws.draw(documents(kind))
    ours, theirs = told(lambda: kind.read(document)), told(lambda: ORACLES[kind].model_validate(document))
    assert ours == theirs


@pytest.mark.parametrize("kind", KINDS)
@given(draws=st.data())
def test_a_constructor_takes_what_pydantics_takes(kind: type[UpstreamValue], draws: st.DataObject) -> None:
    """Under our names, and whoever calls it."""
    document = draws.draw(documents(kind))
    given_ = {name: document[wire] for name, wire in kind.names.items() if wire in document}
    required = {one.name for one in fields(kind) if one.default is MISSING}  # type: ignore[arg-type]
    if required <= given_.keys():
        ours, theirs = told(lambda: kind(**given_)), told(lambda: ORACLES[kind](**given_))
        assert ours == theirs


@pytest.mark.parametrize("kind", KINDS)
@given(draws=st.data())
def test_what_is_written_is_what_pydantic_writes_and_is_read_as_the_same(
    kind: type[UpstreamValue], draws: st.DataObject
) -> None:
    """With and without nulls, in the same order."""
    document = draws.draw(sound(kind))
    value, model = kind.read(document), ORACLES[kind].model_validate(document)
    assert kind.read(value.written(nulls=True) | {"Unreadable": document.get("Unreadable", ())}) == value
    for nulls in (True, False):
        theirs = model.model_dump(by_alias=True, exclude_none=not nulls, exclude={"unreadable"})
        assert str(value.written(nulls=nulls)) == str(theirs)
