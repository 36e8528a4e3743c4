"""Authorities of certificates as OpenSSL looks them up in a folder: each in a file that is named by the hash of its subject.

The hash is OpenSSL's own, and so is the command that tells it: no library of ours computes it.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

FOLDER = "authorities"  # where the function looks for it, beside `app.py`
TOOL = "openssl"
AT_A_TIME = 4
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)
_HASH = re.compile(r"[0-9a-f]{8}")


class AuthoritiesError(Exception):
    """The folder cannot be made; the message says why."""


def certificates(bundle: str) -> list[str]:
    """Return the certificates of a bundle, without what is written between them."""
    return _CERTIFICATE.findall(bundle)


def add_authorities(bundle: str, folder: Path) -> None:
    """Put every certificate of a bundle into a folder; subjects with one hash are numbered.

    Raises:
        AuthoritiesError: OpenSSL is not there, or does not take a certificate.
    """
    folder.mkdir(exist_ok=True)
    found = certificates(bundle)
    with ThreadPoolExecutor(AT_A_TIME) as processes:
        subjects = list(processes.map(subject_hash, found))
    for certificate, subject in zip(found, subjects, strict=True):
        free = next(path for path in _places(folder, subject) if not path.exists())
        free.write_text(certificate, encoding="ascii")


@cache
def subject_hash(certificate: str) -> str:
    """Return the hash by which OpenSSL finds a certificate.

    Raises:
        AuthoritiesError: OpenSSL is not there, or does not take it.
    """
    tool = shutil.which(TOOL)
    if tool is None:
        raise AuthoritiesError(f"{TOOL} is not installed: it tells under which names the authorities are looked up.")
    command = [tool, "x509", "-noout", "-subject_hash"]
    done = subprocess.run(command, input=certificate, capture_output=True, text=True, check=False)
    told = done.stdout.strip()
    if done.returncode or not _HASH.fullmatch(told):
        raise AuthoritiesError(f"{TOOL} does not take a certificate of the bundle:\n{done.stderr}")
    return told


def _places(folder: Path, subject: str) -> Iterator[Path]:
    """Yield the names that OpenSSL tries, in its order."""
    number = 0
    while True:
        yield folder / f"{subject}.{number}"
        number += 1
