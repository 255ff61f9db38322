import pytest

from platform_core.files import LimitedStore, LocalFileStore, StorageFullError


@pytest.fixture
def local(tmp_path):
    return LocalFileStore(tmp_path)


def keys(store):
    return [key for key, _ in store.keys("uploads")]


def test_what_fits_is_written_and_the_byte_too_many_leaves_nothing(local):
    store = LimitedStore(local, limit=10, used=3)
    assert store.write("uploads/1/a", [b"1234", b"567"]) == 7
    with pytest.raises(StorageFullError) as refusal:
        store.write("uploads/1/b", [b"8"])

    assert (refusal.value.status_code, refusal.value.code) == (413, "storage_full")
    assert refusal.value.data == {"limit": 10, "used": 10}
    assert keys(store) == ["uploads/1/a"]
    with store.open("uploads/1/a") as file:
        assert file.read() == b"1234567"


def test_half_a_file_over_the_limit_is_forgotten(local):
    store = LimitedStore(local, limit=10, used=3)
    with pytest.raises(StorageFullError):
        store.write("uploads/1/a", [b"1234", b"5678"])
    assert keys(store) == []
    assert store.delete_halves(older_than_seconds=-1) == 0


def test_full_store_takes_not_even_an_empty_file_and_still_deletes(local):
    local.write("uploads/1/a", [b"x"])
    store = LimitedStore(local, limit=1, used=1)
    with pytest.raises(StorageFullError):
        store.write("uploads/1/b", [])
    store.delete("uploads/1/a")
    assert keys(store) == []
