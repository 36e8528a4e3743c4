"""What protects a stage, as its templates say it: by the type of a resource, so that the next table is asked as well."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from devtools.deploy.alarms import ALARMS
from devtools.deploy.digests import RETENTION
from devtools.deploy.template import BURST, LOG_RETENTION_DAYS, REQUESTS_PER_SECOND
from devtools.deploy.watching.alarm import Urgency

Resources = dict[str, Any]
Place = tuple[str | int, ...]
CLOCKWORK = ("app.expire_operations", "chalicelib.digest_app.", "chalicelib.errand_app.")  # what schedules call
ONCE = {"Fn::If": ["HasHourlyConcurrency", {"Ref": "HourlyConcurrency"}, {"Ref": "AWS::NoValue"}]}
ANYTHING = "anything"  # a test sees that no protection wants this very text


@dataclass(frozen=True, slots=True)
class Protection:
    """At a place in every resource of a type stands a value."""

    kind: str
    place: Place
    value: object
    asked: Callable[[Resources], bool] = lambda _: True

    @property
    def name(self) -> str:
        """Return the last part of the type, and the place."""
        return ".".join([self.kind.rpartition("::")[2], *map(str, self.place)])

    def asks(self, resource: Resources) -> bool:
        """Tell whether it is for a resource."""
        return bool(resource["Type"] == self.kind) and self.asked(resource)


def is_symmetric(key: Resources) -> bool:
    """Tell whether KMS can renew a key."""
    return "KeySpec" not in key["Properties"]


def is_started_by_the_clock(function: Resources) -> bool:
    """Tell whether a function has a schedule."""
    return str(function["Properties"]["Handler"]).startswith(CLOCKWORK)


def is_of_a_rule(permission: Resources) -> bool:
    """Tell whether a permission to call a function is that of a schedule's rule."""
    return "Fn::GetAtt" in permission["Properties"]["SourceArn"]


def _kept(kind: str) -> Iterator[Protection]:
    """Yield that a resource stays when its stack or its description goes."""
    yield Protection(kind, ("DeletionPolicy",), "Retain")
    yield Protection(kind, ("UpdateReplacePolicy",), "Retain")


def _of(kind: str, **values: object) -> Iterator[Protection]:
    """Yield that properties have values; two underscores lead into a property."""
    for path, value in values.items():
        names = (int(name) if name.isdigit() else name for name in path.split("__"))
        yield Protection(kind, ("Properties", *names), value)


def _told(urgency: Urgency) -> Protection:
    """Return that each alarm of an urgency tells the topic of it."""
    texts = {f"{alarm.happened} {alarm.advice}" for alarm in ALARMS if alarm.urgency is urgency}
    place, topic = ("Properties", "AlarmActions"), [{"Ref": urgency.value}]
    return Protection(ALARM, place, topic, lambda alarm: alarm["Properties"]["AlarmDescription"] in texts)


TABLE, KEY, SECRET = "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret"
BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
FUNCTION, API, LOGS = "AWS::Serverless::Function", "AWS::Serverless::Api", "AWS::Logs::LogGroup"
ALARM, PERMISSION = "AWS::CloudWatch::Alarm", "AWS::Lambda::Permission"
PRINCIPAL = ("Properties", "Principal")
KEPT = (TABLE, KEY, SECRET, BUCKET, POLICY)
ENCRYPTION = "BucketEncryption__ServerSideEncryptionConfiguration__0__ServerSideEncryptionByDefault__SSEAlgorithm"

PROTECTIONS = (
    *(protection for kind in KEPT for protection in _kept(kind)),
    *_of(
        TABLE,
        DeletionProtectionEnabled=True,
        PointInTimeRecoverySpecification__PointInTimeRecoveryEnabled=True,
        SSESpecification__SSEEnabled=True,
        SSESpecification__SSEType="KMS",
        SSESpecification__KMSMasterKeyId={"Fn::GetAtt": ["TableKey", "Arn"]},
        TimeToLiveSpecification__Enabled=True,  # what is past its retention goes
        BillingMode="PAY_PER_REQUEST",  # no record is refused for a capacity that somebody has guessed
    ),
    *_of(KEY, PendingWindowInDays=30),  # the longest that KMS offers, for whoever deletes one by mistake
    Protection(KEY, ("Properties", "EnableKeyRotation"), value=True, asked=is_symmetric),
    *_of(
        SECRET,
        GenerateSecretString__PasswordLength=64,
        GenerateSecretString__GenerateStringKey="HMAC_KEY",  # drawn by the platform: it stands in no file
    ),
    *_of(
        BUCKET,
        VersioningConfiguration__Status="Enabled",
        ObjectLockEnabled=True,
        ObjectLockConfiguration__ObjectLockEnabled="Enabled",
        ObjectLockConfiguration__Rule__DefaultRetention={"Mode": "COMPLIANCE", "Days": {"Ref": RETENTION}},
        PublicAccessBlockConfiguration__BlockPublicAcls=True,
        PublicAccessBlockConfiguration__BlockPublicPolicy=True,
        PublicAccessBlockConfiguration__IgnorePublicAcls=True,
        PublicAccessBlockConfiguration__RestrictPublicBuckets=True,
        OwnershipControls__Rules__0__ObjectOwnership="BucketOwnerEnforced",
        **{ENCRYPTION: "AES256"},
    ),
    *_of(
        POLICY,
        PolicyDocument__Statement__0__Effect="Deny",
        PolicyDocument__Statement__0__Principal="*",
        PolicyDocument__Statement__0__Action="s3:*",
        PolicyDocument__Statement__0__Condition={"Bool": {"aws:SecureTransport": "false"}},
    ),
    *_of(
        API,
        EndpointConfiguration="REGIONAL",
        MethodSettings__0__ThrottlingRateLimit=REQUESTS_PER_SECOND,
        MethodSettings__0__ThrottlingBurstLimit=BURST,
        MethodSettings__0__LoggingLevel="OFF",  # the gateway's own log could hold tokens and bodies
        MethodSettings__0__DataTraceEnabled=False,
    ),
    *_of(LOGS, RetentionInDays=LOG_RETENTION_DAYS),
    *_of(FUNCTION, LoggingConfig__LogFormat="Text"),
    # What the clock starts is never at work twice, unless an account has no room for that.
    Protection(FUNCTION, ("Properties", "ReservedConcurrentExecutions"), ONCE, is_started_by_the_clock),
    *(_told(urgency) for urgency in Urgency),
    Protection(PERMISSION, PRINCIPAL, "events.amazonaws.com", is_of_a_rule),
    Protection(PERMISSION, PRINCIPAL, "apigateway.amazonaws.com", lambda permission: not is_of_a_rule(permission)),
)


def missing(resources: Resources) -> Iterator[str]:
    """Yield every protection that some resource lacks, and every alarm that is not there."""
    for name, resource in resources.items():
        for protection in PROTECTIONS:
            if protection.asks(resource) and at(resource, protection.place) != protection.value:
                yield f"{name}: {protection.name}"
    yield from (f"{alarm.name}: {ALARM}" for alarm in ALARMS if alarm.name not in resources)
    watched = [one for one in resources.values() if one["Type"] == ALARM]
    for name in (name for name, one in resources.items() if one["Type"] == FUNCTION):
        told = {one["Properties"]["MetricName"] for one in watched if _is_of(one, name)}
        if "Errors" not in told:
            yield f"{name}: no alarm tells its errors"


def _is_of(alarm: Resources, function: str) -> bool:
    return any(one["Value"] == {"Ref": function} for one in alarm["Properties"]["Dimensions"])


def at(part: Any, place: Place) -> object:  # noqa: ANN401 (any part of a template)
    """Return what stands at a place, None where nothing does."""
    for step in place:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            return None
    return part
