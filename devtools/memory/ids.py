"""Ids that count."""

from datetime import datetime


class CountingIds:
    """Implements `IdSource`: op_00000000000000000000000001 and so on; `moments` are what they were made of."""

    def __init__(self) -> None:
        self._count = 0
        self.moments: list[datetime] = []

    def operation_id(self, now: datetime) -> str:
        """Return the next id."""
        self.moments.append(now)
        self._count += 1
        return f"op_{self._count:026}"
