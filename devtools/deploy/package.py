"""Make the CloudFormation template and the zip of one stage: `python -m devtools.deploy.package STAGE`. Calls nothing in AWS."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.edge.links import Links
from devtools.deploy.parameters import add_parameters
from devtools.deploy.split import split
from devtools.deploy.stages import NAME, TIMEOUT, Stage, StageError, read_stage
from devtools.deploy.template import merge_template
from devtools.deploy.versions.aliases import add_versions
from devtools.deploy.zip_contents import ContentsError, repack
from devtools.places import ROOT

DEFAULT_REGION = "eu-west-2"


class PackagingError(Exception):
    """The package could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where the parts of a package are: the whole as one template, what is deployed of it as two, and the zip."""

    template: Path
    zip: Path

    @property
    def kept(self) -> Path:
        """Return the template of what outlives every deployment."""
        return self.template.with_name("kept.json")

    @property
    def app(self) -> Path:
        """Return the template of the app."""
        return self.template.with_name("app.json")

    def describe(self) -> str:
        """Return the files, relative to the working directory where they can be, and what the zip comes to."""
        with zipfile.ZipFile(self.zip) as archive:
            names = archive.namelist()
        size = f"{self.zip.stat().st_size / 1_000_000:.2f} MB"
        compiled = sum(name.endswith(".pyc") for name in names)
        told = f"{size}, {len(names):,} files, {compiled} modules, each with bytecode"
        templates = f"{os.path.relpath(self.kept)}, {os.path.relpath(self.app)}"
        return f"templates {templates}\nzip       {os.path.relpath(self.zip)}  ({told})"


def stages(root: Path) -> dict[str, Any]:
    """Return the stages that `.chalice/config.json` describes, by name."""
    described: dict[str, Any] = json.loads((root / ".chalice" / "config.json").read_text())["stages"]
    return described


def links_of(name: str, stage: Mapping[str, Any]) -> Links:
    """Return the links in the gateway's own answers; the text of those is constant, so they name the stage's own entrance."""
    variables = stage.get("environment_variables", {})
    entrance = f"/{stage.get('api_gateway_stage', name)}"
    return Links(entrance, variables.get("PROBLEM_TYPE_BASE") or None)


def copy_shipped(root: Path, target: Path) -> None:
    """Copy what ships, and what Chalice needs to know, into `target` anew.

    Chalice packs everything below `chalicelib`, stale bytecode and editors' leavings too, so it gets only sources.
    """
    shutil.rmtree(target, ignore_errors=True)
    (target / ".chalice").mkdir(parents=True)
    patterns = (
        *(
            "app.py",
            "requirements.txt",
            "chalicelib/**/*.py",
            "chalicelib/edge/*/files/*",
            "chalicelib/edge/*/templates/*",
        ),
        *(".chalice/config.json", ".chalice/policy-*.json"),
    )
    for source in (path for pattern in patterns for path in root.glob(pattern)):
        copy = target / source.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def make_package(stage: str, build: Path, root: Path = ROOT) -> Package:
    """Write `package-<stage>` below `build` anew, from the app below `root`; lint the templates that are deployed.

    Raises:
        PackagingError: as `write_package` does, or cfn-lint found a fault.
    """
    package = write_package(stage, build, root)
    lint(package.kept, package.app)
    return package


def write_package(stage: str, build: Path, root: Path = ROOT) -> Package:
    """Write `package-<stage>` below `build` anew, from the app below `root`.

    Raises:
        PackagingError: the stage is not known or its settings are wrong, Chalice failed, or the zip has files that nobody
            decided about.
    """
    try:
        described = read_stage(root, stage)
    except StageError as error:
        raise PackagingError(str(error)) from error
    output, source = build / f"package-{stage}", build / f"source-{stage}"
    shutil.rmtree(output, ignore_errors=True)
    copy_shipped(root, source)
    resources = build / f"resources-{stage}.json"
    own = stages(root)[stage]
    merged = merge_template(links_of(stage, own), stage, own.get("api_gateway_stage", stage), described.variables)
    resources.write_text(json.dumps(merged, indent=2))
    formats = ["--template-format", "json", "--merge-template", str(resources)]
    _run(["chalice", "package", "--stage", stage, *formats, str(output)], source)
    package = Package(output / "sam.json", output / "deployment.zip")
    try:
        repack(package.zip)
    except ContentsError as error:
        raise PackagingError(str(error)) from error
    _write_templates(package, described)
    return package


def _write_templates(package: Package, stage: Stage) -> None:
    """Tell each function its stage and those of bookings how long a call may take; part the template, and complete the app's.

    It is the API's timeout for the hourly function as well, whose own is longer: that one flags what calls have left.
    """
    whole = json.loads(package.template.read_text())
    functions = [one for one in whole["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    for properties in (one["Properties"] for one in functions):
        properties["Environment"]["Variables"][NAME] = stage.name
        if properties["Handler"].startswith("app."):
            properties["Environment"]["Variables"][TIMEOUT] = str(stage.timeout)
    two = split(whole)
    add_parameters(two.app, stage)
    add_versions(two.app)
    for path, template in ((package.template, whole), (package.kept, two.kept), (package.app, two.app)):
        path.write_text(json.dumps(template, indent=2))


def lint(*templates: Path) -> None:
    """Check templates against CloudFormation's own description of every resource; in one process, which takes long to start.

    Raises:
        PackagingError: cfn-lint found a fault; the message tells it.
    """
    _run(["cfn-lint", "--regions", DEFAULT_REGION, "--", *map(str, templates)], templates[0].parent)


def _run(command: Sequence[str], directory: Path) -> None:
    """Run a tool of this environment; its output is shown only when it fails."""
    tool = str(Path(sys.executable).with_name(command[0]))
    environment = {"AWS_DEFAULT_REGION": DEFAULT_REGION, **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [tool, *command[1:]], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackagingError(f"{' '.join(command[:2])} failed:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Package the stage that is named as the only argument."""
    if len(sys.argv) != 2:
        sys.exit("Name one stage, for example: make package STAGE=dev")
    try:
        print(make_package(sys.argv[1], ROOT / "build").describe())
    except PackagingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
