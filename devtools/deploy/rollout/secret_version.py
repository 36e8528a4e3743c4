"""The versions of a secret: which one is current, and which are there at all."""

from collections.abc import Iterator
from typing import Any


def current_version(client: Any, name: str) -> str:  # noqa: ANN401 (one method of boto3's)
    """Return the VersionId of what is written in a secret now."""
    versions = client.describe_secret(SecretId=name)["VersionIdsToStages"]
    return next(str(version) for version, stages in versions.items() if "AWSCURRENT" in stages)


def versions_of(client: Any, name: str) -> Iterator[str]:  # noqa: ANN401 (one method of boto3's)
    """Yield the VersionId of all that was written in a secret and is there yet, labelled or not."""
    page: dict[str, Any] = {}
    while True:
        found = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, **page)
        yield from (one["VersionId"] for one in found["Versions"])
        if "NextToken" not in found:
            return
        page = {"NextToken": found["NextToken"]}
