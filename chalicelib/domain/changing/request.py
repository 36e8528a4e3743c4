"""What a change asks for, checked: which bookings, and the values that go to AdultWork."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from chalicelib.domain.canonical import Canonical
from chalicelib.domain.changing.change import Change, Words
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.values import dataclass

Sent = Decimal | int | str


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A validated request; `booking_ids` are in its order, each once, `members` those that are sent, under AdultWork's names."""

    change: Change
    booking_ids: tuple[int, ...]
    members: Mapping[str, Sent] = field(repr=False)

    @property
    def words(self) -> Mapping[str, str]:
        """Return the texts for people, which may say anything about anybody."""
        named = (member.name for member in self.change.members if isinstance(member.form, Words))
        return {name: str(self.members[name]) for name in named if name in self.members}

    def fingerprint(self, key: HmacKey) -> str:
        """Return the keyed hash of the request; spacing, member order and `8` against `8.00` are equal."""
        spelled: dict[str, Canonical] = {name: _exact(value) for name, value in self.members.items()}
        return key.digest("fingerprint of a change", self.change.path, spelled)

    def described(self) -> dict[str, Canonical]:
        """Return what events tell of it: texts for people as their length."""
        told: dict[str, Canonical] = {"booking_ids": list(self.booking_ids)}
        if "Credits" in self.members:
            told["credits"] = str(_exact(self.members["Credits"]))
        return told | {f"{name.lower()}_length": len(text) for name, text in self.words.items()}


def _exact(value: Sent) -> Canonical:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
