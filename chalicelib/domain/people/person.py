"""Somebody in the register, which ties a UserID to the pseudonym that events have for it."""

from dataclasses import field
from datetime import datetime

from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: while it stands, nothing of the person is erased, and no record of theirs ends. `at` is UTC."""

    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the register; `is_client` tells that a data key of theirs is in it. `created_at` is UTC."""

    user_id: int = field(repr=False)
    pseudonym: str
    created_at: datetime | None = None
    is_client: bool = False
    hold: Hold | None = None
