"""The short codes that events tell, in words. A code that is missing here is told as it is."""

from collections.abc import Mapping

NOT_SENT: Mapping[str, str] = {
    "late": "recording the booking took too long to send it safely",
    "claim-unconfirmed": "the record of the claim was confirmed too late, so the call gave up",
    "breaker-open": "AdultWork had not been answering, so it was not asked for a moment",
    "not-prepared": "the request could not be put together",
    "connect-timeout": "no connection to AdultWork came about in time",
    "tls-failed": "no secure connection to AdultWork came about",
    "name-not-resolved": "the address of AdultWork could not be found",
    "connection-refused": "AdultWork refused the connection",
    "connection-failed": "no connection to AdultWork came about",
}
UNKNOWN: Mapping[str, str] = {
    "late": "no answer came in time",
    "connection-lost": "the connection broke before an answer was there",
    "answer-too-large": "the answer was larger than any booking is",
    "unreadable-answer": "the answer could not be read",
    "empty-answer": "the answer was empty",
    "html-answer": "the answer was a page for people, not one of AdultWork's API",
    "redirected": "the answer pointed to another address, which was not followed",
    "server-error": "the answer told of an error at AdultWork",
    "unexpected-status": "the answer had a status that AdultWork's documentation does not name",
    "echo-differs": "the answer told of another booking than the one that was sent",
    "booking-id-taken": "the answer named a booking that another operation has",
    "booking-in-doubt": "the answer named a booking that may be an earlier one",
}
REFUSED: Mapping[str, str] = {
    "booking-rejected": "it breaks rules of a booking",
    "change-rejected": "it breaks rules of a change",
    "duplicate-change": "the same change is under way, or its outcome is not known yet",
    "duplicate-booking": "the client has an equal booking that stands, or whose outcome is not known yet",
    "idempotency-key-reused": "its Idempotency-Key was used for another request before",
    "insufficient-scope": "the client has not granted the permission to book",
    "invalid-token": "AdultWork does not accept the client's access token",
    "operation-in-progress": "the same request is being worked on",
    "sending-paused": "whoever operates Switchboard had stopped sending for a while",
    "too-many-bookings": "the client has made as many bookings as the limit allows",
    "too-many-changes": "the client has made as many changes as the limit allows",
    "upstream-refused": "AdultWork refused to tell what the rules need to know",
    "upstream-unavailable": "AdultWork could not tell what the rules need to know",
}
CHANGES: Mapping[str, str] = {
    "CancelMadeBooking": "cancel",
    "RescheduleMadeBooking": "reschedule",
    "DeleteMadeBookings": "delete",
    "AcceptReceivedBooking": "accept, as its performer,",
    "ReInvite": "reject and re-invite, as its performer,",
}
METHODS: Mapping[str, str] = {
    "1": "the candidate calls the client",
    "2": "the client calls the candidate",
    "3": "they talk by Skype",
}
