"""What a read is answered with: plain values, amounts exact."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

Told: TypeAlias = "Mapping[str, Told] | list[Told] | Decimal | bool | int | str | None"
