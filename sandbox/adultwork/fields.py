"""Read a request's members one by one and gather what is wrong with them."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import NoReturn

from sandbox.adultwork.refusal import INVALID, invalid, refusal
from sandbox.connection.message import Request

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
_JSON_BODIES = frozenset({"application/json", "text/json"})


class Fields:
    """Read typed members; a missing or odd one is noted as a fault and read as a stand-in value."""

    def __init__(self, members: Mapping[str, object], prefix: str) -> None:
        """Keep the members and the prefix under which ModelState names them."""
        self._members = members
        self._prefix = prefix
        self._faults: dict[str, str] = {}

    def fault(self, name: str, text: str) -> None:
        """Note a fault of a member; the first one found stays."""
        self._faults.setdefault(f"{self._prefix}.{name}", text)

    def require_sound(self) -> None:
        """Raise a refusal that names every fault, if there is one."""
        if self._faults:
            raise invalid(self._faults)

    def integer(self, name: str) -> int:
        """Read a required whole number; the stand-in is 0."""
        value = self._required(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._odd(name, value, "a whole number")
        return 0

    def decimal(self, name: str) -> Decimal:
        """Read a required number, exactly; the stand-in is 0."""
        value = self._required(name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        self._odd(name, value, "a number")
        return Decimal(0)

    def local_date(self, name: str) -> datetime:
        """Read a required date of the exact form `YYYY-MM-DD HH:MM`; the stand-in is the last date there is."""
        value = self._required(name)
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        self._odd(name, value, "a date of the form YYYY-MM-DD HH:MM")
        return datetime.max  # noqa: DTZ901 - the simulated dates have no zone

    def text(self, name: str) -> str | None:
        """Read an optional text."""
        value = self._members.get(name)
        if value is None or isinstance(value, str):
            return value
        self._odd(name, value, "a text")
        return None

    def _required(self, name: str) -> object:
        value = self._members.get(name)
        if value is None:
            self.fault(name, f"The {name} field is required.")
        return value

    def _odd(self, name: str, value: object, wanted: str) -> None:
        if value is not None:
            self.fault(name, f"The {name} field must be {wanted}.")


def read_fields(request: Request, prefix: str) -> Fields:
    """Read a request's JSON body as an object, or raise a refusal."""
    content_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if content_type not in _JSON_BODIES:
        raise refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
    try:
        body = json.loads(request.body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refusal(HTTPStatus.BAD_REQUEST, INVALID, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise refusal(HTTPStatus.BAD_REQUEST, INVALID, "The body is not a JSON object.")
    return Fields({name: _clean(value) for name, value in body.items()}, prefix)


def _clean(value: object) -> object:
    """Replace lone surrogates, which no answer could carry."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
