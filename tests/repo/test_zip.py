"""The zip of a stage holds what runs, with its bytecode, and no more; it is the same from the same sources, and it serves."""

import importlib.util
import marshal
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath
from types import CodeType

import pytest

from chalicelib.edge.console.routes import MEDIA_TYPES as CONSOLE_FILES
from chalicelib.edge.pages.packaged import MEDIA_TYPES
from devtools.deploy.package import Package, PackagingError, make_package
from devtools.deploy.zip_contents import (
    ENTRY,
    OPTIMIZATION,
    TASK_ROOT,
    ContentsError,
    repack,
    shipped_name,
)
from devtools.local import example
from devtools.places import ROOT
from tests.repo.source_imports import imports, module_name
from tests.repo.unpacked_zip import UnpackedZip, event, lambda_only

LIMIT_BYTES = 8_000_000  # the budget


@pytest.fixture(scope="session")
def contents(package: Package) -> Mapping[str, bytes]:
    """Return the files in the zip."""
    with zipfile.ZipFile(package.zip) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def chalices_zip(package: Package, build: Path) -> Path:
    """Return the zip as Chalice made it: with every source, and all else."""
    assert package.zip.exists()
    (kept,) = (build / "source-dev" / ".chalice" / "deployments").glob("*.zip")
    return kept


def source_name(bytecode: str) -> str:
    """Return the name of the source that bytecode belongs to."""
    if "/__pycache__/" in f"/{bytecode}":
        return importlib.util.source_from_cache(bytecode)
    return bytecode.removesuffix("c")


def test_all_code_comes_as_bytecode_that_is_taken_without_a_look_at_its_source(
    contents: Mapping[str, bytes], chalices_zip: Path
) -> None:
    """For this Python; of the very source that it was made from; with the place in Lambda in its tracebacks."""
    bytecode = {source_name(name): content for name, content in contents.items() if name.endswith(".pyc")}
    assert len(bytecode) > 200
    assert {name for name in contents if name.endswith(".py")} <= bytecode.keys()
    with zipfile.ZipFile(chalices_zip) as archive:
        for name, content in bytecode.items():
            source = archive.read(name)
            assert content[:4] == importlib.util.MAGIC_NUMBER, name
            assert int.from_bytes(content[4:8], "little") == 0b01, name  # by hash, and not checked
            assert content[8:16] == importlib.util.source_hash(source), name
            code = marshal.loads(content[16:])  # noqa: S302 (our own zip)
            assert isinstance(code, CodeType)
            assert code.co_filename == f"{TASK_ROOT}/{name}"
            written = compile(source, code.co_filename, "exec", dont_inherit=True, optimize=int(OPTIMIZATION))
            assert without_columns(code) == without_columns(written), name


def without_columns(code: CodeType) -> tuple[CodeType, list[set[int | None]]]:
    """Return code as it runs, and the lines that each of its parts tells: what the zip keeps of places."""
    parts = [without_columns(part) for part in code.co_consts if isinstance(part, CodeType)]
    inner = iter(parts)
    constants = tuple(next(inner)[0] if isinstance(part, CodeType) else part for part in code.co_consts)
    lines = [{line for _, _, line in code.co_lines()}, *(lines for _, more in parts for lines in more)]
    return code.replace(co_linetable=b"", co_consts=constants), lines


def test_all_of_ours_that_runs_ships_and_no_source_but_the_entry(contents: Mapping[str, bytes]) -> None:
    """All of it: what proves records elsewhere is what the reviewers' function takes along."""
    written = {str(path.relative_to(ROOT)) for path in (ROOT / "chalicelib").rglob("*.py")}
    assert {name for name in contents if re.fullmatch(r"chalicelib/.*\.pyc", name)} == {f"{name}c" for name in written}
    assert {name for name in contents if name.endswith(".py")} == {ENTRY}
    assert contents[ENTRY] == (ROOT / ENTRY).read_bytes()


def test_nothing_ships_that_does_not_run(contents: Mapping[str, bytes]) -> None:
    """Code, libraries, licences, the authorities and the zones; nothing of the SDK, and none of our tools."""
    tops = {name.split("/")[0] for name in contents}
    assert not tops & {"boto3", "botocore", "devtools", "sandbox", "tests", "cli", ".local", ".chalice", "build"}
    assert not tops & {"cffi", "pycparser", "bin"}
    allowed = (".py", ".pyc", ".so")
    others = {name for name in contents if not name.endswith(allowed) and not name.startswith("licenses/")}
    zones = {name for name in others if name.startswith("tzdata/zoneinfo/")}
    authorities = {name for name in others if re.fullmatch(r"authorities/[0-9a-f]{8}\.[0-9]", name)}
    assert len(authorities) > 100
    files = {f"chalicelib/edge/pages/files/{name}" for name in MEDIA_TYPES}
    files |= {f"chalicelib/edge/console/files/{name}" for name in CONSOLE_FILES}
    files |= {str(path.relative_to(ROOT)) for path in (ROOT / "chalicelib/edge/console/templates").glob("*.html")}
    assert others == zones | authorities | files
    assert all(contents[name].startswith(b"TZif") for name in zones)
    assert "tzdata/zoneinfo/Europe/London" in zones


# What would import something that is left out, if it ever ran.
NEVER = {
    "simplejson/__init__.py": "its own ordered dict, for a Python whose collections have none",
    "jinja2/environment.py": "names its extensions, for whoever checks types",
    "jinja2/filters.py": "names its sandbox, for whoever checks types",
    "jinja2/utils.py": "makes filler text, which no template asks for",
    "markupsafe/__init__.py": "goes on without its compiled part, which is there",
    "idna/core.py": "maps host names beyond ASCII; no setting takes one",
    "requests/__init__.py": "looks for another TLS where Python has none; goes on without what guesses encodings",
    "requests/adapters.py": "goes on without proxies of the SOCKS kind; they need a package that never shipped",
    "urllib3/__init__.py": "runs in a browser",
    "urllib3/http2/__init__.py": "is switched on by hand, and needs a package that never shipped",
}


def test_nothing_that_ships_imports_what_is_left_out(chalices_zip: Path) -> None:
    """At the top of a module, in a function, or in a condition; but for places that are known and never run."""
    with zipfile.ZipFile(chalices_zip) as archive:
        names = [name for name in archive.namelist() if name.endswith(".py")]
        left_out = {module_name(name) for name in names if shipped_name(name) is None}
        shipped = [name for name in names if shipped_name(name) is not None]
        found = {name for name in shipped if imports(name, archive.read(name)) & left_out}
    assert found == NEVER.keys()


def test_every_package_that_ships_brings_its_licence(contents: Mapping[str, bytes], chalices_zip: Path) -> None:
    """As each of them asks."""
    with zipfile.ZipFile(chalices_zip) as archive:
        packages = {name.split(".dist-info")[0] for name in archive.namelist() if ".dist-info/" in name}
    licensed = {PurePosixPath(name).parts[1] for name in contents if name.startswith("licenses/")}
    assert {name.partition("-")[0] for name in packages ^ licensed} == {"pycparser", "charset_normalizer"}


def test_a_file_that_nobody_decided_about_is_refused(tmp_path: Path) -> None:
    """A new dependency ships when somebody has said which parts of it run."""
    archive = tmp_path / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as chalices:
        chalices.writestr("app.py", "")
        chalices.writestr("novelty/__init__.py", "")
    with pytest.raises(ContentsError, match=r"novelty/__init__\.py: decide"):
        repack(archive)


def test_a_module_that_does_not_compile_is_refused(tmp_path: Path) -> None:
    """At packaging time, and not at the first call."""
    archive = tmp_path / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as chalices:
        chalices.writestr("app.py", "def")
        chalices.writestr("chalicelib/__init__.py", "")
    with pytest.raises(ContentsError, match=r"app\.py"):
        repack(archive)


@pytest.mark.parametrize(
    ("name", "shipped"),
    [
        ("pydantic_core/core_schema.py", "pydantic_core/core_schema.py"),
        ("pydantic_core/py.typed", None),
        ("pydantic_core/_pydantic_core/__init__.pyi", None),
        ("requests-2.34.2.dist-info/RECORD", None),
        ("requests-2.34.2.dist-info/licenses/NOTICE", "licenses/requests-2.34.2/NOTICE"),
        ("cffi/api.py", None),
        ("_cffi_backend.cpython-311-x86_64-linux-gnu.so", "_cffi_backend.cpython-311-x86_64-linux-gnu.so"),
        ("tzdata/zoneinfo/Asia/Tokyo", "tzdata/zoneinfo/Asia/Tokyo"),
        ("tzdata/zoneinfo/zone1970.tab", None),
        ("chalicelib/adapters/aws/vault/sealing.py", "chalicelib/adapters/aws/vault/sealing.py"),
        ("chalicelib/edge/pages/files/page.css", "chalicelib/edge/pages/files/page.css"),
        ("chalicelib/edge/pages/notes.css", None),
    ],
)
def test_what_ships_is_decided_by_name(name: str, shipped: str | None) -> None:
    """One line each for the kinds of files that wheels bring."""
    assert shipped_name(name) == shipped


def test_the_zip_fits(package: Package) -> None:
    """Bytecode included."""
    assert package.zip.stat().st_size <= LIMIT_BYTES
    assert "each with bytecode" in package.describe()


def test_entries_do_not_say_when_or_by_whom_they_were_made(package: Package) -> None:
    """In order, dated alike, readable for the function's user, compressed alike."""
    with zipfile.ZipFile(package.zip) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_DEFLATED}


def test_the_same_sources_make_the_same_zip(package: Package, tmp_path: Path) -> None:
    """In another folder, another time zone, under another hash seed and umask."""
    code = "import os, sys; os.umask(0o077); from devtools.deploy.package import write_package as make; from pathlib import Path;"
    code += "print(make('dev', Path(sys.argv[1])).zip)"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Kathmandu", "PYTHONDONTWRITEBYTECODE": "1"}
    folder = tmp_path / "a folder with another name"
    folder.mkdir()
    done = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", code, str(folder)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).read_bytes() == package.zip.read_bytes()


def test_a_fault_of_the_contents_is_a_fault_of_the_package(tmp_path: Path) -> None:
    """Told like one of Chalice or cfn-lint."""
    root = tmp_path / "root"
    for name in ("app.py", ".chalice/config.json", ".chalice/policy-dev.json", ".chalice/policy-hourly.json"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    app = (
        "from chalice import Chalice\napp = Chalice(app_name='switchboard')\n@app.route('/')\ndef view() -> None: ...\n"
    )
    (root / "app.py").write_text(app)
    (root / "requirements.txt").write_text("")
    (root / "chalicelib").mkdir()
    (root / "chalicelib" / "never_imported.py").write_text("def")
    with pytest.raises(PackagingError, match="does not compile"):
        make_package("dev", tmp_path / "build", root)


@lambda_only
def test_the_unpacked_zip_serves_every_route_and_compiles_nothing(unpacked: UnpackedZip) -> None:
    """A booking, its status, pages, refusals and the hourly look; with nothing beside it but the SDK of the runtime."""
    routes = {path: list(methods) for path, methods in unpacked.run([])["routes"].items()}
    booking = example.booking(example.now_on_upstream_clock())
    events = [event(routes, "POST", example.PATH, booking), event(routes, "POST", example.PATH, {})]
    for path, methods in routes.items():
        concrete = path.replace("{proxy+}", "a/b").replace("{name}", "unsafe-retry")
        concrete = concrete.replace("{operation_id}", "op_01JAAAAAAAAAAAAAAAAAAAAAAA").replace("{file}", "page.css")
        events += [event(routes, method, concrete) for method in methods]
    found = unpacked.run(events)
    made, refused, *others = [answer["statusCode"] for answer in found["answers"]]
    assert (made, refused) == (201, 422)
    assert {200, 204, 404, 405} <= set(others) <= {200, 204, 400, 404, 405, 413, 415, 422, 428}
    assert found["compiled"] == []
    strangers = [name for name in found["loaded"] if "site-packages" in name]
    assert strangers == []
    ours = [name for name in found["loaded"] if name.startswith(str(unpacked.task))]
    assert len(ours) > 200
    packages = [name for name in ours if "chalicelib" not in name and not name.endswith("app.py")]
    assert {Path(name).suffix for name in packages} == {".pyc", ".so"}


@lambda_only
def test_a_sealed_booking_can_be_read_again(unpacked: UnpackedZip) -> None:
    """By another process: the cipher runs without the packages that its bindings are made with."""
    routes = dict.fromkeys(unpacked.run([])["routes"])
    booking = example.booking(example.now_on_upstream_clock() + timedelta(days=1))
    booked = event(routes, "POST", example.PATH, booking)
    (made,), (again,) = (unpacked.run([booked])["answers"] for _ in range(2))
    assert (made["statusCode"], again["statusCode"]) == (201, 201)
    assert again["headers"]["Idempotency-Replayed"] == "true"
    assert again["body"] == made["body"]
