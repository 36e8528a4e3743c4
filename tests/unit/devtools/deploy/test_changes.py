"""No deployment loses what bookings are kept out by."""

from typing import Any

import pytest

from devtools.deploy.rollout.changes import IRREPLACEABLE, described, refusals


def change(action: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Return a change of a change set."""
    return {"Action": action, "LogicalResourceId": "One", "ResourceType": kind, **more}


@pytest.mark.parametrize("kind", sorted(IRREPLACEABLE))
@pytest.mark.parametrize(
    ("action", "more"),
    [("Remove", {}), ("Modify", {"Replacement": "True"}), ("Modify", {"Replacement": "Conditional"})],
)
def test_what_cannot_be_made_again_is_not_replaced_or_removed(kind: str, action: str, more: dict[str, Any]) -> None:
    """A replacement that only may come is refused too."""
    (told,) = refusals([change(action, kind, **more)])
    assert "One" in told


@pytest.mark.parametrize("kind", sorted(IRREPLACEABLE))
def test_it_may_be_added_and_changed_in_place(kind: str) -> None:
    """An index, a tag, a description."""
    assert not list(refusals([change("Add", kind), change("Modify", kind, Replacement="False")]))


def test_a_function_may_be_replaced_and_removed() -> None:
    """It holds nothing."""
    kind = "AWS::Lambda::Function"
    assert not list(refusals([change("Remove", kind), change("Modify", kind, Replacement="True")]))


def test_the_secret_is_not_drawn_anew() -> None:
    """Not a replacement to CloudFormation, but another key to every repeat."""
    details = [{"Target": {"Attribute": "Properties", "Name": "GenerateSecretString"}}]
    drawn = change("Modify", "AWS::SecretsManager::Secret", Replacement="False", Details=details)
    assert "drawn anew" in next(iter(refusals([drawn])))


def test_a_change_is_told_with_its_replacement() -> None:
    """Whoever is asked sees it."""
    lines = list(described([change("Add", "A"), change("Modify", "B", Replacement="Conditional")]))
    assert lines == ["  Add      One (A)", "  Modify   One (B, perhaps replaced)"]
