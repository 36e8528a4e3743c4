"""A file in a zip, compressed by zopfli: the form is DEFLATE like any other, a few per cent smaller and a hundred times slower.

`zipfile` compresses by itself and takes no compressed bytes, so they go to its file where the next entry belongs, and the entry
is added to its list: what `ZipFile.mkdir` does for a folder.
"""

import zipfile
from zlib import crc32

import zopfli.zlib

ITERATIONS = 1
HEAD_BYTES, TAIL_BYTES = 2, 4  # of the form of zlib around the DEFLATE stream


def write_small(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    """Write a file at the end of an archive that is open for writing."""
    packed = zopfli.zlib.compress(content, numiterations=ITERATIONS)[HEAD_BYTES:-TAIL_BYTES]
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.file_size, entry.compress_size, entry.CRC = len(content), len(packed), crc32(content)
    file = archive.fp
    if file is None:
        raise ValueError("the archive is closed")
    file.seek(archive.start_dir)
    entry.header_offset = file.tell()
    file.write(entry.FileHeader(zip64=False))
    file.write(packed)
    archive.filelist.append(entry)
    archive.NameToInfo[entry.filename] = entry
    archive.start_dir = file.tell()
