"""Whom we trust: the authorities of certificates, read once for a process, or one by one when they are needed."""

import ssl
from functools import cache
from pathlib import Path

import certifi

from chalicelib.adapters.http.deadline_socket import TLSSocket

# Packaging puts certifi's roots there, each in a file that is named by the hash of its subject: OpenSSL then reads the one
# that a certificate names, where parsing all of them takes 15 ms and 200 million instructions at each cold start.
FOLDER = Path(__file__).parents[3] / "authorities"


def default_authorities(folder: Path = FOLDER) -> str:
    """Return the folder of roots that packaging has made, or certifi's file where there is none."""
    return str(folder) if folder.is_dir() else certifi.where()


@cache
def tls_context(authorities: str) -> ssl.SSLContext:
    """Return the process's one client context for `authorities`, the path of a file or of a hashed folder.

    Certificates and host names are verified.
    """
    if Path(authorities).is_dir():
        context = ssl.create_default_context(capath=authorities)
    else:
        context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TLSSocket
    return context
