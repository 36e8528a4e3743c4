"""Who looks at the audit, and in which roles."""

from enum import StrEnum

from chalicelib.domain.reviewer_errors import RoleMissingError
from chalicelib.values import dataclass

LONGEST_SUBJECT = 255  # OpenID Connect Core, section 2: `sub`


class Role(StrEnum):
    """What a claim of the access token may grant; no role includes another."""

    REVIEWER = "reviewer"
    UNMASK = "unmask"
    CUSTODIAN = "custodian"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The person behind an access token: `subject` is the `sub` that `issuer` gave them."""

    issuer: str
    subject: str
    roles: frozenset[Role]

    def require(self, role: Role) -> None:
        """Let only who has a role pass.

        Raises:
            RoleMissingError: the token does not grant it.
        """
        if role not in self.roles:
            raise RoleMissingError(
                f"This needs the role {role}, which your access token does not grant.", required_role=role.value
            )
