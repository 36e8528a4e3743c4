"""Answer the calls that change bookings."""

import re
from http import HTTPStatus

from sandbox.adultwork import shapes
from sandbox.adultwork.booking import Booking, accepted, cancelled, deleted, rejected, rescheduled
from sandbox.adultwork.call import Call
from sandbox.adultwork.changing import steps
from sandbox.adultwork.fields import Fields, read_fields
from sandbox.adultwork.refusal import RefusalError, refusal
from sandbox.writing.documents import Listing, Record, Reply
from sandbox.writing.json_writer import SCALE

REINVITED = "The session can be booked again"
_IDS = re.compile(r"[0-9]{1,10}(?:,[0-9]{1,10})*")


def cancel_made_booking(call: Call) -> Reply:
    """Cancel one of the account's own bookings and give its credits back."""
    fields = read_fields(call.request, "cancellation")
    booking_id, reason = fields.integer("BookingID"), fields.text("Reason") or ""
    if not reason.strip():
        fields.fault("Reason", "The Reason field is required.")
    fields.require_sound()
    steps.require_cancellable(own_booking(call, booking_id), call.now)
    nickname = call.account.nickname
    booking = call.world.move(booking_id, lambda before: cancelled(before, call.now, reason, nickname))
    return Reply(HTTPStatus.OK, shapes.made_booking(booking))


def reschedule_made_booking(call: Call) -> Reply:
    """Move one of the account's own bookings, whose session has passed, to some minutes from now."""
    booking_id = _one(read_fields(call.request, "rescheduling"))
    steps.require_reschedulable(own_booking(call, booking_id), call.account, call.now)
    booking = call.world.move(booking_id, lambda before: rescheduled(before, call.now))
    return Reply(HTTPStatus.OK, shapes.made_booking(booking))


def delete_made_bookings(call: Call) -> Reply:
    """Delete some of the account's own bookings; what cannot be deleted is told of beside the others."""
    fields = read_fields(call.request, "deletion")
    given = fields.text("BookingIDs") or ""
    if not _IDS.fullmatch(given.replace(" ", "")):
        fields.fault("BookingIDs", "The BookingIDs field must be numbers with commas between them.")
    fields.require_sound()
    told = tuple(_deletion(call, int(each)) for each in given.split(","))
    return Reply(HTTPStatus.OK, Listing(shapes.MADE, told))


def accept_received_booking(call: Call) -> Reply:
    """Accept a booking of this performer, for the credits that are asked for."""
    fields = read_fields(call.request, "acceptance")
    booking_id, money = fields.integer("BookingID"), fields.decimal("Credits")
    if money < 0:
        fields.fault("Credits", "The Credits are out of range.")
    fields.require_sound()
    steps.require_acceptable(_received(call, booking_id), call.now)
    booking = call.world.move(booking_id, lambda before: accepted(before, call.now, money.quantize(SCALE)))
    return Reply(HTTPStatus.OK, shapes.received_booking(booking))


def re_invite(call: Call) -> Reply:
    """Reject a booking of this performer, whose session has passed or begins now, and invite the client again."""
    fields = read_fields(call.request, "invitation")
    booking_id, reason = fields.integer("BookingID"), fields.text("Reason") or REINVITED
    fields.require_sound()
    steps.require_reinvitable(_received(call, booking_id), call.now)
    booking = call.world.move(booking_id, lambda before: rejected(before, call.now, reason))
    return Reply(HTTPStatus.OK, shapes.received_booking(booking))


def own_booking(call: Call, booking_id: int) -> Booking:
    """Return a booking that the account made and has not deleted."""
    booking = call.world.booking(booking_id)
    if booking is None or booking.is_deleted or booking.account_id != call.account.user_id:
        raise refusal(HTTPStatus.NOT_FOUND, "The booking could not be found.")
    return booking


def _received(call: Call, booking_id: int) -> Booking:
    booking = call.world.booking(booking_id)
    if booking is None or booking.candidate.user_id != call.account.user_id:
        raise refusal(HTTPStatus.NOT_FOUND, "The booking could not be found.")
    return booking


def _one(fields: Fields) -> int:
    booking_id = fields.integer("BookingID")
    fields.require_sound()
    return booking_id


def _deletion(call: Call, booking_id: int) -> Record:
    try:
        steps.require_deletable(own_booking(call, booking_id))
    except RefusalError as refused:
        return shapes.deletion(booking_id, str(refused))
    call.world.move(booking_id, deleted)
    return shapes.deletion(booking_id, None)
