"""What lies in the zip: the bytecode of what runs, our sources, data and licences; the same bytes from the same sources.

Lambda's file system is read-only and every file in the zip is dated 1980: a function that comes without bytecode compiles
all of its modules at each cold start. `unchecked-hash` bytecode is taken as it is, whatever the dates. Sources stay at home: a
traceback names file and line all the same. The authorities come one by one, as OpenSSL looks them up.
"""

import subprocess
import sys
import tempfile
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from devtools.deploy.authorities import FOLDER, AuthoritiesError, add_authorities
from devtools.deploy.packing.archive import zipped
from devtools.deploy.packing.elf import without_symbols

TASK_ROOT = "/var/task"  # where Lambda unpacks the zip: tracebacks name the files there, wherever they were compiled

ENTRY = "app.py"  # the one module that Lambda looks for by itself: it keeps its source
OURS = (ENTRY, "chalicelib")
PACKAGES = frozenset(
    {
        "_cffi_backend",  # the compiled part of cffi, which cryptography's library loads
        "certifi",
        "chalice",  # one module, which `chalice package` puts there by itself
        "cryptography",
        "idna",
        "jinja2",  # the console's pages, in the reviewers' function alone
        "jwt",
        "markupsafe",  # jinja2 escapes with it
        "pydantic_core",
        "requests",
        "simplejson",
        "typing_extensions",
        "tzdata",
        "urllib3",
    }
)
BUILD_TIME_PACKAGES = frozenset({"cffi", "pycparser"})  # they make bindings; what is made needs neither

CODE = frozenset({".py", ".so"})
OPTIMIZATION = "2"  # no docstrings: a tenth of a megabyte, and nobody reads them in a function
_NAMED = f".opt-{OPTIMIZATION}"  # what the compiler puts into a name, and no Python without -OO looks for
FILES = (
    "chalicelib/edge/console/files/*",  # what the pages of the console load
    "chalicelib/edge/console/templates/*",
    "chalicelib/edge/pages/files/*",  # what the pages of the documentation load
    "tzdata/zoneinfo/*",  # every zone: ADULTWORK_TIMEZONE may name any
)
BUNDLE = "certifi/cacert.pem"  # nobody reads it in the function: what is in it lies in the folder of authorities
LEFT_OUT = (
    BUNDLE,
    "*/__main__.py",
    "*/cli/*",
    "*/tests/*",
    "charset_normalizer*",  # guesses encodings, of which nobody asks requests; see `adapters/http`
    "cryptography/cobblestone.py",  # of cryptography only the AEAD ciphers run, and what PyJWT imports
    "cryptography/fernet.py",
    "cryptography/hazmat/asn1/*",
    "cryptography/hazmat/primitives/cmac.py",
    "cryptography/hazmat/primitives/hmac.py",  # PyJWT takes the standard library's
    "cryptography/hazmat/primitives/hpke.py",
    "cryptography/hazmat/primitives/kdf/*",
    "cryptography/hazmat/primitives/keywrap.py",
    "cryptography/hazmat/primitives/padding.py",
    "cryptography/hazmat/primitives/poly1305.py",
    "cryptography/hazmat/primitives/serialization/pkcs12.py",
    "cryptography/hazmat/primitives/serialization/pkcs7.py",
    "cryptography/hazmat/primitives/twofactor/*",
    "cryptography/x509/ocsp.py",
    "idna/cli.py",
    "idna/codec.py",
    "idna/compat.py",
    "jinja2/constants.py",  # of jinja2 only what plain templates with escaping need
    "jinja2/ext.py",
    "jinja2/meta.py",
    "jinja2/nativetypes.py",
    "jinja2/sandbox.py",
    "jwt/help.py",
    "markupsafe/_native.py",  # for where the compiled part is missing
    "idna/uts46data.py",  # for host names beyond ASCII, which no setting takes
    "pycparser-*",  # nothing of it is here, so no licence is needed
    "requests/help.py",
    "simplejson/ordered_dict.py",  # for where the standard library has none
    "simplejson/tool.py",
    "tzdata/zoneinfo/*/__init__.py",  # a folder of zones is found without, as a namespace package
    "tzdata/zoneinfo/*.tab",  # lists for people; the zones are in files of their own
    "tzdata/zoneinfo/leapseconds",
    "tzdata/zoneinfo/tzdata.zi",
    "urllib3/contrib/emscripten/*",
    "urllib3/contrib/pyopenssl.py",
    "urllib3/contrib/socks.py",  # needs PySocks, which is not there; without the file that is found out sooner
    "urllib3/http2/connection.py",
)


class ContentsError(Exception):
    """The zip cannot be made from what is there; the message says why."""


def shipped_name(name: str) -> str | None:
    """Return where a file of Chalice's zip lies in ours, None when it is left out.

    Licences lie in a folder of their own: nothing of `.dist-info` is read by what runs.

    Raises:
        ContentsError: nobody has decided about it.
    """
    path = PurePosixPath(name)
    top = path.parts[0]
    if any(fnmatchcase(name, pattern) for pattern in LEFT_OUT):
        return None
    if any(fnmatchcase(name, pattern) for pattern in FILES):
        return name
    if top.endswith(".dist-info"):
        is_licence = "licenses" in path.parts[1:-1]
        return f"licenses/{top.removesuffix('.dist-info')}/{path.name}" if is_licence else None
    package = top.partition(".")[0]
    if package in BUILD_TIME_PACKAGES:
        return None
    if not {top, package} & {*OURS, *PACKAGES}:
        msg = f"{name}: decide in devtools/deploy/zip_contents.py whether it ships, and which parts of it run."
        raise ContentsError(msg)
    return name if path.suffix in CODE else None


def repack(archive: Path, python: Path = Path(sys.executable)) -> None:
    """Replace Chalice's zip by ours.

    Raises:
        ContentsError: a file is not known or does not compile, or the authorities cannot be spread out.
    """
    with tempfile.TemporaryDirectory(prefix="switchboard-zip-") as scratch:
        directory = Path(scratch).resolve()
        _unpack(archive, directory)
        _compile(directory, python)
        _spread_authorities(archive, directory)
        _pack(directory, archive)


def _unpack(archive: Path, directory: Path) -> None:
    """Unpack what ships."""
    with zipfile.ZipFile(archive) as chalices:
        names = [name for name in chalices.namelist() if not name.endswith("/")]
        compiled = {_module(name) for name in names if name.endswith(".so") and shipped_name(name) is not None}
        for name in names:
            shipped = shipped_name(name)
            if shipped is None or (name.endswith(".py") and _module(name) in compiled):
                continue  # of two forms of a module, Python takes the compiled one
            path = directory / shipped
            path.parent.mkdir(parents=True, exist_ok=True)
            content = chalices.read(name)
            path.write_bytes(without_symbols(content) if name.endswith(".so") else content)


def _spread_authorities(archive: Path, directory: Path) -> None:
    """Put the authorities of certifi's bundle into a folder."""
    with zipfile.ZipFile(archive) as chalices:
        bundle = chalices.read(BUNDLE).decode() if BUNDLE in chalices.namelist() else ""
    try:
        add_authorities(bundle, directory / FOLDER)
    except AuthoritiesError as error:
        raise ContentsError(str(error)) from error


def _module(name: str) -> str:
    """Return a file's path up to the first dot of its name."""
    path = PurePosixPath(name)
    return str(path.with_name(path.name.partition(".")[0]))


def _compile(directory: Path, python: Path) -> None:
    """Compile every module, and put its bytecode into the place of its source; but for the entry."""
    entry = directory / ENTRY
    others = [path for path in directory.iterdir() if path != entry]
    _run_compiler(python, directory, [], [entry])
    _run_compiler(python, directory, ["-b"], others)
    for compiled in directory.rglob(f"*{_NAMED}.pyc"):
        compiled.rename(compiled.with_name(compiled.name.replace(_NAMED, "")))
    for source in directory.rglob("*.py"):
        if source != entry:
            source.unlink()


def _run_compiler(python: Path, directory: Path, options: list[str], places: list[Path]) -> None:
    """Compile what lies in some places, in a process of its own: no state of this one is seen in the bytecode."""
    options = [
        *options,
        "-q",
        "-o",
        OPTIMIZATION,
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(directory),
        "-p",
        TASK_ROOT,
    ]
    done = subprocess.run(
        # Without columns: what a traceback makes of them are marks below a line of source, and there is none in the zip.
        [python, "-S", "-X", "no_debug_ranges", "-m", "compileall", *options, *places],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"A module does not compile:\n{done.stdout}{done.stderr}"
        raise ContentsError(msg)


def _pack(directory: Path, archive: Path) -> None:
    """Write all files, in order."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    archive.write_bytes(zipped((path.relative_to(directory).as_posix(), path.read_bytes()) for path in paths))
