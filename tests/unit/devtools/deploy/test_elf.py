"""Libraries lose what no loader reads, and nothing else."""

import struct

from devtools.deploy.packing.elf import MAGIC, without_symbols

HEAD, ENTRY = 64, 56


def library(loaded: bytes, symbols: bytes) -> bytes:
    """Return a library with one loaded segment after the headers, and tables behind it."""
    offset = HEAD + ENTRY
    head = bytearray(MAGIC.ljust(HEAD, b"\0"))
    struct.pack_into("<QQ", head, 32, HEAD, offset + len(loaded))
    struct.pack_into("<HHHHH", head, 54, ENTRY, 1, 64, 3, 2)
    segment = struct.pack("<IIQQQQQQ", 1, 5, offset, 0, 0, len(loaded), len(loaded) + 99, 4096)
    return bytes(head) + segment + loaded + symbols


def test_what_follows_the_last_loaded_byte_is_cut_off() -> None:
    """And the head names no section headers any more, because there are none."""
    cut = without_symbols(library(b"code", b"symbols"))
    assert cut.endswith(b"code")
    assert len(cut) == HEAD + ENTRY + 4
    assert struct.unpack_from("<Q", cut, 40) == (0,)
    assert struct.unpack_from("<HHHHH", cut, 54) == (ENTRY, 1, 64, 0, 0)


def test_a_library_of_another_kind_stays_as_it_is() -> None:
    """Nothing is known about its layout."""
    other = b"\xcf\xfa\xed\xfe and so on"
    assert without_symbols(other) == other
