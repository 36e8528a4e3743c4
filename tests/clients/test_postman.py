"""The Postman collection: as the contract has it, and each of its requests is answered by the local stack as it says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from devtools.contract import postman
from devtools.contract.written import CURRENT, load
from devtools.proof.trials.scene.ground import Ground
from tests.clients.typescript.node import NODE, run

COLLECTION = json.loads(postman.COLLECTION.read_text())
CONTRACT = json.loads(CURRENT.read_text())
KEY = "a-key-that-postman-made-1"
# What an example names that is not there yet.
UNKNOWN_HERE = {
    "Ask how a booking or a change stands": 404,
    "Read one booking that the user made": 422,
    "Cancel a booking that the user made": 422,
    "Move a booking that the user made to some minutes from now": 422,
    "Accept a booking that the user received": 422,
    "Reject an expired booking that the user received, and invite its client again": 422,
    "Begin a sign-in": 404,  # which is off here
    "Get an access token": 404,
    "Forget the session in this browser": 404,
}


def items() -> Iterator[dict[str, Any]]:
    """Yield each request."""
    for folder in COLLECTION["item"]:
        yield from folder["item"]


def sent(item: dict[str, Any], url: str) -> httpx.Response:
    """Send a request as Postman does: variables are put in, and what is disabled is left out."""
    request, values = item["request"], {"baseUrl": url, "token": "client-token", "key": KEY}

    def filled(text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda name: values[name[1]], text)

    address = filled(request["url"]["raw"])
    for one in request["url"]["variable"]:
        address = address.replace(f"/:{one['key']}", f"/{one['value']}")
    headers = {one["key"]: filled(one["value"]) for one in request["header"] if not one.get("disabled")}
    if request.get("auth", {"type": "bearer"})["type"] == "bearer":
        headers["Authorization"] = filled(f"Bearer {COLLECTION['auth']['bearer'][0]['value']}")
    body = request.get("body", {}).get("raw")
    parameters = {one["key"]: one["value"] for one in request["url"]["query"] if not one["disabled"]}
    return httpx.request(request["method"], address, headers=headers, content=body, params=parameters, timeout=35)


def test_the_collection_is_that_of_the_contract() -> None:
    """`make openapi` writes both; there is a request for each operation."""
    assert postman.COLLECTION.read_text() == postman.rendered(load(CURRENT))
    operations = [one["summary"] for methods in CONTRACT["paths"].values() for one in methods.values()]
    assert sorted(item["name"] for item in items()) == sorted(operations)


@pytest.mark.parametrize("item", list(items()), ids=lambda item: item["name"])
def test_each_request_is_answered(stack: tuple[Ground, str], item: dict[str, Any]) -> None:
    """As it stands, on a stack where nothing has happened yet."""
    ground, url = stack
    ground.begin()
    ground.start()
    answer = sent(item, url)
    assert answer.is_success or answer.status_code == UNKNOWN_HERE.get(item["name"])


def test_sending_twice_books_once(stack: tuple[Ground, str]) -> None:
    """Under the key that the first Send made."""
    ground, url = stack
    ground.begin()
    ground.start()
    (item,) = (one for one in items() if one["name"] == "Book a session")
    first, second = sent(item, url), sent(item, url)
    assert (first.status_code, second.json()) == (201, first.json())
    assert len(ground.sandbox.world.bookings) == 1


def test_a_key_is_made_once() -> None:
    """The script of a request makes one where there is none, and leaves one that is there."""
    (item,) = (one for one in items() if one["name"] == "Book a session")
    script = "\n".join(item["event"][0]["script"]["exec"])
    world = """
    const kept = new Map(); let made = 0;
    const pm = { collectionVariables: { get: (name) => kept.get(name), set: (name, value) => kept.set(name, value) },
                 variables: { replaceIn: (text) => `${text} ${++made}` } };
    """
    done = run(NODE, "-e", f"{world}\n{script}\n{script}\nconsole.log(kept.get('key'));")
    assert done.stdout == "{{$guid}} 1\n", done.stderr
