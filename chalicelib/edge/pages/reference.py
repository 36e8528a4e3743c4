"""The page that shows the OpenAPI document: every operation with its members, answers, examples, and a form to try it."""

from typing import Any

from chalicelib.edge.links import Links
from chalicelib.edge.pages.html import Html, element, inline, joined, prose, table
from chalicelib.edge.pages.layout import page
from chalicelib.edge.pages.problem import problems_table
from chalicelib.edge.pages.schema import members_table, sample
from chalicelib.edge.pages.trying import token_field, try_form
from chalicelib.edge.routes.documentation import CONTRACT

Operation = dict[str, Any]


def reference_page(document: dict[str, Any], links: Links) -> Html:
    """Return the whole page."""
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    body = joined(
        element("header", *_header(document, links)),
        element("nav", _contents(operations), aria_label="Operations"),
        element(
            "main",
            token_field(),
            *(_section(document, *each) for each in operations),
            element("h2", "After a problem", id="problems"),
            problems_table(links),
        ),
    )
    return page("Switchboard: reference", body, links, script="reference.js")


def _header(document: dict[str, Any], links: Links) -> tuple[Html, ...]:
    info = document["info"]
    version = element("span", info["version"], class_="version")
    return (
        element("h1", info["title"], " ", version),
        prose(info["description"]),
        element("p", element("a", "openapi.json", href=links.path(CONTRACT)), ", the document that this page shows"),
    )


def _contents(operations: list[tuple[str, str, Operation]]) -> Html:
    lines = [
        element("li", element("a", _call(method, path), href=f"#{operation['operationId']}"))
        for path, method, operation in operations
    ]
    return element("ul", *lines, element("li", element("a", "After a problem", href="#problems")))


def _call(method: str, path: str) -> Html:
    return joined(element("b", method.upper(), class_=f"method {method}"), " ", element("code", path))


def _section(document: dict[str, Any], path: str, method: str, operation: Operation) -> Html:
    """Return one operation."""
    parameters = [_resolved(document, each) for each in operation["parameters"]]
    rows = [
        (element("code", one["name"]), one["in"], inline(one.get("description", "")), _pattern(one))
        for one in parameters
    ]
    return element(
        "section",
        element("h2", operation["summary"]),
        element("p", _call(method, path)),
        prose(operation["description"]),
        _scopes(operation),
        table(("parameter", "in", "what it is", "pattern"), rows),
        *_body(document, operation),
        element("h3", "Answers"),
        *(_answer(document, status, answer) for status, answer in operation["responses"].items()),
        try_form(path, method, operation, parameters, _example_text(operation)),
        id=operation["operationId"],
    )


def _pattern(parameter: dict[str, Any]) -> Html:
    pattern = parameter["schema"].get("pattern")
    return joined() if pattern is None else element("code", pattern)


def _scopes(operation: Operation) -> Html:
    needed = [scope for requirement in operation["security"] for scopes in requirement.values() for scope in scopes]
    if not operation["security"]:
        return element("p", inline("Needs no access token."), class_="scopes")
    text = f"Needs an access token with the scope `{'`, `'.join(needed)}`." if needed else "Needs any access token."
    return element("p", inline(text), class_="scopes")


def _body(document: dict[str, Any], operation: Operation) -> tuple[Html, ...]:
    """Return what is sent: its members with their rules, and an example."""
    body = operation.get("requestBody")
    if body is None:
        return ()
    schema = _resolved(document, body["content"]["application/json"]["schema"])
    return (
        element("h3", "Body"),
        element("p", body["description"]),
        members_table(document, schema),
        _details("Example", sample(_first_example(body["content"]["application/json"]))),
    )


def _answer(document: dict[str, Any], status: str, answer: dict[str, Any]) -> Html:
    """Return one status: what it means, its headers, and for each media type its members and examples."""
    parts = [element("p", inline(answer["description"]))]
    if answer.get("headers"):
        parts.append(element("p", "Headers: ", inline(", ".join(f"`{name}`" for name in answer["headers"]))))
    for media_type, content in answer["content"].items():
        parts.append(element("p", element("code", media_type)))
        schema = _resolved(document, content["schema"])
        if "properties" in schema and status < "3":
            parts.append(members_table(document, schema))
        parts += [_details(name, sample(one["value"])) for name, one in content.get("examples", {}).items()]
    return element("details", element("summary", element("b", status), " ", inline(_title(answer))), *parts)


def _title(answer: dict[str, Any]) -> str:
    return str(answer["description"])


def _details(title: str, content: Html) -> Html:
    return element("details", element("summary", title), content)


def _first_example(content: dict[str, Any]) -> Any:  # noqa: ANN401 (any JSON)
    return next(iter(content["examples"].values()))["value"]


def _example_text(operation: Operation) -> Any:  # noqa: ANN401 (any JSON)
    """Return the body that the form begins with, None where none is sent."""
    body = operation.get("requestBody")
    return None if body is None else _first_example(body["content"]["application/json"])


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the components."""
    found: Any = part
    if "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    resolved: dict[str, Any] = found
    return resolved
