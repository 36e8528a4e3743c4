"""The KMS client's settings, which keep botocore within our deadlines."""

from typing import Any, cast

from chalicelib.adapters.vault.client import kms_client


def test_the_client_tries_once_and_waits_a_second_at_most() -> None:
    """Its defaults, five tries of 60 s each, would outlive the function."""
    client = cast("Any", kms_client(region="eu-west-2"))
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert client.meta.region_name == "eu-west-2"
    client.close()
