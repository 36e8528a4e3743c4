"""JSON lines as a process's only output, for as long as a test lasts."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib import log


@contextmanager
def configured() -> Iterator[None]:
    """Make ours the only output, and put back what was there."""
    root = logging.getLogger()
    before = root.handlers, root.level
    log.configure()
    yield
    root.handlers, root.level = before
