"""The settings of the function that makes digests."""

import pytest

from chalicelib.digest_settings import DigestSettings, read_digest_settings
from chalicelib.settings import InvalidSettingsError


def test_what_is_not_set_has_its_default() -> None:
    """An empty variable is not set; the reviewers' own may stand beside."""
    environment = {"DIGEST_BUCKET": "", "DIGEST_KEY_IDS": "one,two", "AUDIT_TABLE": "audit-of-a-stage"}
    assert read_digest_settings(environment) == DigestSettings(audit_table="audit-of-a-stage")


def test_a_misspelt_setting_is_named() -> None:
    """With the nearest one."""
    with pytest.raises(
        InvalidSettingsError, match="DIGEST_BUKET: there is no such setting; did you mean DIGEST_BUCKET"
    ):
        read_digest_settings({"DIGEST_BUKET": "x"})
