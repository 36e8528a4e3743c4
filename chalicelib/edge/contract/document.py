"""The OpenAPI 3.1 document of the service, as one deployment serves it through one entrance."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib import VERSION
from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge import cors
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.contract.answer_schemas import answer_schemas
from chalicelib.edge.contract.examples import answer_examples, problem_examples
from chalicelib.edge.contract.headers import HEADERS, headers, names_of
from chalicelib.edge.contract.operation import JSON, Operation
from chalicelib.edge.contract.operations import OPERATIONS
from chalicelib.edge.contract.parameters import parameters
from chalicelib.edge.contract.parts.changes import change_schemas
from chalicelib.edge.contract.parts.reads import read_parameters, read_schemas
from chalicelib.edge.contract.parts.sign_in import sign_in_schemas
from chalicelib.edge.contract.problem_schemas import lead_to_operations, problem_schemas, schema_name
from chalicelib.edge.contract.request_schema import booking_draft_schema, booking_request_schema
from chalicelib.edge.contract.samples import samples_of
from chalicelib.edge.contract.security import SCHEME, security_schemes
from chalicelib.edge.links import Links
from chalicelib.edge.problems.facts import MEDIA_TYPE
from chalicelib.edge.problems.table import BY_SLUG, status_of
from chalicelib.edge.representation import to_json
from chalicelib.edge.routes.resource import Resource

OPENAPI = "3.1.1"
ABOUT = f"""A front door to AdultWork's PhoneChat booking API that a browser may call and a phone may retry.

Every error is a problem document (RFC 9457); its `type` names a page with what to do next. Amounts are exact JSON numbers.
Answers name the origin of an allowed page in `Access-Control-Allow-Origin`, and let it read {cors.EXPOSED}. Every path answers
`OPTIONS`, those that answer `GET` answer `HEAD` as well, and any other of `GET`, `POST`, `PUT`, `PATCH` and `DELETE` is a 405
`method-not-allowed` with `Allow`. `default` stands for what API Gateway answers itself, to methods that it does not know, too.

The version follows Semantic Versioning: below 1.0.0 a breaking change raises its second number, from then on the first. New
members of answers and new kinds of problems break nothing: pass over what you do not know.
"""


def openapi_document(resources: Iterable[Resource], settings: EdgeSettings, links: Links) -> dict[str, Any]:
    """Return the document of what is served.

    Raises:
        KeyError: something is served that nobody has described in `OPERATIONS`.
    """
    offered = [resource for resource in resources if resource.is_offered(settings)]
    served = [(resource.path, method) for resource in offered for method in resource.views]
    paths: dict[str, Any] = {}
    for path, method in served:
        operation = OPERATIONS[path, method]
        paths.setdefault(path, {})[method.lower()] = _operation(path, operation, settings, links)
    return {
        "openapi": OPENAPI,
        "info": {"title": "Switchboard", "version": VERSION, "description": ABOUT},
        "servers": [{"url": links.base_path or "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(OPERATIONS[key].tag for key in served)],
        "paths": paths,
        "components": {
            "schemas": {
                "BookingRequest": booking_request_schema(settings.policy),
                "BookingDraft": booking_draft_schema(),
                **answer_schemas(),
                **read_schemas(),
                **change_schemas(settings.policy),
                **(sign_in_schemas() if settings.has_sign_in else {}),
                **problem_schemas(links),
            },
            "parameters": parameters() | read_parameters(),
            "headers": HEADERS,
            "securitySchemes": security_schemes(),
        },
    }


def openapi_json(resources: Iterable[Resource], settings: EdgeSettings, links: Links) -> str:
    """Return the document as text; its amounts are exact."""
    return to_json(openapi_document(resources, settings, links))


def _operation(path: str, operation: Operation, settings: EdgeSettings, links: Links) -> dict[str, Any]:
    """Return one method of a path."""
    told: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in operation.parameters],
    }
    if operation.body is not None:
        told["requestBody"] = _request_body(operation.body, settings)
    instance = None if "{" in path else path
    told["responses"] = {
        str(operation.success.status): _success(operation, links),
        **_problems(operation, instance, settings, links),
        "default": {
            "description": "What the gateway answers itself.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
    }
    if operation.spends_credits:
        told["x-spends-credits"] = True
    told["security"] = [] if operation.scopes is None else [{SCHEME: [scope.value for scope in operation.scopes]}]
    return told


def _request_body(name: str, settings: EdgeSettings) -> dict[str, Any]:
    return {
        "required": True,
        "description": f"At most {settings.maximum_body_bytes} bytes of strict JSON in UTF-8: no name twice, no NaN.",
        "content": {
            JSON: {
                "schema": {"$ref": f"#/components/schemas/{name}"},
                "examples": answer_examples(Links())[name],
            }
        },
        "x-maximum-bytes": settings.maximum_body_bytes,
    }


def _success(operation: Operation, links: Links) -> dict[str, Any]:
    """Return the answer that is no problem."""
    examples = answer_examples(links)
    content: dict[str, Any] = {}
    for media_type, name in operation.success.content.items():
        content[media_type] = {"schema": {"type": "object" if media_type == JSON else "string"}}
        if name is not None:
            content[media_type] = {"schema": {"$ref": f"#/components/schemas/{name}"}, "examples": examples[name]}
    return {
        "description": operation.success.description,
        "headers": headers(*operation.success.headers),
        "content": content,
        **_status_link(operation, "The path that `Location` names; its last part is the `operation_id`."),
    }


def _problems(
    operation: Operation, instance: str | None, settings: EdgeSettings, links: Links
) -> dict[str, dict[str, Any]]:
    """Return the problems of an operation by status."""
    samples = {slug: samples_of(slug, settings) for slug in operation.problems}
    statuses = {status for slug in samples for status in (int(BY_SLUG[slug].status), *BY_SLUG[slug].other_statuses)}
    found: dict[str, dict[str, Any]] = {}
    for status in sorted(statuses):
        with_status = {
            slug: [one for one in errors if int(status_of(one)) == status] for slug, errors in samples.items()
        }
        found[str(status)] = _problem_answer(status, with_status, instance, links)
        if lead_to_operations([slug for slug, errors in with_status.items() if errors]):
            told = "Where the problem names an operation: how that one stands."
            found[str(status)] |= _status_link(operation, told, operation_id="$response.body#/operation_id")
    return found


def _status_link(operation: Operation, told: str, **parameters: str) -> dict[str, Any]:
    """Return the link to how an operation stands, where it has a status; no expression can take a header apart."""
    if operation.status is None:
        return {}
    values = {"parameters": parameters} if parameters else {}
    return {"links": {"status": {"operationId": operation.status, **values, "description": told}}}


def _problem_answer(
    status: int, samples: dict[str, list[SwitchboardError]], instance: str | None, links: Links
) -> dict[str, Any]:
    """Return the answer of one status: one kind of problem, or one of several, told apart by `type`."""
    rows = {slug: BY_SLUG[slug] for slug in samples}
    slugs = [slug for slug, row in rows.items() if status in {int(row.status), *row.other_statuses}]
    references = {slug: {"$ref": f"#/components/schemas/{schema_name(slug)}"} for slug in slugs}
    schema: dict[str, Any] = references[slugs[0]]
    if len(slugs) > 1:
        mapping = {links.problem_type(slug): references[slug]["$ref"] for slug in slugs}
        discriminator = {"propertyName": "type", "mapping": mapping}
        schema = {"oneOf": list(references.values()), "discriminator": discriminator}
    errors = [error for slug in slugs for error in samples[slug]]
    return {
        "description": "; or ".join(f"`{slug}`: {rows[slug].title}" for slug in slugs),
        "headers": headers(*names_of(errors)),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": _examples(slugs, samples, instance, links)}},
    }


def _examples(
    slugs: Sequence[str], samples: dict[str, list[SwitchboardError]], instance: str | None, links: Links
) -> dict[str, Any]:
    """Return the first sample of each kind; a status that only the gateway gives to it has none."""
    firsts = {slug: samples[slug][0] for slug in slugs if samples[slug]}
    return problem_examples(firsts, instance, links)
