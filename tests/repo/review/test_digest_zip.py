"""The function of the digests out of the zip: it makes one and signs it, from bytecode alone."""

from devtools.deploy.digests import HANDLER
from devtools.local.dynamodb import AUDIT_TABLE, local_environment
from devtools.local.review.digests import DIGEST_BUCKET, create_digest_store, local_service
from tests.repo.unpacked_zip import UnpackedZip, lambda_only


@lambda_only
def test_the_zip_makes_a_digest(unpacked: UnpackedZip) -> None:
    """With nothing beside it but the SDK of the runtime; a second run makes none."""
    create_digest_store(unpacked.stand_in)
    settings = {**local_environment(unpacked.stand_in), "AUDIT_TABLE": AUDIT_TABLE}
    found, printed = unpacked.handle(HANDLER, [{}, {}], settings)
    s3 = local_service("s3", unpacked.stand_in)
    assert len(s3.list_objects_v2(Bucket=DIGEST_BUCKET)["Contents"]) == 1
    s3.close()
    assert found["compiled"] == []
    assert '"event":"digests.made","count":1' in printed
