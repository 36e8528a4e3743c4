"""A relay on loopback that ends TLS, makes answers slow, and counts connections: `python -m devtools.bench.ground.proxy`.

An answer leaves no sooner than `delay` seconds after its request came, so that a server that needs 2 of 5 ms itself
seems to need 5. Each line on standard input sets the delay (a number) or, when empty, changes nothing; each is answered
with the number of connections so far. It ends when standard input ends.
"""

import socket
import ssl
import sys
import time
from dataclasses import dataclass, field
from select import select
from threading import Thread

HOST = "127.0.0.1"
PIECE = 65536


@dataclass(slots=True)
class Relay:
    """Carries bytes to `target` (a port) and back, one thread a connection."""

    target: int
    context: ssl.SSLContext | None = None
    delay: float = 0.0
    connections: int = 0
    _listener: socket.socket = field(default_factory=lambda: socket.create_server((HOST, 0)))

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Begin to accept, from a thread of its own."""
        Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Accept no more; open connections end with their peers."""
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            inner = self.context.wrap_socket(client, server_side=True) if self.context else client
            with inner, socket.create_connection((HOST, self.target)) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._relay(inner, server)
        except OSError:
            client.close()

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        asked = 0.0
        while True:
            ready = [client] if _has_decrypted(client) else select([client, server], [], [])[0]
            if client in ready:
                if not (piece := client.recv(PIECE)):
                    return
                asked = time.perf_counter()
                server.sendall(piece)
            if server in ready:
                if not (piece := server.recv(PIECE)):
                    return
                time.sleep(max(0.0, asked + self.delay - time.perf_counter()))
                client.sendall(piece)


def _has_decrypted(connection: socket.socket) -> bool:
    """Tell whether bytes wait inside the TLS layer, where `select` does not see them."""
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0


def main(target: int, certificate: str | None = None) -> None:
    """Relay until standard input ends."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    relay = Relay(target, context)
    relay.start()
    print(relay.port, flush=True)
    for line in sys.stdin:
        if line.strip():
            relay.delay = float(line)
        print(relay.connections, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:3])
