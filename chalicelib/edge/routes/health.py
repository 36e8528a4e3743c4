"""Health: whether this version can serve; nothing about how it is configured."""

from chalicelib import VERSION
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.representation import to_json
from chalicelib.edge.routes.resource import Resource


def read_health(_: Exchange) -> Answer:
    """Tell that the settings are sound and which version answers."""
    body = to_json({"status": "ok", "version": VERSION})
    return Answer(body, status_code=200, headers={"Content-Type": "application/json"})


RESOURCE = Resource("/health", {"GET": read_health})
