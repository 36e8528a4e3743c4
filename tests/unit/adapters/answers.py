"""Upstream answers to read: the stored samples, and bodies written in a test."""

from chalicelib.adapters.http.answer import UpstreamAnswer
from devtools.places import UPSTREAM_SAMPLES

SAMPLES = UPSTREAM_SAMPLES
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def xml_answer(body: str | bytes, status: int = 200, content_type: str = "application/xml") -> UpstreamAnswer:
    """Return an answer in XML."""
    return UpstreamAnswer(status, content_type, body.encode() if isinstance(body, str) else body)


def json_answer(body: str | bytes, status: int = 200, content_type: str = "application/json") -> UpstreamAnswer:
    """Return an answer in JSON."""
    return xml_answer(body, status, content_type)


def sample(name: str, status: int = 200) -> UpstreamAnswer:
    """Return a stored sample with the content type of its ending."""
    return UpstreamAnswer(status, f"application/{name.rpartition('.')[2]}", (SAMPLES / name).read_bytes())
