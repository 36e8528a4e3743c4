"""A zip that is compressed more tightly than the standard library's module can: in the format of PKWARE's APPNOTE 6.3.

`zipfile` compresses by zlib alone. libdeflate makes the same format, which every reader takes, 3 % smaller and sooner. What
differs between machines and moments is in no entry: one date, one mode, ASCII names in the order that they come in.
"""

import zlib
from collections.abc import Iterable
from struct import pack

from deflate import deflate_compress

LEVEL = 10  # of 12; the two above cost more time than all below together, for a thousandth
READ_BY, MADE_BY = 20, 3 << 8 | 20  # version 2.0: deflated files; made on Unix, else no mode is read
DEFLATED = 8
EARLIEST = (0, 1 << 5 | 1)  # time and date as MS-DOS has them: 1980-01-01 00:00
MODE = 0o100644 << 16
LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the zip of some files, each a path in ASCII and its content; fewer than 65,536, together below 4 GB."""
    entries, directory, count = bytearray(), bytearray(), 0
    for name, content in files:
        path, packed = name.encode("ascii"), deflate_compress(content, LEVEL)
        told = pack("<4H3L2H", 0, DEFLATED, *EARLIEST, zlib.crc32(content), len(packed), len(content), len(path), 0)
        directory += CENTRAL + pack("<2H", MADE_BY, READ_BY) + told
        directory += pack("<3H2L", 0, 0, 0, MODE, len(entries)) + path
        entries += LOCAL + pack("<H", READ_BY) + told + path + packed
        count += 1
    end = END + pack("<4H2LH", 0, 0, count, count, len(directory), len(entries), 0)
    return bytes(entries + directory + end)
