"""The document as a deployment serves it that has the default settings, and sign-in."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson

from chalicelib.composition.values import edge_settings
from chalicelib.edge.contract.document import openapi_json
from chalicelib.edge.routes import resources
from chalicelib.settings import read_settings
from devtools.places import ROOT

CURRENT = ROOT / "docs" / "openapi.json"
RELEASED = ROOT / "docs" / "openapi-released.json"
# What is off by default is told all the same: clients' types are made of this file.
SIGN_IN = {
    "SIGN_IN": "1",
    "ADULTWORK_CLIENT_ID": "your-project",
    "ADULTWORK_CLIENT_SECRET": "its-secret",
    "SIGN_IN_NATIVE_REDIRECT_URIS": "com.example.app:/signed-in",
}


def rendered() -> str:
    """Return the document as the file has it."""
    settings = edge_settings(read_settings({"HMAC_KEY": "k" * 32, **SIGN_IN}))
    document = simplejson.loads(openapi_json(resources(_nobody), settings, settings.links), use_decimal=True)
    return simplejson.dumps(document, use_decimal=True, indent=2, ensure_ascii=False) + "\n"


def load(path: Path) -> dict[str, Any]:
    """Return a document, its amounts exact."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return document


def _nobody() -> Any:  # noqa: ANN401 (never called: no request is served)
    msg = "the document is made without any use case"
    raise AssertionError(msg)
