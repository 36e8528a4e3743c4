"""Upstream answers to read: the stored samples, and bodies written in a test."""

from pathlib import Path

from chalicelib.adapters.adultwork.answer import UpstreamAnswer

SAMPLES = Path(__file__).parents[3] / "data" / "upstream"
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
