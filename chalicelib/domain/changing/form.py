"""The body of a change as it arrived, and the rules of its members: every fault at once, none that repeats the caller's text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from typing import TypeAlias

from chalicelib.domain.booking.exact_number import amount, whole_number
from chalicelib.domain.booking.form import CREDITS_DECIMALS, CREDITS_DIGITS, JsonValue
from chalicelib.domain.booking.visible_text import first_hidden
from chalicelib.domain.changing.change import Change, ManyIds, Member, OneId, Words
from chalicelib.domain.changing.request import ChangeRequest, Sent
from chalicelib.domain.violation import Breach, Violation
from chalicelib.values import dataclass

LARGEST_ID = 2**31 - 1

_LIST = re.compile(r" *[0-9]{1,10} *(?:, *[0-9]{1,10} *)*")
Read: TypeAlias = Sent | Violation | None


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """The members of a request with what they are judged by; `longest_text` is in characters."""

    change: Change
    members: Mapping[str, JsonValue] = field(repr=False)
    longest_text: int

    def read(self) -> ChangeRequest | tuple[Violation, ...]:
        """Return the request, or everything that is wrong: unknown members first, then in the order of the declaration."""
        found = [(member, self._value(member)) for member in self.change.members]
        broken = (*self._unknown(), *(value for _, value in found if isinstance(value, Violation)))
        if broken:
            return broken
        sent = {m.name: value for m, value in found if value is not None and not isinstance(value, Violation)}
        return ChangeRequest(self.change, _booking_ids(self.change, sent), sent)

    def _unknown(self) -> Iterator[Violation]:
        known = tuple(member.name for member in self.change.members)
        for name in self.members:
            if name not in known:
                pointer = "/" + name.replace("~", "~0").replace("/", "~1")
                message = f"Remove this member; {self.change.name} does not know it."
                yield Violation(pointer, "unknown-member", message, {"allowed": known})

    def _value(self, member: Member) -> Read:
        """Return the value that is sent, what is wrong with it, or None for one that may be left out and is."""
        given = self.members.get(member.name)
        if given is None or (isinstance(member.form, Words) and isinstance(given, str) and not given.strip()):
            message = f"Send {member.label}; it cannot be left out."
            return Violation(f"/{member.name}", "required", message) if member.is_required else None
        match member.form:
            case OneId():
                return _one_id(member, given)
            case ManyIds(most):
                return _many_ids(member, given, most)
            case Words():
                return _words(member, given, self.longest_text)
        return _amount(member, given)


def _booking_ids(change: Change, sent: Mapping[str, Sent]) -> tuple[int, ...]:
    """Return the bookings that sound members name."""
    (named,) = (sent[member.name] for member in change.members if isinstance(member.form, OneId | ManyIds))
    return tuple(map(int, str(named).split(",")))


def _one_id(member: Member, given: JsonValue) -> Sent | Violation:
    number = whole_number(given) if isinstance(given, Decimal) else given
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= LARGEST_ID:
        return number
    message = f"Send {member.label} as a whole number from 1 to {LARGEST_ID}, without quotes."
    return _broken(member, "booking-id", Breach(message, {"minimum": 1, "maximum": LARGEST_ID}))


def _many_ids(member: Member, given: JsonValue, most: int) -> Sent | Violation:
    """Return the ids in AdultWork's own form, each once, in their order."""
    named = [int(each) for each in given.split(",")] if isinstance(given, str) and _LIST.fullmatch(given) else []
    ids = list(dict.fromkeys(named))
    if ids and len(ids) <= most and all(1 <= each <= LARGEST_ID for each in ids):
        return ",".join(map(str, ids))
    message = f"Send {member.label} as one text: 1 to {most} BookingIDs with commas between them, such as '100,101'."
    return _broken(member, "booking-ids", Breach(message, {"most": most, "minimum": 1, "maximum": LARGEST_ID}))


def _words(member: Member, given: JsonValue, longest: int) -> Sent | Violation:
    if not isinstance(given, str):
        return _broken(member, "text-form", Breach(f"Send {member.label} as text."))
    if len(given) > longest:
        breach = Breach(f"Shorten {member.label} to {longest} characters.", {"maximum_length": longest})
        return _broken(member, "text-length", breach)
    hidden = first_hidden(given)
    if hidden is None:
        return given
    message = (
        f"Take character {hidden.position} out of {member.label}, or what is around it: {hidden.name} "
        f"({hidden.code_point}) shows as nothing there."
    )
    return _broken(
        member, "text-characters", Breach(message, {"found": hidden.code_point, "position": hidden.position})
    )


def _amount(member: Member, given: JsonValue) -> Sent | Violation:
    if isinstance(given, int | Decimal) and not isinstance(given, bool):
        value = amount(Decimal(given), CREDITS_DIGITS, CREDITS_DECIMALS)
        if value is not None:
            return value
    message = (
        f"Send {member.label} as a plain number without quotes: at most {CREDITS_DIGITS} digits, at most {CREDITS_DECIMALS} "
        "decimals, not negative."
    )
    return _broken(member, "credits-form", Breach(message, {"minimum": 0, "maximum_decimals": CREDITS_DECIMALS}))


def _broken(member: Member, rule: str, breach: Breach) -> Violation:
    return Violation.of(f"/{member.name}", rule, breach)
