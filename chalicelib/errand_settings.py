"""The settings of the hourly function that runs custodians' errands; all faults are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.review_settings import days
from chalicelib.setting_kinds import DEFAULT_DAYS
from chalicelib.settings import InvalidSettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandSettings:
    """The settings; each member is the environment variable of the same name in capitals."""

    operations_table: str = "switchboard-operations"
    audit_table: str = "switchboard-audit"
    events_kept_days: int = DEFAULT_DAYS
    contacts_kept_days: int = DEFAULT_DAYS

    @property
    def kept_for(self) -> tuple[timedelta, timedelta]:
        """Return for how long events and contacts are kept."""
        return timedelta(days=self.events_kept_days), timedelta(days=self.contacts_kept_days)


def read_errand_settings(environment: Mapping[str, str]) -> ErrandSettings:
    """Read the settings; an empty variable counts as absent.

    Raises:
        InvalidSettingsError: one is wrong.
    """
    texts = {name: text for name in ("operations_table", "audit_table") if (text := environment.get(name.upper()))}
    numbers, faults = dict[str, int](), list[str]()
    for name in ("events_kept_days", "contacts_kept_days"):
        if text := environment.get(name.upper()):
            try:
                numbers[name] = days(text)
            except ValueError as error:
                faults.append(f"{name.upper()}: {error}")
    if faults:
        raise InvalidSettingsError("\n".join(faults))
    return ErrandSettings(**texts, **numbers)  # type: ignore[arg-type]  # by name, as above
