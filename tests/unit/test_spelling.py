"""Misspelt settings: which names are taken for one, and which are somebody else's."""

import pytest

from chalicelib.settings import Settings
from chalicelib.spelling import misspelt

OURS = [name.upper() for name in Settings.model_fields]

# What AWS's documentation of Lambda reserves or sets itself.
LAMBDA = (
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME"
    " AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE"
    " AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
    " AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR LANG PATH LD_LIBRARY_PATH NODE_PATH"
    " NODE_OPTIONS PYTHONPATH GEM_PATH AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS AWS_LAMBDA_DOTNET_PREJIT TZ"
    " AWS_LAMBDA_EXEC_WRAPPER AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_LOG_LEVEL AWS_LAMBDA_MAX_CONCURRENCY"
    " AWS_LAMBDA_METADATA_API AWS_LAMBDA_METADATA_TOKEN"
)
DESK = (
    "HOME USER SHELL PWD OLDPWD LC_ALL LC_CTYPE TERM TMPDIR EDITOR PAGER LOGNAME MAIL HOSTNAME SHLVL DISPLAY COLORTERM"
    " XDG_RUNTIME_DIR SSH_AUTH_SOCK SSH_CONNECTION VIRTUAL_ENV PYTHON PYTHONDONTWRITEBYTECODE PIP_INDEX_URL MAKEFLAGS MAKELEVEL"
    " HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE AWS_CA_BUNDLE AWS_PROFILE AWS_ENDPOINT_URL"
    " AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_KMS AWS_ENDPOINT_URL_SECRETS_MANAGER AWS_MAX_ATTEMPTS AWS_RETRY_MODE"
    " CI GITHUB_ACTIONS GITHUB_TOKEN GITHUB_SHA GITHUB_REF GITHUB_BASE_REF GITHUB_WORKSPACE GITHUB_REPOSITORY RUNNER_OS"
    " RUNNER_TEMP PORT SANDBOX_PORT DYNAMODB_PORT LOCAL_STATE STAGE SEEDS ROUNDS EXAMPLES CHILDREN BROWSER_PATH LOG_LEVEL DEBUG"
    " BASE_URL DATABASE_URL API_KEY API_SECRET TIMEZONE TIMEOUT_SECONDS CACHE_SECONDS POLL_SECONDS WAIT_SECONDS TABLE_NAME"
    " ALLOWED_HOSTS DJANGO_ALLOWED_HOSTS CORS_ORIGINS POWERTOOLS_SERVICE_NAME PYTEST_CURRENT_TEST KUBERNETES_SERVICE_HOST"
)


@pytest.mark.parametrize("name", [*LAMBDA.split(), *DESK.split(), "call_seconds", "_", "A", "X" * 500])
def test_what_others_set_is_left_alone(name: str) -> None:
    """Each reserved name of Lambda's, what shells, make and CI set, and usual names of other programs."""
    assert list(misspelt([name], OURS)) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ALLOWED_ORIGIN", "ALLOWED_ORIGINS"),
        ("ALOWED_ORIGINS", "ALLOWED_ORIGINS"),
        ("ALLOW_ORIGINS", "ALLOWED_ORIGINS"),
        ("HMAC_KEYS", "HMAC_KEY"),
        ("HMACKEY", "HMAC_KEY"),
        ("ADULTWORK_BASEURL", "ADULTWORK_BASE_URL"),
        ("ADULTWORK_URL", "ADULTWORK_BASE_URL"),
        ("ADULTWORK_TIME_ZONE", "ADULTWORK_TIMEZONE"),
        ("BOOKINGS_PER_MIN", "BOOKINGS_PER_MINUTE"),
        ("BOOKING_PER_DAY", "BOOKINGS_PER_DAY"),
        ("AUDIT_TABEL", "AUDIT_TABLE"),
        ("SECRET_NAME", "SECRETS_NAME"),
        ("READ_SECOND", "READ_SECONDS"),
        ("ADULTWORK_MOOD", None),
    ],
)
def test_what_was_meant_to_be_ours_is_told(name: str, meant: str | None) -> None:
    """A letter or two off, or a beginning that only ours have."""
    assert list(misspelt(["PATH", name, "AWS_REGION"], OURS)) == [(name, meant)]


@pytest.mark.parametrize("name", OURS)
def test_each_of_ours_is_right_and_is_known_without_its_last_letter(name: str) -> None:
    """A setting that is new is looked after as well."""
    assert list(misspelt([name], OURS)) == []
    [(_, meant)] = misspelt([name[:-1]], OURS)
    assert meant in OURS
