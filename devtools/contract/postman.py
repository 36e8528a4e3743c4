"""The contract as a Postman collection (format 2.1), for `docs/postman.json`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import simplejson

from devtools.places import ROOT

COLLECTION = ROOT / "docs" / "postman.json"
FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
LOCAL = "http://127.0.0.1:8000"  # `make run`
KEY = "Idempotency-Key"
ABOUT = f"""{{description}}
## How to use this collection

1. Set the variable `baseUrl` to your stage, and `token` to an access token. As they stand they fit `make run`.
2. The first request with an `{KEY}` makes one and keeps it in the variable `key`. Every Send repeats that intent, and books once.
3. Empty `key` for another booking.
"""
# Postman would make a new key for each Send otherwise, and a repeat would be another intent.
ONE_KEY = [
    'if (!pm.collectionVariables.get("key")) {',
    '    pm.collectionVariables.set("key", pm.variables.replaceIn("{{$guid}}"));',
    "}",
]
METHODS = ("get", "post", "put", "patch", "delete")
Json: TypeAlias = dict[str, Any]


def collection(contract: Mapping[str, Any]) -> Json:
    """Return the collection of a contract: a folder for each tag, a request for each operation, with its examples."""
    folders = [{"name": tag["name"], "item": list(_items(contract, tag["name"]))} for tag in contract["tags"]]
    return {
        "info": {
            "name": contract["info"]["title"],
            "description": ABOUT.format(description=contract["info"]["description"]),
            "version": contract["info"]["version"],
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "baseUrl", "value": LOCAL, "type": "string"},
            {
                "key": "token",
                "value": "client-token",
                "type": "string",
                "description": "Share no real one.",
            },
            {"key": "key", "value": "", "type": "string", "description": "Empty it for another booking."},
        ],
        "item": folders,
    }


def rendered(contract: Mapping[str, Any]) -> str:
    """Return the collection as it is committed."""
    return simplejson.dumps(collection(contract), indent=2, ensure_ascii=False) + "\n"


def write(contract: Mapping[str, Any], path: Path = COLLECTION) -> None:
    """Write the collection."""
    path.write_text(rendered(contract), encoding="utf-8")


def _items(contract: Mapping[str, Any], tag: str) -> Iterator[Json]:
    for path, methods in contract["paths"].items():
        for method in METHODS:
            if tag in methods.get(method, {}).get("tags", ()):
                yield _item(contract, path, method, methods[method])


def _item(contract: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Json:
    parameters = [_parameter(contract, one) for one in operation.get("parameters", ())]
    request: Json = {
        "method": method.upper(),
        "description": operation.get("description", operation["summary"]),
        "header": _headers(parameters, operation),
        "url": _url(path, parameters),
    }
    if operation.get("security") == []:
        request["auth"] = {"type": "noauth"}
    if "requestBody" in operation:
        request["body"] = {"mode": "raw", "raw": _example_body(operation), "options": {"raw": {"language": "json"}}}
    item: Json = {"name": operation["summary"], "request": request, "response": []}
    if any(one["name"] == KEY for one in parameters):
        item["event"] = [{"listen": "prerequest", "script": {"type": "text/javascript", "exec": ONE_KEY}}]
    return item


def _parameter(contract: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter itself, where a reference to it stands."""
    if "$ref" not in parameter:
        return parameter
    found: Mapping[str, Any] = contract["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _headers(parameters: list[Mapping[str, Any]], operation: Mapping[str, Any]) -> list[Json]:
    headers: list[Json] = [
        {
            "key": one["name"],
            "value": "{{key}}" if one["name"] == KEY else str(one.get("example", "")),
            "description": one["description"],
            # An id of a request that is not the caller's own would only confuse: it is there to be switched on.
            "disabled": one["name"] != KEY,
        }
        for one in parameters
        if one["in"] == "header"
    ]
    if "requestBody" in operation:
        headers.insert(0, {"key": "Content-Type", "value": "application/json"})
    return headers


def _url(path: str, parameters: list[Mapping[str, Any]]) -> Json:
    segments = [f":{one[1:-1]}" if one.startswith("{") else one for one in path.strip("/").split("/")]
    query = [_shown(one) | {"disabled": not one.get("required", False)} for one in parameters if one["in"] == "query"]
    variables = [_shown(one) for one in parameters if one["in"] == "path"]
    raw = "/".join(["{{baseUrl}}", *segments])
    return {"raw": raw, "host": ["{{baseUrl}}"], "path": segments, "query": query, "variable": variables}


def _shown(parameter: Mapping[str, Any]) -> Json:
    return {
        "key": parameter["name"],
        "value": str(parameter.get("example", "")),
        "description": parameter.get("description", ""),
    }


def _example_body(operation: Mapping[str, Any]) -> str:
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return simplejson.dumps(next(iter(examples.values()))["value"], indent=2, ensure_ascii=False)
