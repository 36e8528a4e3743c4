"""The README's booking, measured: what its claim and conclusion write, row by row and copy by copy, and how large each is.

Made by the product's own writers of items, events, seals and transactions; nothing is estimated.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import simplejson

from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit, counters
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.adapters.aws.dynamodb.transactions import Row, Tables
from chalicelib.adapters.aws.people_seal import AesPeopleSeal
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.application.audit import events
from chalicelib.domain.access import Principal
from chalicelib.domain.booking.booking import Booking, BookingRequest, ContactMethod
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from chalicelib.settings import Settings
from devtools.bench.write_units import Cost, CountedTables, item_bytes
from devtools.places import ROOT

KEY = HmacKey(b"a key of the model, of 32 bytes.")
ACCOUNT = 1_234_567
AT = datetime(2032, 2, 14, 12, 0, 0, 123_000, UTC)
CALL_ID = "op_" + "0" * 26
IDEMPOTENCY_KEY = "6f1c0a52-readme-0001"
REQUEST_ID = "6f1c0a52-3c5d-4d0e-9a51-0f5a6f3b7c11"
NAMES = Names("p_" + "0" * 26, "p_" + "1" * 26)
TIMINGS = {"reads": 44, "post": 260}
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Measured:
    """A booking: the units of its claim and conclusion, and the bytes of each row and of each copy in an index."""

    claim: Cost
    conclusion: Cost
    rows: Mapping[str, int]
    copies: Mapping[str, int]

    @property
    def units(self) -> int:
        """Return the write units of the booking."""
        return self.claim.units + self.conclusion.units

    def of_table(self, table: str) -> tuple[int, int]:
        """Return the units that the claim and the conclusion take of a table itself, without its indexes."""
        first, last = (
            sum(units for row, units in cost.rows.items() if (row in OF_AUDIT) is (table == AUDIT_NAME))
            for cost in (self.claim, self.conclusion)
        )
        return first, last


OF_AUDIT = frozenset({Row.EVENT, Row.CONTACT})
OPERATIONS_NAME, AUDIT_NAME = "operations", "audit"


def measured() -> Measured:
    """Measure the booking, under the settings that a stage has unless it says otherwise."""
    defaults = Settings()
    kept = timedelta(days=defaults.events_kept_days)
    names = Tables(OPERATIONS_NAME, AUDIT_NAME, kept, timedelta(days=defaults.contacts_kept_days))
    made, booking = the_operation(), _booking()
    limits = (RateLimit(defaults.bookings_per_minute, 60), RateLimit(defaults.bookings_per_day, DAY))
    subject = events.Subject(
        made.id, REQUEST_ID, Principal(ACCOUNT, frozenset()), made.request, KEY, ACCOUNT, names=made.names
    )
    people = AesPeopleSeal(bytes).seal(KEY, made.id, ACCOUNT, made.request.book_user_id)
    claimed = events.claimed(subject, made, AT, (), {"reads": TIMINGS["reads"]}, people=people)
    outcome = Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)
    seal = AesGcmSeal(ACCOUNT, DataKey(b"k" * 32), bytes)
    answer = seal.seal(HttpAnswers(Links()).booked(made.id, booking).to_bytes(), "answer")
    contact = seal.seal(json.dumps({"PhoneNumber": made.request.phone_number}).encode(), "contact")
    concluded = events.concluded(claimed, AT + timedelta(milliseconds=400), outcome, TIMINGS, contact)
    counted = CountedTables({names.operations: OPERATIONS, names.audit: AUDIT})
    claim = counted.apply(transactions.claim(names, made, claimed, None, counters(ACCOUNT, limits, AT)))
    copies = _copies(counted)
    conclusion = counted.apply(transactions.conclusion(names, made, outcome, concluded, answer))
    rows = {prefix: counted.largest(prefix) for prefix in ("GUARD#", "BOOKING#", "RATE#")}
    rows |= {"OP#": item_bytes(counted.items[names.operations, tables.operation_row(made.id), ""])}
    for number, event in enumerate((claimed, concluded), start=1):
        rows[f"event {number}"] = item_bytes(items.audit_event(event, kept))
    return Measured(claim, conclusion, rows, copies)


def _copies(counted: CountedTables) -> dict[str, int]:
    """Return the bytes of the copy in each index that the claim has put one into."""
    found: dict[str, int] = {}
    for (table, _, _), item in counted.items.items():
        for index in counted.schemas[table].indexes:
            kept = {tables.PARTITION_KEY, tables.SORT_KEY, index.attribute, index.sort, *index.included}
            if {index.attribute, index.sort} <= item.keys():
                found[index.name] = item_bytes({name: item[name] for name in kept if name in item})
    return found


def the_operation() -> Operation:
    """Return the README's booking as an operation, under the settings that a stage has unless it says otherwise."""
    defaults = Settings()
    members = _json_of_readme(r"-d '(\{.*?\})'")
    request = BookingRequest(
        book_user_id=members["BookUserID"],
        session_date=members["SessionDate"],
        duration=members["Duration"],
        method=ContactMethod(members["Method"]),
        phone_number=members["PhoneNumber"].replace(" ", ""),
        credits=Decimal(members["Credits"]),
        accept_by=members["AcceptBy"][:16].replace("T", " "),
        comments=members["Comments"],
    )
    return new_operation(
        call_id=CALL_ID,
        account=ACCOUNT,
        request=request,
        idempotency_key=IDEMPOTENCY_KEY,
        key=KEY,
        now=AT,
        function_seconds=defaults.function_timeout_seconds,
        zone=ZoneInfo(defaults.adultwork_timezone),
        names=NAMES,
    )


def _booking() -> Booking:
    return Booking.read(_json_of_readme(r"```json\n(.*?)```"))


def _json_of_readme(pattern: str) -> dict[str, Any]:
    """Return the first JSON document of the README's that a pattern finds, with exact numbers."""
    text = re.findall(pattern, (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    document: dict[str, Any] = simplejson.loads(text, use_decimal=True)
    return document
