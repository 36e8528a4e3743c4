"""The documentation: the OpenAPI document, and a page that shows it. Both are made when asked for, and loaded then."""

from collections.abc import Sequence

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.routes.resource import Resource

CONTRACT, REFERENCE, FILE = "/openapi.json", "/docs", "/docs/{file}"


def resources(others: Sequence[Resource]) -> tuple[Resource, ...]:
    """Return the resources that tell of the others, and of themselves."""

    def read_contract(exchange: Exchange) -> Answer:
        """Answer with the document of this deployment, as the entrance has it that the request came through."""
        from chalicelib.edge.contract.document import openapi_json  # noqa: PLC0415 (no booking waits for it)

        body = openapi_json((*others, *own), exchange.settings, exchange.links)
        return Answer(body, status_code=200, headers={"Content-Type": "application/json"})

    def read_reference(exchange: Exchange) -> Answer:
        """Answer with the page that shows the document."""
        from chalicelib.edge.contract.document import openapi_document  # noqa: PLC0415 (the same)
        from chalicelib.edge.pages.layout import page_answer  # noqa: PLC0415 (the same)
        from chalicelib.edge.pages.reference import reference_page  # noqa: PLC0415 (the same)

        document = openapi_document((*others, *own), exchange.settings, exchange.links)
        return page_answer(reference_page(document, exchange.links))

    own = (
        Resource(CONTRACT, {"GET": read_contract}),
        Resource(REFERENCE, {"GET": read_reference}),
        Resource(FILE, {"GET": read_file}),
    )
    return own


def read_file(exchange: Exchange) -> Answer:
    """Answer with a file that pages load."""
    from chalicelib.edge.pages.packaged import packaged  # noqa: PLC0415 (the same)

    found = packaged((exchange.request.uri_params or {}).get("file", ""))
    if found is None:
        raise NotFoundError("There is no file of this name.")
    media_type, text = found
    return Answer(text, status_code=200, headers={"Content-Type": media_type})
