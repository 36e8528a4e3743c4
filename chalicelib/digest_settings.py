"""The settings of the function that makes digests; all faults are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from chalicelib.settings import InvalidSettingsError
from chalicelib.spelling import misspelt


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """The settings; each member is the environment variable of the same name in capitals."""

    digest_bucket: str = "switchboard-digests"
    digest_key_id: str = "alias/switchboard-digests"
    audit_table: str = "switchboard-audit"


def read_digest_settings(environment: Mapping[str, str]) -> DigestSettings:
    """Read the settings; an empty variable counts as absent.

    Raises:
        InvalidSettingsError: one is misspelt.
    """
    names = [one.name.upper() for one in fields(DigestSettings)]
    known = [*names, "DIGEST_KEY_IDS"]  # that one is the reviewers' function's, where both share an environment
    own = [name for name, value in environment.items() if value and name.startswith("DIGEST_")]
    faults = [
        f"{name}: there is no such setting{f'; did you mean {nearest}?' if nearest else ''}"
        for name, nearest in misspelt(own, known)
    ]
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return DigestSettings(**{name.lower(): environment[name] for name in names if environment.get(name)})
