"""Content codings (RFC 9110, section 8.4): undone although nobody asked for one, within the limit of an answer."""

import zlib

from chalicelib.adapters.http.answer import AnswerTooLargeError, UnreadableAnswerError

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB, _RAW = zlib.MAX_WBITS, -zlib.MAX_WBITS
_WINDOWS: dict[str, tuple[int, ...]] = {
    "gzip": (_GZIP,),
    "x-gzip": (_GZIP,),
    "deflate": (_ZLIB, _RAW),  # many a server sends it without the frame that the standard asks for
}
_MOST_CODINGS = 3


def decoded(body: bytes, codings: str, maximum_bytes: int) -> bytes:
    """Return a body as it was before `codings`, the value of Content-Encoding, the last of which was applied last.

    Raises:
        UnreadableAnswerError: a coding is not known, or the body is not whole in it.
        AnswerTooLargeError: there is more inside than `maximum_bytes`.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    applied = [name for name in names if name not in ("", "identity")]
    if len(applied) > _MOST_CODINGS:
        raise UnreadableAnswerError("the answer is coded too often")
    for name in reversed(applied):
        if name not in _WINDOWS:
            raise UnreadableAnswerError("the answer is in a content coding that nobody asked for")
        body = _undone(body, _WINDOWS[name], maximum_bytes)
    return body


def _undone(body: bytes, windows: tuple[int, ...], maximum_bytes: int) -> bytes:
    """Return what one coding holds, in the first of its forms that fits."""
    for window in windows:
        try:
            return _inflated(body, window, maximum_bytes)
        except zlib.error:
            continue
    raise UnreadableAnswerError("the answer is not whole in its content coding")


def _inflated(body: bytes, window: int, maximum_bytes: int) -> bytes:
    """Return what is inside, at most the limit and a byte at a time; a gzip may have several members."""
    pieces: list[bytes] = []
    left = maximum_bytes
    while True:
        inflater = zlib.decompressobj(window)
        piece = inflater.decompress(body, left + 1)
        left -= len(piece)
        if left < 0:
            raise AnswerTooLargeError
        pieces.append(piece)
        if not inflater.eof:
            msg = "cut off"
            raise zlib.error(msg)
        body = inflater.unused_data
        if window != _GZIP or not body:
            return b"".join(pieces)
