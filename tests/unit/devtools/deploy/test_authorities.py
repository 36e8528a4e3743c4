"""The folder of authorities: OpenSSL finds every one of a bundle in it, and nobody else."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.exchange import Exchange
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.transport import HttpRequest, Transport
from chalicelib.adapters.system import SystemClock
from chalicelib.domain.time_budget import Deadline
from devtools.deploy.authorities import AuthoritiesError, add_authorities, certificates, subject_hash
from devtools.places import ROOT
from tests.fakes.certificates import Authority
from tests.fakes.raw_upstream import RawUpstream, answer, says

CLOCK = SystemClock()


@pytest.fixture
def mine(tmp_path: Path) -> Authority:
    """Return an authority."""
    return Authority.create(tmp_path / "mine.pem")


@pytest.fixture
def folder(tmp_path: Path, mine: Authority) -> Path:
    """Return a folder with that authority."""
    add_authorities(mine.path.read_text(), tmp_path / "authorities")
    return tmp_path / "authorities"


@pytest.fixture
def transport(folder: Path) -> Iterator[Transport]:
    """Return a transport that trusts the folder."""
    transport = Transport(tls_context(default_authorities(folder)))
    yield transport
    transport.close()


def ask(transport: Transport, server: Authority) -> int:
    """Return the status of an answer that comes from a server of an authority."""
    with RawUpstream(says(answer(b"{}")), context=server.server_context()) as upstream:
        exchange = Exchange(Deadline.after(CLOCK.monotonic, 5), lambda: CLOCK.now().timestamp(), 0.0)
        return transport.send(HttpRequest("GET", f"{upstream.url}/", {}), exchange).status


def test_an_authority_of_the_folder_is_trusted(transport: Transport, mine: Authority) -> None:
    """OpenSSL looks it up by the name that a server's certificate gives."""
    assert ask(transport, mine) == 200


def test_authorities_of_one_name_are_numbered(folder: Path, mine: Authority, tmp_path: Path) -> None:
    """OpenSSL reads them until a number is missing."""
    namesake = Authority.create(tmp_path / "namesake.pem")
    add_authorities(namesake.path.read_text(), folder)
    stem = subject_hash(mine.path.read_text())
    assert [path.name for path in sorted(folder.iterdir())] == [f"{stem}.0", f"{stem}.1"]
    assert [path.read_text() for path in sorted(folder.iterdir())] == [mine.path.read_text(), namesake.path.read_text()]


def test_an_unknown_authority_is_refused(transport: Transport, tmp_path: Path) -> None:
    """It has the name of one that is in the folder, and nothing else; nothing is sent."""
    with pytest.raises(ExchangeFailedError) as failure:
        ask(transport, Authority.create(tmp_path / "stranger.pem"))
    assert (failure.value.reason, failure.value.is_sent) == ("tls-failed", False)


def test_where_no_authority_is_known_nobody_is_trusted(tmp_path: Path, mine: Authority) -> None:
    """An empty folder trusts less, and never more."""
    (tmp_path / "empty").mkdir()
    transport = Transport(tls_context(str(tmp_path / "empty")))
    with pytest.raises(ExchangeFailedError) as failure:
        ask(transport, mine)
    transport.close()
    assert failure.value.reason == "tls-failed"


def test_the_folder_is_strict_about_versions_and_names(folder: Path) -> None:
    """As with a file; and nothing is parsed beforehand."""
    context = tls_context(str(folder))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509"] == 0


def test_every_authority_of_certifi_is_found_under_its_name(tmp_path: Path) -> None:
    """None is lost, and each is the file that its subject leads to."""
    bundle = Path(certifi.where()).read_text()
    add_authorities(bundle, tmp_path / "authorities")
    spread = {path.read_text(): path.stem for path in (tmp_path / "authorities").iterdir()}
    assert len(spread) == bundle.count("-----BEGIN CERTIFICATE-----") == len(certificates(bundle))
    assert spread == {certificate: subject_hash(certificate) for certificate in certificates(bundle)}


def test_without_a_folder_certifis_file_is_used(tmp_path: Path) -> None:
    """As in a local run."""
    assert default_authorities(tmp_path / "nowhere") == certifi.where()


def test_what_openssl_does_not_take_is_told() -> None:
    """A certificate that is none."""
    with pytest.raises(AuthoritiesError, match="does not take"):
        subject_hash("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_without_openssl_the_packaging_says_what_is_missing(tmp_path: Path) -> None:
    """On a path where it is not."""
    code = "from devtools.deploy.authorities import subject_hash; subject_hash('')"
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "openssl is not installed" in done.stderr
