"""Books through Switchboard, once: one key for each booking that a user wants, kept with its body until the outcome is known."""

from switchboard_client.asynchronous import AsyncClient, AsyncTokens
from switchboard_client.client import Client, Tokens
from switchboard_client.contract import (
    Booking,
    BookingDraft,
    BookingRequest,
    GetPermissionsAnswer,
    GetSettingsAnswer,
    GetUserBookingRequirementsAnswer,
    MadeBookingsAnswer,
    Operation,
    Problem,
    Quote,
    Violation,
)
from switchboard_client.core.intents import Intent, IntentOverError
from switchboard_client.core.questions import Asked
from switchboard_client.core.reads import MadeBookingsQuery
from switchboard_client.core.sign_in import SignInUnavailableError
from switchboard_client.outcome import (
    Answered,
    Booked,
    Declined,
    Defect,
    Duplicate,
    NeedsPerson,
    NotBooked,
    Outcome,
    Refused,
    Rejected,
    SignIn,
    Unavailable,
    Waiting,
)
from switchboard_client.sign_in import AsyncNativeSignIn, NativeSignIn
from switchboard_client.storage import FileStorage, Keychain, MemoryStorage, Storage

__all__ = [
    "Answered",
    "Asked",
    "AsyncClient",
    "AsyncNativeSignIn",
    "AsyncTokens",
    "Booked",
    "Booking",
    "BookingDraft",
    "BookingRequest",
    "Client",
    "Declined",
    "Defect",
    "Duplicate",
    "FileStorage",
    "GetPermissionsAnswer",
    "GetSettingsAnswer",
    "GetUserBookingRequirementsAnswer",
    "Intent",
    "IntentOverError",
    "Keychain",
    "MadeBookingsAnswer",
    "MadeBookingsQuery",
    "MemoryStorage",
    "NativeSignIn",
    "NeedsPerson",
    "NotBooked",
    "Operation",
    "Outcome",
    "Problem",
    "Quote",
    "Refused",
    "Rejected",
    "SignIn",
    "SignInUnavailableError",
    "Storage",
    "Tokens",
    "Unavailable",
    "Violation",
    "Waiting",
]
