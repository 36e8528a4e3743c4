"""Paths find their resource as API Gateway finds it."""

import pytest

from devtools.local.paths import Match, match_resource

RESOURCES = ("/{proxy+}", "/health", "/v1/operations/{operation_id}", "/v1/operations/latest", "/v1/{anything}/{id}")


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/health", "/health", {}),
        ("/health/", "/health", {}),
        ("/v1/operations/op_1", "/v1/operations/{operation_id}", {"operation_id": "op_1"}),
        ("/v1/operations/latest", "/v1/operations/latest", {}),
        ("/v1/bookings/7", "/v1/{anything}/{id}", {"anything": "bookings", "id": "7"}),
        ("/v1/operations/a%20b%2Fc", "/v1/operations/{operation_id}", {"operation_id": "a b/c"}),
        ("/one", "/{proxy+}", {"proxy": "one"}),
        ("/Health", "/{proxy+}", {"proxy": "Health"}),
        ("/one/two%20three/four", "/{proxy+}", {"proxy": "one/two three/four"}),
        ("/v1/operations/op_1/events", "/{proxy+}", {"proxy": "v1/operations/op_1/events"}),
    ],
)
def test_a_path_belongs_to_the_most_literal_resource(path: str, resource: str, parameters: dict[str, str]) -> None:
    """A literal wins over a variable, a variable over a greedy one; parameters arrive decoded."""
    assert match_resource(RESOURCES, path) == Match(resource, parameters)


def test_a_greedy_resource_does_not_take_the_root() -> None:
    """`{proxy+}` needs at least one segment."""
    assert match_resource(RESOURCES, "/") is None


def test_the_root_is_a_resource_of_its_own() -> None:
    """`/` matches where the app has it."""
    assert match_resource(("/", "/{proxy+}"), "/") == Match("/", {})


def test_a_path_without_a_resource_has_no_match() -> None:
    """Nothing is guessed."""
    assert match_resource(("/health",), "/healthy") is None


def test_an_empty_segment_is_no_path_parameter() -> None:
    """`/v1/operations//` does not reach the resource of one operation."""
    assert match_resource(("/v1/operations/{operation_id}",), "/v1/operations//") is None
