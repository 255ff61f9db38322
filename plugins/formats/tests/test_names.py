import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_formats.names import UniqueNames, media_name


@given(st.text(max_size=400) | st.text("./\\%20cConNUL: \x00é", max_size=40))
def test_name_is_never_a_path_nor_a_device(address):
    for written in (address, f"/data/upload/1/{address}", f"https://a.example/{address}", f"/x?d={address}"):
        name = media_name(written, 7)

        assert name
        assert not re.search(r'[/\\:\x00-\x1f<>"|?*]', name)
        assert name.strip(" .") == name
        assert len(name.encode()) <= 217
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\s*(\..*)?", name)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/1/../../etc/passwd", "passwd"),
        ("https://a.example/x/..%2f..%2fetc%2fpasswd", "passwd"),
        ("C:\\windows\\nul.png", "_nul.png"),
        ("https://a.example/CON", "_CON"),
        ("https://a.example/com1.tar.gz", "_com1.tar.gz"),
        ("https://a.example/a:b.png", "a_b.png"),
        ("https://a.example/..", "task-7"),
        ("https://a.example/", "task-7"),
    ],
)
def test_hostile_addresses_have_plain_names(address, name):
    assert media_name(address, 7) == name


@given(
    st.lists(st.sampled_from(["a.png", "A.png", "a.jpg", "a-2.png", "é.png", "e\u0301.png", "a-1.png"]), max_size=12)
)
def test_no_two_files_share_a_name_on_any_file_system(wanted):
    names = UniqueNames()
    found = [names.stem(name, place % 3) for place, name in enumerate(wanted)]
    assert len({unicodedata.normalize("NFC", one).casefold() for one in found}) == len(found)
