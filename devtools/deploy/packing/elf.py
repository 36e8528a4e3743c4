"""Shared libraries without what no loader reads: the tables for linkers and debuggers at their end."""

import struct

MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian: what Lambda runs
PROGRAM_HEADERS, SECTION_HEADERS = 32, 40  # where the file's head has their places
SIZES = 54  # size and number of program headers; then size and number of section headers, and the index of their names


def without_symbols(library: bytes) -> bytes:
    """Return a library up to the last byte that is loaded; other files come back as they are.

    A loader goes by the program headers. Section headers and what only they describe (the full symbol table, debug
    information, comments) follow after all that is loaded; the symbols by which libraries find each other are loaded.
    """
    if not library.startswith(MAGIC):
        return library
    (first,) = struct.unpack_from("<Q", library, PROGRAM_HEADERS)
    size, number = struct.unpack_from("<HH", library, SIZES)
    end = first + size * number
    for index in range(number):
        offset, in_file = struct.unpack_from("<Q16xQ", library, first + index * size + 8)
        end = max(end, offset + in_file)
    kept = bytearray(library[:end])
    struct.pack_into("<Q", kept, SECTION_HEADERS, 0)
    struct.pack_into("<HH", kept, SIZES + 6, 0, 0)
    return bytes(kept)
