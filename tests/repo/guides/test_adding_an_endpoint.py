"""The guide to adding an endpoint is true: its declaration works, and says what AdultWork documents."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.adultwork.changing import classify_change
from chalicelib.adapters.adultwork.codec.shaped import read_shape
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.form import ChangeForm
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import ParametersRejectedError
from chalicelib.domain.reading.asking import asked_with
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.edge.contract.parts.change_operations import change_operations
from chalicelib.edge.contract.parts.read_operations import read_operations
from chalicelib.edge.contract.parts.reads import example, schema
from chalicelib.edge.routes import changes
from chalicelib.edge.routes.reads import resources
from devtools.places import ROOT
from tests.builders import TOKEN
from tests.unit.adapters.answers import json_answer, xml_answer

GUIDE = (ROOT / "docs" / "adding-an-endpoint.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    """Run the guide's code, and return what it declares."""
    code, _ = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    declared: dict[str, Any] = {}
    exec(code, declared)  # noqa: S102 (our own document)
    found: Endpoint = declared["CREDITS_HISTORY"]
    return found


def test_the_declaration_is_served_and_described(endpoint: Endpoint) -> None:
    """Under its own path, in its own group."""
    nobody: Callable[[], Any] = time.monotonic
    assert [resource.path for resource in resources(nobody, [endpoint])] == ["/v1/CreditHistory/GetCreditsHistory"]
    ((key, operation),) = read_operations([endpoint]).items()
    assert key == (endpoint.path, "GET")
    assert (operation.id, operation.tag) == ("readCreditsHistory", "CreditHistory")
    assert operation.scopes == (endpoint.scope,)
    assert operation.parameters[:1] == ("GetCreditsHistory.PageSize",)


def test_its_parameters_are_the_documented_ones(endpoint: Endpoint) -> None:
    """None of them is required."""
    assert asked_with(endpoint.parameters, {"PageNumber": [""], "PageSize": ["100"]}) == {"PageSize": 100}
    with pytest.raises(ParametersRejectedError):
        asked_with(endpoint.parameters, {"OrderBy": ["date-desc"]})


def test_its_answer_is_typed_where_it_is_documented_and_passed_on_where_it_is_not(endpoint: Endpoint) -> None:
    """In both of AdultWork's formats; the contract marks which is which."""
    document = "<H><CreditHistory><T><Amount>1.50</Amount></T></CreditHistory><PageCount>3</PageCount></H>"
    assert read_shape(endpoint.shape, xml_answer(document), {}) == {
        "PageCount": 3,
        "PageNumber": None,
        "PageSize": None,
        "CreditHistory": {"T": {"Amount": "1.50"}},
    }
    history: Any = read_shape(endpoint.shape, json_answer('{"PageCount": 3, "CreditHistory": [{"Amount": 2}]}'), {})
    assert history["CreditHistory"] == [{"Amount": 2}]
    properties = schema(endpoint.shape)["properties"]
    assert properties["CreditHistory"]["x-untyped"] is True
    assert properties["PageCount"] == {"type": ["integer", "null"]}
    assert example(endpoint.shape).keys() == properties.keys()


def test_the_declared_change_is_served_described_and_read() -> None:
    """Under its own path; its form and its answer are those of every change like it."""
    _, code = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    declared: dict[str, Any] = {}
    exec(code, declared)  # noqa: S102 (our own document)
    change: Change = declared["DELETE_RECEIVED_BOOKINGS"]
    nobody: Callable[[], Any] = time.monotonic
    assert [resource.path for resource in changes.resources(nobody, [change])] == [change.path]
    ((key, operation),) = change_operations([change]).items()
    assert (key, operation.id) == ((change.path, "POST"), "deleteReceivedBooking")
    request = ChangeForm(change, {"BookingIDs": "100, 101"}, 100).read()
    assert isinstance(request, ChangeRequest)
    listed = '[{"BookingID":100,"Deleted":true},{"BookingID":101,"Deleted":false,"Message":"no"}]'
    assert classify_change(json_answer(listed), request, TOKEN).facts == {"deleted": 1, "kept": 1}
