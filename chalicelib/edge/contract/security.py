"""Who may call: AdultWork's access tokens, and the scopes that the code asks for."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.access import Scope
from chalicelib.edge.request import LONGEST_TOKEN

SCHEME = "AdultWork"
# Source of the addresses: AdultWork, Unified Login, Authorization code and token pages.
_LOGIN = "https://platform.adultwork.com/OAuth"
_SCOPES: Mapping[Scope, str] = {
    Scope.PHONECHAT_BOOKINGS: "Book, ask for bookings, and read what PhoneChat has.",
    Scope.CREDITS_HISTORY: "Read the balance. A booking needs it not; without it the rule on the balance is unchecked.",
}


def security_schemes() -> dict[str, Any]:
    """Return the one scheme: a bearer token of AdultWork's (RFC 6750), with every scope that is checked."""
    return {
        SCHEME: {
            "type": "oauth2",
            "description": "Sign the user in with AdultWork's Unified Login, and send the access token as `Authorization: "
            f"Bearer …`, at most {LONGEST_TOKEN} characters. Switchboard takes it as it is and keeps none.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{_LOGIN}/Authorize",
                    "tokenUrl": f"{_LOGIN}/token",
                    "refreshUrl": f"{_LOGIN}/token",
                    "scopes": {scope.value: _SCOPES[scope] for scope in Scope},
                }
            },
        }
    }
