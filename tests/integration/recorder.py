"""A door before the stand-in for AWS that passes requests on and remembers which permissions they would have needed."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from devtools.deploy.calls import Permission, needed, needed_of_s3

HOST = "127.0.0.1"
SECONDS = 30
OF_THE_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}


@dataclass
class Recorder:
    """`names` tell which resource of the template each name in use stands for; `seen` are the permissions."""

    url: str = ""
    names: dict[str, str] = field(default_factory=dict)
    seen: set[Permission] = field(default_factory=set)

    def note(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> None:
        """Remember what a request needs."""
        target = headers.get("X-Amz-Target")
        if target is None:
            parts = urlsplit(address)
            self.seen.add(needed_of_s3(method, parts.path, parts.query, self.names))
        else:
            self.seen.update(needed(target, json.loads(body), self.names))

    def environment(self) -> dict[str, str]:
        """Return the settings that lead a function's calls through this door."""
        services = ("DYNAMODB", "KMS", "S3", "SECRETS_MANAGER")
        return {f"AWS_ENDPOINT_URL_{service}": self.url for service in services}


@contextmanager
def recording(endpoint: str) -> Iterator[Recorder]:
    """Give a recorder before the stand-in at `endpoint`."""
    recorder = Recorder()
    place = urlsplit(endpoint).netloc

    class Door(BaseHTTPRequestHandler):
        """One connection to the stand-in for each request."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            """Note a request, and answer what the stand-in answers."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            recorder.note(self.command, self.path, dict(self.headers), body)
            connection = http.client.HTTPConnection(place, timeout=SECONDS)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            told = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)
            connection.close()

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = pass_on  # noqa: N815 (the names that http.server calls)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Door)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    recorder.url = f"http://{HOST}:{server.server_port}"
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
