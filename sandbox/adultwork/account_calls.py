"""Answer the calls about the token's own account."""

from http import HTTPStatus

from sandbox.adultwork import shapes
from sandbox.adultwork.call import Call
from sandbox.writing.documents import Reply, Scalar


def get_permissions(call: Call) -> Reply:
    """List the scopes that the user has granted."""
    return Reply(HTTPStatus.OK, shapes.permissions(call.account))


def verify_credentials(call: Call) -> Reply:
    """Say whose token it is."""
    return Reply(HTTPStatus.OK, shapes.credentials(call.account))


def get_settings(call: Call) -> Reply:
    """Show the user's own PhoneChat settings."""
    return Reply(HTTPStatus.OK, shapes.settings(call.account))


def get_current_credit_balance(call: Call) -> Reply:
    """Answer the balance as a bare number."""
    return Reply(HTTPStatus.OK, Scalar(call.account.credits))
