"""checkov over the templates that are deployed: whatever it finds is mended, or accepted below with the reason.

`python -m devtools.deploy.inspection.checkov STAGE` looks at what `make package` has made. It asks nobody over the network.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.deploy.package import PackagingError
from devtools.places import ROOT

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
OPTIONS = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--output", "json")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule of checkov's that a resource of a template does not follow."""

    check: str
    resource: str
    told: str
    template: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A rule that is not followed, and why; without `resources` by none of them."""

    check: str
    reason: str
    resources: tuple[str, ...] = ()


ACCEPTED = (
    Accepted(
        "CKV_AWS_18",  # access log of a bucket
        "Digests name nobody, and no reader can change one; a log of reads would be one more bucket to protect.",
        ("DigestBucket",),
    ),
    Accepted(
        "CKV_AWS_26",  # encryption of a topic
        "CloudWatch would need a key policy for it, and an alarm tells a metric's name and a count.",
        ("AlarmTopic", "TomorrowTopic"),
    ),
    Accepted(
        "CKV_AWS_73",  # X-Ray at the gateway
        "X-Ray would keep addresses and paths of requests where none of our rules for the log hold.",
    ),
    Accepted(
        "CKV_AWS_76",  # access log of the gateway
        "It needs a role that the account's API Gateway is given once, by hand; the functions tell each request themselves.",
    ),
    Accepted(
        "CKV_AWS_115",  # reserved concurrency
        "People look at records a few at a time, and what is reserved for them is taken from bookings.",
        ("ReviewHandler", "CustodyHandler"),
    ),
    Accepted(
        "CKV_AWS_116",  # dead-letter queue
        "Callers wait for the answer; and what the clock starts does all that is due in its next hour, while its alarm rings.",
    ),
    Accepted(
        "CKV_AWS_117",  # VPC
        "Nothing that is called is private, and the gateway to the internet costs more than all else together.",
    ),
    Accepted(
        "CKV_AWS_120",  # cache of the gateway
        "An answer of one account might be given to another.",
    ),
    Accepted(
        "CKV_AWS_149",  # a key of our own for the secret
        "Within one account the key of Secrets Manager keeps out the same people: those whose policy does not name the secret.",
        ("ApiSecret",),
    ),
    Accepted(
        "CKV_AWS_158",  # a key of our own for logs
        "Nothing personal is in a log, which tests hold; CloudWatch encrypts all logs with its own key.",
    ),
    Accepted(
        "CKV_AWS_173",  # a key of our own for the environment
        "It holds names and addresses; secrets are in Secrets Manager.",
    ),
    Accepted(
        "CKV_AWS_192",  # a rule against Log4j in a web ACL
        "Nothing here is written in Java; the ACL is there to count requests.",
        ("AddressLimits",),
    ),
)


def findings(*templates: Path) -> list[Finding]:
    """Return what checkov finds in CloudFormation templates.

    Raises:
        PackagingError: checkov is not installed, or did not come to an end.
    """
    if not CHECKOV.exists():
        raise PackagingError("checkov is not installed; run: make .venv-checkov/installed")
    with TemporaryDirectory(prefix="switchboard-checkov-") as folder:
        names = [_without_routes(template, Path(folder)) for template in templates]
        command = [str(CHECKOV), *OPTIONS, "--file", *names]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return read_findings(done.stdout, done.stderr)


def read_findings(told: str, complaints: str = "") -> list[Finding]:
    """Read what checkov has printed.

    Raises:
        PackagingError: it came to no end, or could not read the templates or found nothing in them.
    """
    try:
        report = json.loads(told)
        summary, failed = report["summary"], report["results"]["failed_checks"]
    except (ValueError, KeyError):  # of templates without resources it tells no results
        raise PackagingError(f"checkov failed:\n{told}{complaints}") from None
    if summary["parsing_errors"]:
        raise PackagingError(f"checkov could not read the templates:\n{told}")
    return [_finding(one) for one in failed]


def _without_routes(template: Path, folder: Path) -> str:
    """Copy a template without the routes of its APIs; return the copy's name.

    checkov has no rule about those, and would look at the hundreds of references in them for a minute.
    """
    read = json.loads(template.read_text())
    for resource in read["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Api":
            resource["Properties"].pop("DefinitionBody", None)
    (folder / template.name).write_text(json.dumps(read, indent=2))
    return template.name


def _finding(told: dict[str, str]) -> Finding:
    resource = told["resource"].rpartition(".")[2]
    return Finding(told["check_id"], resource, told["check_name"], Path(told["file_path"]).name)


def faults(found: Iterable[Finding], accepted: Iterable[Accepted] = ACCEPTED) -> Iterator[str]:
    """Yield what is found and not accepted, and what is accepted and not found any more."""
    left = {(each.check, resource) for each in accepted for resource in each.resources or ("",)}
    seen = set()
    for finding in found:
        ways = {(finding.check, finding.resource), (finding.check, "")} & left
        seen |= ways
        if not ways:
            yield f"{finding.check} {finding.resource}: {finding.told}"
    for check, resource in sorted(left - seen):
        yield f"{check} {resource or 'any'}: is accepted, and is not found any more"


def main() -> None:
    """Inspect the package of the stage that is named as the only argument."""
    if len(sys.argv) != 2:
        sys.exit("Name one stage, for example: make inspect STAGE=dev")
    folder = ROOT / "build" / f"package-{sys.argv[1]}"
    try:
        wrong = list(faults(findings(folder / "kept.json", folder / "app.json")))
    except (PackagingError, OSError) as error:
        sys.exit(str(error))
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"checkov finds nothing but what is accepted: {len(ACCEPTED)} of its rules, each with its reason")


if __name__ == "__main__":
    main()
