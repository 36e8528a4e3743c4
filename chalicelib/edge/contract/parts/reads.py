"""What the contract says of the reads: schemas, examples and parameters, all made from the table of endpoints."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.endpoints import ENDPOINTS
from chalicelib.domain.reading.parameter import Choice, Day, Parameter, Whole
from chalicelib.domain.reading.shape import Items, Known, Leaf, Record, Shape
from chalicelib.edge.contract.example import BOOKING

_LEAVES: Mapping[Leaf, str] = {
    Leaf.INTEGER: "integer",
    Leaf.NUMBER: "number",
    Leaf.BOOLEAN: "boolean",
    Leaf.TEXT: "string",
}
_EXAMPLES: Mapping[Leaf, Any] = {
    Leaf.INTEGER: 1,
    Leaf.NUMBER: Decimal("1.5"),
    Leaf.BOOLEAN: True,
    Leaf.TEXT: "text",
    Leaf.ANY: None,
}
UNTYPED = {
    "description": "AdultWork does not document its form. It is passed on plainly: names without namespaces, null for nil, "
    "elements of one name beside each other as a list; where AdultWork answers in XML, every leaf is a text.",
    "x-untyped": True,
}
_EMPTY = {"const": "", "description": "As if it were left out: an input of a form that nobody filled in."}
_BOOKING = {"$ref": "#/components/schemas/Booking"}


def schema_name(endpoint: Endpoint) -> str:
    """Return the name of what an endpoint answers."""
    return "Booking" if endpoint.shape is Known.BOOKING else f"{endpoint.name}Answer"


def read_schemas() -> dict[str, Any]:
    """Return the schema of each answer by its name."""
    return {
        schema_name(endpoint): schema(endpoint.shape) for endpoint in ENDPOINTS if endpoint.shape is not Known.BOOKING
    }


def read_examples() -> dict[str, Any]:
    """Return an example of each answer by the name of its schema."""
    return {schema_name(endpoint): example(endpoint.shape) for endpoint in ENDPOINTS}


def read_parameters() -> dict[str, Any]:
    """Return the parameters of the reads by the names of their components."""
    return {
        component(endpoint, parameter): _parameter(parameter)
        for endpoint in ENDPOINTS
        for parameter in endpoint.parameters
    }


def component(endpoint: Endpoint, parameter: Parameter) -> str:
    """Return the name of a parameter among the components: endpoints may have different ones of one name."""
    return f"{endpoint.name}.{parameter.name}"


def schema(shape: Shape) -> dict[str, Any]:
    """Return the schema of a shape that is not null; a booking has a schema of its own."""
    match shape:
        case Leaf():
            return dict(UNTYPED) if shape is Leaf.ANY else {"type": _LEAVES[shape]}
        case Items(item):
            return {"type": "array", "items": _nullable(item)}
        case Record(members):
            properties = {name: _nullable(member) for name, member in members.items()}
            about = "What AdultWork does not tell is null. Members that it does not document are passed on untyped."
            return _object(properties, about)
        case _:
            return _requirements() if shape is Known.REQUIREMENTS else _bookings()


def example(shape: Shape) -> Any:  # noqa: ANN401 (any JSON)
    """Return an example of a shape."""
    match shape:
        case Leaf():
            return _EXAMPLES[shape]
        case Items(item):
            return [example(item)]
        case Record(members):
            return {name: example(member) for name, member in members.items()}
        case Known.BOOKINGS:
            return {"PageNumber": 1, "PageCount": 1, "Bookings": [BOOKING.written(nulls=True)], "unreadable": []}
        case Known.REQUIREMENTS:
            methods = [{"Method": method, "is_available": method != 2} for method in (1, 2, 3)]  # noqa: PLR2004 (one is off)
            return {"PhoneChatPPM": Decimal("1.5"), "Methods": methods}
        case _:
            return BOOKING.written(nulls=True)


def _nullable(shape: Shape) -> dict[str, Any]:
    """Return the schema of a part of an answer, which may be null."""
    told = schema(shape)
    return told | {"type": [told["type"], "null"]} if "type" in told else told


def _object(properties: dict[str, Any], about: str) -> dict[str, Any]:
    return {"type": "object", "description": about, "required": list(properties), "properties": properties}


def _bookings() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 1}
    return _object(
        {
            "PageNumber": {**count, "description": "The page that was asked for."},
            "PageCount": {"type": ["integer", "null"], "description": "How many there are; null where it is not told."},
            "Bookings": {"type": "array", "items": _BOOKING},
            "unreadable": {
                "type": "array",
                "items": {"type": ["integer", "null"]},
                "description": "The BookingIDs of entries that could not be read as bookings; null where not even that could.",
            },
        },
        "A page of bookings. How AdultWork wraps them is not documented, so the members around them are Switchboard's own.",
    )


def _requirements() -> dict[str, Any]:
    method = _object(
        {"Method": {"type": "integer"}, "is_available": {"type": "boolean"}},
        "AdultWork documents what it tells of a method, and not under which names: these are Switchboard's own.",
    )
    price = {
        "type": ["number", "null"],
        "description": "The price per minute, VAT included; null where none is set.",
    }
    about = "Every method, offered or not; null where that could not be read."
    return _object(
        {"PhoneChatPPM": price, "Methods": {"type": ["array", "null"], "items": method, "description": about}},
        "What a booking needs: Credits of at least the price for its Duration, and a method that is offered.",
    )


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told, sample = _form(parameter.form)
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": told if parameter.is_required else {"anyOf": [told, _EMPTY]},
        "example": sample if parameter.example is None else parameter.example,
    }


def _form(form: Whole | Day | Choice) -> tuple[dict[str, Any], int | str]:
    """Return the schema of a parameter, and an example of it."""
    match form:
        case Whole(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}, low
        case Day():
            return {"type": "string", "format": "date"}, "2026-01-15"
        case _:
            return {"type": "string", "enum": list(form.words)}, form.words[0]
