"""How events name a person: by the UserID today, by a pseudonym tomorrow; nobody but the register knows which."""

from typing import TypeAlias

PersonId: TypeAlias = int | str
