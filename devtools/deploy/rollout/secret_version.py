"""Which version of its secret a stage would begin with."""

from typing import Any


def current_version(client: Any, name: str) -> str:  # noqa: ANN401 (one method of boto3's)
    """Return the VersionId of what is written in a secret now."""
    versions = client.describe_secret(SecretId=name)["VersionIdsToStages"]
    return next(str(version) for version, stages in versions.items() if "AWSCURRENT" in stages)
