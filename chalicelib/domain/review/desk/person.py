"""How reviewers name a person: by the UserID, or by the pseudonym that events have; only the register ties the two."""

from typing import TypeAlias

PersonId: TypeAlias = int | str
