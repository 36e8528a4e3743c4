"""The function of the digests out of the zip: it makes one and signs it, from bytecode alone."""

import io
import json
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from devtools.deploy.digests import HANDLER
from devtools.deploy.package import Package
from devtools.deploy.platform_packages import link_platform
from devtools.local.dynamodb import AUDIT_TABLE, LocalDynamoDB, create_tables, local_environment
from devtools.local.review.digests import DIGEST_BUCKET, create_digest_store, local_service
from devtools.places import ROOT


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the zip holds wheels for Lambda: Linux on x86_64"
)
def test_the_zip_makes_a_digest(package: Package, tmp_path: Path) -> None:
    """With nothing beside it but the SDK of the runtime; a second run makes none."""
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    runtime.mkdir()
    with zipfile.ZipFile(io.BytesIO(package.zip.read_bytes())) as archive:
        archive.extractall(task)
    link_platform(runtime)
    with LocalDynamoDB() as database:
        create_tables(database.endpoint_url)
        create_digest_store(database.endpoint_url)
        client = str(ROOT / "tests" / "repo" / "review" / "zip_client.py")
        done = subprocess.run(  # noqa: S603 (our own interpreter on our own zip)
            [Path(sys.executable).resolve(), "-I", "-S", "-B", client, str(task), str(runtime), HANDLER],
            input=json.dumps([{}, {}]),
            env={**local_environment(database.endpoint_url), "AUDIT_TABLE": AUDIT_TABLE},
            cwd=task,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr + done.stdout
        s3 = local_service("s3", database.endpoint_url)
        assert len(s3.list_objects_v2(Bucket=DIGEST_BUCKET)["Contents"]) == 1
        s3.close()
    assert json.loads(done.stdout.splitlines()[-1])["compiled"] == []
    assert '"event":"digests.made","count":1' in done.stdout
