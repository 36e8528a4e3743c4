"""Turn what the world holds into the documents that clients see."""

from datetime import datetime
from decimal import Decimal

from sandbox.adultwork.booking import Booking
from sandbox.adultwork.cast import METHODS, Account, Candidate
from sandbox.adultwork.clock import date_text
from sandbox.writing.documents import MODELS, Listing, Members, Record

BOOKINGS = f"{MODELS}.PhoneChat.Bookings"
MADE = f"{BOOKINGS}.Made"
RECEIVED = f"{BOOKINGS}.Received"
PROFILE = f"{MODELS}.Profile"
ACCOUNT = f"{MODELS}.Account"


def made_booking(booking: Booking) -> Record:
    """Show a booking as its client sees it, members in the documented JSON order."""
    return Record(
        "MadeBooking",
        MADE,
        (
            ("BookingID", booking.booking_id),
            ("Duration", booking.duration),
            ("Credits", booking.credits),
            ("Status", booking.status),
            ("Method", booking.method),
            ("PhoneNumber", booking.phone_number),
            ("SkypeName", booking.skype_name),
            ("CreateDate", date_text(booking.create_date)),
            ("SessionDate", date_text(booking.session_date)),
            ("AcceptBy", date_text(booking.accept_by)),
            *_outcome(booking),
            ("LastUpdated", date_text(booking.last_updated)),
            ("Comments", booking.comments),
            ("ActionClient", booking.action_client),
            ("Candidate", booked_user(booking.candidate)),
        ),
    )


def received_booking(booking: Booking) -> Record:
    """Show a booking as its performer sees it: the leading members that are documented, and no contact."""
    return Record(
        "ReceivedBooking",
        RECEIVED,
        (
            ("BookingID", booking.booking_id),
            ("Duration", booking.duration),
            ("Credits", booking.credits),
            ("Status", booking.status),
            ("Method", booking.method),
            ("SessionDate", date_text(booking.session_date)),
            ("LastUpdated", date_text(booking.last_updated)),
        ),
    )


def deletion(booking_id: int, message: str | None) -> Record:
    """Show what became of the deletion of one booking; `message` says why it was not deleted."""
    members = (("BookingID", booking_id), ("Deleted", message is None), ("Message", message or "Deleted"))
    return Record("DeletedBooking", MADE, members)


def _outcome(booking: Booking) -> Members:
    return (
        ("AcceptedDate", _date(booking.accepted_date)),
        ("ConfirmedDate", _date(booking.confirmed_date)),
        ("CancelledDate", _date(booking.cancelled_date)),
        ("CancelledReason", booking.cancelled_reason),
        ("CancelledBy", booking.cancelled_by),
        ("RejectedReason", booking.rejected_reason),
    )


def booked_user(candidate: Candidate) -> Record:
    """Show a candidate inside a booking; phone number and Skype name stay hidden."""
    ratings = candidate.ratings
    return Record(
        "PhoneChatBookingUser",
        BOOKINGS,
        (
            ("UserID", candidate.user_id),
            ("Nickname", candidate.nickname),
            ("PhoneNumber", None),
            ("SkypeName", None),
        ),
        inherited=Record(
            "UserRatings",
            PROFILE,
            (
                ("Total", ratings.total),
                ("Positive", ratings.positive),
                ("Neutral", ratings.neutral),
                ("Negative", ratings.negative),
                ("Ratings", ratings.count),
                ("Disputes", ratings.disputes),
            ),
        ),
    )


def made_bookings(page: tuple[Booking, ...], page_count: int, page_number: int) -> Record:
    """Show one page of bookings in its wrapper."""
    return Record(
        "MadeBookings",
        MADE,
        (
            ("PageCount", page_count),
            ("PageNumber", page_number),
            ("Bookings", Listing(MADE, tuple(made_booking(booking) for booking in page))),
        ),
    )


def booking_requirements(candidate: Candidate) -> Record:
    """Show a candidate's price and every method with its availability."""
    methods = tuple(
        Record("PhoneChatMethod", BOOKINGS, (("MethodID", method), ("IsAvailable", method in candidate.methods)))
        for method in METHODS
    )
    return Record(
        "UserBookingRequirements",
        BOOKINGS,
        (("PhoneChatPPM", candidate.price_per_minute), ("Methods", Listing(BOOKINGS, methods))),
    )


def permission(scope: str, status: str = "granted") -> Record:
    """Show one scope and its status."""
    return Record("UserPermission", ACCOUNT, (("Permission", scope), ("Status", status)))


def permissions(account: Account) -> Record:
    """Show the scopes that the account's user has granted, and only those."""
    granted = tuple(permission(scope) for scope in sorted(account.scopes))
    return Record("UserPermissions", ACCOUNT, (("Permissions", Listing(ACCOUNT, granted)),))


def credentials(account: Account) -> Record:
    """Show whose token it is; members whose scope no cast member holds are null."""
    hidden = ("EmailAddress", "IsAgeVerified", "GroupID", "GroupName", "IsGroupManager", "UserTypeID", "UserType")
    return Record(
        "UserCredentials",
        ACCOUNT,
        (("UserID", account.user_id), *((name, None) for name in hidden)),
    )


def settings(account: Account) -> Record:
    """Show the settings of a user without DirectChat; the number is one of those that no telephone has."""
    return Record(
        "PhoneChatSettings",
        f"{MODELS}.PhoneChat.Settings",
        (
            ("OfferDirectChat", False),
            ("DirectChat", None),
            ("PhoneChatNumber", f"+447700900{account.user_id % 1000:03}"),
            ("ShowPhoneChatNumber", False),
            ("PhoneChatPPM", Decimal("1.25")),
        ),
    )


def _date(local: datetime | None) -> str | None:
    return None if local is None else date_text(local)
