"""What suites share: hypothesis profiles, dummy credentials, and what takes long to start and serves a whole session."""

import fcntl
import os
import sys
import threading
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from hypothesis import HealthCheck, settings

import chalicelib
from devtools.deploy.package import Package, make_package
from devtools.local.dynamodb import LocalDynamoDB

settings.register_profile("desk", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "mutation", max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
UNMEASURED = ("unmeasured", "hypothesis")  # the second is what hypothesis marks its own tests with
# The console is rows, use cases and templates at once. The other folders prove, or run what is packed: whole programs.
MEASURED = ("unit/", "contract/", "integration/review/")
TESTS = Path(__file__).parent
# What is loaded at its first call is loaded here, while coverage looks: a test that is not measured may be the first to call.
for module in walk_packages(chalicelib.__path__, f"{chalicelib.__name__}."):
    if not module.name.endswith("_app"):  # those begin to serve when they are loaded
        import_module(module.name)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# The stand-ins take any credentials, and without these boto3 would look for real ones.
for name, value in {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
}.items():
    os.environ[name] = value


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """Run one ministack for all that bring tables of their own; return its address."""
    with LocalDynamoDB() as server:
        yield server.endpoint_url


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the package is made in: one for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "build"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def package(build: Path) -> Package:
    """Return the package of the stage dev, which cfn-lint has passed; whichever process asks first makes it for all."""
    made = build / "package-dev"
    passed = build / "passed"
    with (build / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not passed.exists():
            make_package("dev", build)
            passed.touch()
    return Package(made / "sam.json", made / "deployment.zip")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Forget the apps of earlier tests, and run proofs, and what is marked as unmeasured, without coverage's tracer.

    The tracer doubles the time of a test, and what only drawn examples reach is covered by chance. Not for some tests of a module
    that share a server: its threads outlive the test, and so would their not being measured.
    """
    # Each new Chalice app adds its name here, and botocore tells it all with each call: after some thousand apps, 100 kB.
    os.environ.pop("AWS_EXECUTION_ENV", None)
    is_measured = item.path.relative_to(TESTS).as_posix().startswith(MEASURED)
    if is_measured and all(item.get_closest_marker(name) is None for name in UNMEASURED):
        return (yield)
    tracer, tracer_of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(tracer_of_threads)
