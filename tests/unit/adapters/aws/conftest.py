"""What tests of every service share: the lines of the log."""

import json
import logging
from collections.abc import Iterator

import pytest

from chalicelib import log
from tests.unit.adapters.aws.dynamodb.conftest import Lines


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Return what reads the lines of the log; put back what was there before."""
    root = logging.getLogger()
    before = root.handlers, root.level
    log.configure()
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    root.handlers, root.level = before
