"""Judgements of the stage as a whole: its stacks, their drift, the functions' settings, and who may call from a browser."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from chalicelib.digest_settings import read_digest_settings
from chalicelib.errand_settings import read_errand_settings
from chalicelib.review_settings import read_review_settings
from chalicelib.setting_kinds import is_loopback
from chalicelib.settings import InvalidSettingsError, read_settings
from switchboard_cli.doctor.facts import API, HOURLY, DriftFacts, FunctionFacts, OriginFacts, StackFacts
from switchboard_cli.doctor.verdict import Fault, Note

MISSING = "is not there"
DEPLOY = "Deploy the stage again: make deploy STAGE=…"
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
REFUSED_UPDATES = frozenset({"Update:Replace", "Update:Delete"})
TIMEOUT = "FUNCTION_TIMEOUT_SECONDS"
READERS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    API: read_settings,
    HOURLY: read_settings,
    "ReviewHandler": read_review_settings,
    "CustodyHandler": read_review_settings,
    "DigestHandler": read_digest_settings,
    "ErrandsHandler": read_errand_settings,
}


def judge_stacks(stacks: Iterable[StackFacts]) -> Iterator[Fault | Note]:
    """Judge whether both stacks are there and settled, and what is kept is protected: from deletion, and from its own updates."""
    for stack in stacks:
        if stack.status not in SETTLED:
            mend = "docs/deploy.md, Remove, says what to do with a deployment that failed."
            yield Fault(stack.name, f"is {stack.status}" if stack.status else MISSING, mend if stack.status else DEPLOY)
        elif stack.name.endswith("-kept"):
            if not stack.is_protected:
                yield Fault(stack.name, "may be deleted, with every record", DEPLOY)
            if not _refuses(stack.policy):
                yield Fault(
                    stack.name, "has no stack policy that keeps tables, keys and secret from being replaced", DEPLOY
                )


def _refuses(policy: Mapping[str, object] | None) -> bool:
    """Tell whether a stack policy denies to replace or delete anything."""
    statements = (policy or {}).get("Statement", ())
    denied = {
        action
        for one in (statements if isinstance(statements, list) else [])
        if one.get("Effect") == "Deny" and one.get("Resource") == "*"
        for action in one.get("Action", ())
    }
    return denied >= REFUSED_UPDATES


def judge_drift(drifts: Iterable[DriftFacts]) -> Iterator[Fault | Note]:
    """Judge what somebody has changed by hand: the next deployment knows nothing of it, and leaves it so."""
    for drift in drifts:
        what = "was deleted by hand" if drift.status == "DELETED" else f"was changed by hand: {', '.join(drift.paths)}"
        mend = "Set it back as it was, or write it into the template and deploy; a deployment alone does not undo it."
        yield Fault(f"{drift.stack} {drift.resource}", what, mend)


def judge_settings(functions: Iterable[FunctionFacts], kept: Mapping[str, str]) -> Iterator[Fault | Note]:
    """Judge each function's environment as the function itself would read it; `kept` are the outputs of what is kept."""
    for one in functions:
        if one.name in READERS and not _is_left_out(one):
            yield from _wrong(one)
        yield from _elsewhere(one, kept)
        if one.state != "Active":
            yield Fault(one.name, f"is {one.state}, so it serves nobody", "Look at its page in the Lambda console.")
        if one.name == API and one.variables.get("SENDING") == "0":
            yield Note(one.name, "SENDING is 0: new bookings are refused")


def _is_left_out(function: FunctionFacts) -> bool:
    """Tell whether it is a reviewers' function of a stage that has none yet."""
    is_reviewers = READERS[function.name] is read_review_settings
    given = (value for name, value in function.variables.items() if name.startswith("REVIEW_"))
    return is_reviewers and not any(given)


def _wrong(function: FunctionFacts) -> Iterator[Fault]:
    mend = "Mend it in .chalice/config.json or by SET=…, and deploy."
    try:
        READERS[function.name](function.variables)
    except InvalidSettingsError as error:
        yield from (Fault(function.name, line, mend) for line in str(error).splitlines())
    told = function.variables.get(TIMEOUT)  # the others end by the platform's own countdown
    if function.name == API and told is not None and not _is_equal(told, function.timeout):
        what = f"{TIMEOUT} is {told}, and Lambda ends it after {function.timeout:g}"
        yield Fault(function.name, what, "Say it once, as lambda_timeout, and deploy.")


def _is_equal(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return True  # it is a fault of its own already


def _elsewhere(function: FunctionFacts, kept: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what a function uses that is not what the stage keeps: another table forgets every guard."""
    for variable, output in (
        ("OPERATIONS_TABLE", "OperationsTable"),
        ("AUDIT_TABLE", "AuditTable"),
        ("SECRETS_NAME", "ApiSecret"),
        ("SEALING_KEY_ID", "SealingKeyArn"),
        ("DIGEST_BUCKET", "DigestBucket"),
    ):
        used = function.variables.get(variable)
        if used is not None and used != kept.get(output, used):
            yield Fault(function.name, f"{variable} is not the {output} that the stage keeps", DEPLOY)


def judge_origins(origins: OriginFacts) -> Iterator[Fault | Note]:
    """Judge which pages may call: each origin is one that can be meant, and gets leave; a stranger gets none."""
    if not origins.allowed:
        yield Note(API, "ALLOWED_ORIGINS is empty: no page of a browser may call")
    for origin in origins.allowed:
        if (what := _wrong_origin(origin, is_live=origins.is_live)) is not None:
            yield Fault(origin, what, 'make deploy STAGE=… SET="AllowedOrigins=https://…"')
        elif origins.leave.get(origin) != origin:
            yield Fault(origin, "is allowed, and its preflight gets no leave to book", DEPLOY)
    if origins.foreign is not None:
        yield Fault(
            API, f"gives any page leave to call: {origins.foreign}", 'SET="AllowedOrigins=https://…", and deploy.'
        )


def _wrong_origin(origin: str, *, is_live: bool) -> str | None:
    """Return what is wrong with an origin, None for a sound one."""
    if "*" in origin:
        return "lets every page call in the name of whoever is signed in there"
    parts = urlsplit(origin)
    if is_loopback(parts.hostname or ""):
        return "is a page of somebody's own machine, and this stage books at the live AdultWork" if is_live else None
    return "is not reached over TLS, so anybody between may write the page" if parts.scheme != "https" else None


def origins_of(functions: Sequence[FunctionFacts]) -> list[str]:
    """Return the origins that the API's function is set by."""
    text = next((one.variables.get("ALLOWED_ORIGINS", "") for one in functions if one.name == API), "")
    return [origin.strip() for origin in text.split(",") if origin.strip()]
