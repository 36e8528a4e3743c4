"""What the measured functions see of AWS: DynamoDB, KMS and Secrets Manager that answer at once, by the operation's name.

Conditions always hold, queries find nothing, and a put item is there for whoever gets it. So no engine's own time is in
the figures, and nothing here knows what a row looks like. `python -m devtools.bench.ground.aws_stub` prints its port.
"""

import asyncio
import json
import re
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]

HOST = "127.0.0.1"
SECRET = {"HMAC_KEY": "k" * 64}
DATA_KEY = b"d" * 32
FORGET = "/forget"
_IF_NOT_EXISTS = re.compile(r"(#\w+) = if_not_exists\(\1, (:\w+)\)")


class Aws:
    """The state: every item that was put, under any part of it that a get names as its key."""

    def __init__(self) -> None:
        self._items: dict[str, list[Document]] = {}
        self._operations: dict[str, Callable[[Document], Document]] = {
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "TransactWriteItems": lambda _: {},
            "BatchGetItem": lambda _: {"Responses": {}, "UnprocessedKeys": {}},
            "Query": lambda _: {"Items": [], "Count": 0, "ScannedCount": 0},
            "GenerateDataKey": lambda _: {
                "Plaintext": _text(DATA_KEY),
                "CiphertextBlob": _text(DATA_KEY),
                "KeyId": "key",
            },
            "Decrypt": lambda asked: {"Plaintext": _text(b64decode(asked["CiphertextBlob"])), "KeyId": "key"},
            "GetSecretValue": lambda _: {"Name": "bench", "SecretString": json.dumps(SECRET)},
        }

    def answer(self, operation: str, asked: Document) -> Document:
        """Return the answer to a call."""
        return self._operations[operation](asked)

    def forget(self) -> None:
        """Be as at first."""
        self._items.clear()

    def _get(self, asked: Document) -> Document:
        key = asked["Key"].items()
        for item in self._items.get(asked["TableName"], []):
            if key <= item.items():
                return {"Item": item}
        return {}

    def _put(self, asked: Document) -> Document:
        """Keep an item: those of transactions are not kept, because no booking reads what another one has written."""
        self._items.setdefault(asked["TableName"], []).append(asked["Item"])
        return {}

    def _update(self, asked: Document) -> Document:
        """Set what an item does not have yet, and return it as it stands; whatever else an update says changes nothing."""
        item = self._get(asked).get("Item")
        if item is None:
            item = dict(asked["Key"])
            self._put({**asked, "Item": item})
        for name, value in _IF_NOT_EXISTS.findall(asked["UpdateExpression"]):
            item.setdefault(asked["ExpressionAttributeNames"][name], asked["ExpressionAttributeValues"][value])
        return {"Attributes": item}


def _text(data: bytes) -> str:
    return b64encode(data).decode()


class Connection(asyncio.Protocol):
    """One connection: requests with a length, one after the other."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            whole = end + 4 + int(headers.get("content-length", "0"))
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._transport.write(self._answer(first.split(" ")[1], headers, body))

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        if path == FORGET:
            self._aws.forget()
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        document = self._aws.answer(headers["x-amz-target"].rpartition(".")[2], json.loads(body))
        told = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {headers['content-type']}\r\nContent-Length: {len(told)}\r\n"
        return f"{head}x-amzn-RequestId: bench\r\nx-amz-crc32: {zlib.crc32(told)}\r\n\r\n".encode() + told


async def serve() -> None:
    """Serve until this process is ended."""
    aws = Aws()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(aws), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
