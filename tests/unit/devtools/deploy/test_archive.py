"""The zip that is written by hand, read by the standard library."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from devtools.deploy.packing.archive import zipped

NAMES = st.text(st.sampled_from("abc/._-"), min_size=1, max_size=12)


@given(st.dictionaries(NAMES, st.binary(max_size=2_000), max_size=8))
def test_whatever_lies_in_it_comes_out_again(files: dict[str, bytes]) -> None:
    """Each with its mode and the one date; its sums are right."""
    with zipfile.ZipFile(io.BytesIO(zipped(files.items()))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        for entry in archive.infolist():
            assert (entry.date_time, entry.external_attr >> 16) == ((1980, 1, 1, 0, 0, 0), 0o100644)
            assert (entry.create_system, entry.compress_type) == (3, zipfile.ZIP_DEFLATED)


def test_it_is_smaller_than_the_standard_library_makes_it() -> None:
    """Else there were no reason for it."""
    content = b"".join(b"%d squared is %d\n" % (number, number * number) for number in range(20_000))
    usual = io.BytesIO()
    with zipfile.ZipFile(usual, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("one", content)
    assert len(zipped([("one", content)])) < len(usual.getvalue())
