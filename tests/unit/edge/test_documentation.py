"""The routes of the documentation: the document, the page that shows it, its files, and pages of problems."""

import json
import re
import subprocess
import sys
from decimal import Decimal

import pytest

from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.contract.document import openapi_document
from chalicelib.edge.contract.operations import OPERATIONS
from chalicelib.edge.links import Links
from chalicelib.edge.pages.packaged import MEDIA_TYPES, packaged
from chalicelib.edge.pages.schema import members_table, pretty
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.routes.resource import Resource
from devtools.places import ROOT
from tests.unit.edge.gateway_event import Reply, call, edge_app, rest_event

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"


def get(path: str, accept: str = "*/*", entrance: str = "", **parameters: str) -> Reply:
    """Read a page."""
    event = rest_event("GET", path, headers={"Accept": accept}, pathParameters=parameters)
    event["requestContext"]["path"] = entrance + path.format(**parameters)
    return call(edge_app(settings=EdgeSettings(has_sign_in=True)), event)


def test_the_document_is_served_with_exact_numbers() -> None:
    """Of the deployment, through the entrance that it was asked for at."""
    reply = get("/openapi.json", entrance="/dev")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.document["servers"] == [{"url": "/dev"}]
    credits_ = json.loads(reply.body, parse_float=Decimal)["components"]["schemas"]["BookingRequest"]["properties"][
        "Credits"
    ]
    assert credits_["maximum"] == Decimal("9999999.9999")


def test_what_is_served_and_not_described_is_found_out() -> None:
    """When the document is made: a test of this repository makes it."""
    with pytest.raises(KeyError):
        openapi_document([Resource("/new", {"GET": lambda _: pytest.fail("never called")})], EdgeSettings(), Links())


def test_the_reference_shows_every_operation_under_a_strict_policy() -> None:
    """Nothing in the page is a script or a style, and nothing comes from elsewhere."""
    reply = get("/docs", entrance="/dev")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["content-security-policy"].startswith(STRICT)
    assert "unsafe" not in reply.headers["content-security-policy"]
    for operation in OPERATIONS.values():
        assert f'id="{operation.id}"' in reply.body
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:", reply.body)
    loaded = set(re.findall(r'(?:src|href)="([^"#]+)"', reply.body))
    own = {f"/dev/docs/{name}" for name in MEDIA_TYPES} | {"/dev/openapi.json"}
    assert loaded == own | {f"/dev/problems/{slug}" for slug in BY_SLUG}
    assert "at most 1440" in reply.body
    assert "Book at least 5 minutes." in reply.body


def test_amounts_and_references_are_shown_as_they_are() -> None:
    """No number becomes a floating-point one; a reference is told by its name, a list by its items."""
    assert pretty({"a": Decimal("22.50")}) == '{\n  "a": 22.5\n}'
    schema = {
        "properties": {
            "a": {"$ref": "#/components/schemas/Booking"},
            "b": {"type": "array", "items": {"type": "string"}},
            "c": {"const": 1},
        }
    }
    shown = members_table({}, schema)
    assert all(text in shown for text in (">Booking<", ">list of string<", ">any, always 1<"))


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_a_file_of_the_pages_is_served(name: str) -> None:
    """As it lies in the package."""
    reply = get("/docs/{file}", file=name)
    assert (reply.status, reply.headers["content-type"]) == (200, MEDIA_TYPES[name])
    assert reply.body == (ROOT / "chalicelib" / "edge" / "pages" / "files" / name).read_text()


@pytest.mark.parametrize("name", ["none.css", "../layout.py", "..", ""])
def test_no_other_file_is_served(name: str) -> None:
    """Whatever is asked for."""
    assert get("/docs/{file}", file=name).status == 404
    assert packaged(name) is None


@pytest.mark.parametrize("slug", BY_SLUG)
def test_a_problem_is_a_page_for_people_and_a_document_for_programs(slug: str) -> None:
    """By what is wanted; caches must tell them apart."""
    row = BY_SLUG[slug]
    page, document, text = (get("/problems/{slug}", kind, slug=slug) for kind in (BROWSER, "application/json", "*/*"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith(STRICT)
    assert f"<h1>{row.title}</h1>" in page.body
    assert document.document == {
        "problem": slug,
        "title": row.title,
        "statuses": sorted({int(row.status), *row.other_statuses}),
        "advice": row.advice,
        "same_key": row.same_key,
        "retry_after": row.waits,
    }
    assert text.body.startswith(f"{row.title}\n")
    assert {reply.headers["vary"] for reply in (page, document, text)} == {"Origin, Accept"}


def test_no_booking_loads_the_documentation_or_what_reads() -> None:
    """Book, and look at what was imported; then ask for the documentation, which is."""
    code = """
import sys
import app
from tests.unit.edge.gateway_event import call, edge_app, operation_event, rest_event
def loaded():
    late = ("chalicelib.edge.contract", "chalicelib.edge.pages", "chalicelib.application.reading", "chalicelib.composition.reads")
    return [name for name in sys.modules if name.startswith(late)]
edge = edge_app()
assert call(edge, rest_event()).status == 201
assert call(edge, rest_event(resource="/v1/PhoneChat/ValidateBooking")).status == 200
assert call(edge, operation_event()).status == 200
assert loaded() == [], loaded()
assert call(edge, rest_event("GET", "/docs")).status == 200
assert "chalicelib.edge.contract.document" in loaded()
"""
    done = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
