"""OCSF: every kind of event is what the published schema asks for."""

import json
from functools import cache

import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports.ocsf import CLASS, VERSION, lines
from tests.contract.records import claim_event, operation


@cache
def schema() -> Draft202012Validator:
    """Return the schema of the class, as it is published."""
    published = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    name = published.lookup_class_name_from_uid(class_uid=CLASS)
    return Draft202012Validator(published.get_class_schema(class_name=name))


CLAIM = claim_event(operation()).canonical()


@pytest.mark.parametrize("kind", [*(kind.value for kind in EventKind), "of-a-later-version"])
def test_an_event_of_each_kind_is_valid(kind: str) -> None:
    """With a time, and the way back to what is stored."""
    stored = CLAIM.replace(b'"kind":"claimed"', f'"kind":"{kind}","reason":"late"'.encode())
    (line,) = lines(Chain.read("op_1", [stored]))
    told = json.loads(line)
    assert [error.message for error in schema().iter_errors(told)] == []
    assert (told["metadata"]["uid"], told["unmapped"]["kind"], told["unmapped"]["reason"]) == ("op_1/1", kind, "late")
    assert told["time"] == 1768478400000
    assert "phone" not in line.decode()


def test_an_event_that_cannot_be_read_is_valid_too() -> None:
    """It happened at no time, and is shown."""
    (line,) = lines(Chain.read("op_1", [b"odd"]))
    told = json.loads(line)
    assert [error.message for error in schema().iter_errors(told)] == []
    assert (told["time"], told["message"]) == (0, "An event that cannot be read")


@pytest.mark.parametrize("members", [{"kind": "\\ud800", "account": "\\udfff"}, {"at": "0001-01-01T00:00:00+14:00"}])
def test_no_record_ends_an_export(members: dict[str, str]) -> None:
    """Text that is no Unicode, and a time before all times."""
    stored = json.dumps(members).replace("\\\\", "\\").encode()
    (line,) = lines(Chain.read("op_1", [stored]))
    assert list(schema().iter_errors(json.loads(line))) == []


def test_the_schema_refuses_what_is_none() -> None:
    """Else nothing above would be proved."""
    assert list(schema().iter_errors({"class_uid": CLASS}))
