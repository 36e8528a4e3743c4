"""What every suite shares: hypothesis profiles and dummy credentials for local AWS stand-ins."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("desk", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "mutation", max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# The stand-ins take any credentials, and without these boto3 would look for real ones.
for name, value in {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
}.items():
    os.environ[name] = value
