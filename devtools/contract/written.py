"""The document as a deployment with the default settings serves it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson

from chalicelib.bootstrap import edge_settings
from chalicelib.edge.contract.document import openapi_json
from chalicelib.edge.routes import resources
from chalicelib.settings import read_settings
from devtools.places import ROOT

CURRENT = ROOT / "docs" / "openapi.json"
RELEASED = ROOT / "docs" / "openapi-released.json"


def rendered() -> str:
    """Return the document as the file has it."""
    settings = edge_settings(read_settings({"HMAC_KEY": "k" * 32}))
    document = simplejson.loads(openapi_json(resources(_nobody), settings, settings.links), use_decimal=True)
    return simplejson.dumps(document, use_decimal=True, indent=2, ensure_ascii=False) + "\n"


def load(path: Path) -> dict[str, Any]:
    """Return a document, its amounts exact."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return document


def _nobody() -> Any:  # noqa: ANN401 (never called: no request is served)
    msg = "the document is made without any use case"
    raise AssertionError(msg)
