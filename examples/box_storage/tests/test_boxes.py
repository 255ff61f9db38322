import io

import pytest

from platform_core.sdk import StorageContext
from platform_core.sdk.backends import BackendFailedError, open_storage, storage_backends
from platform_core.sdk.errors import NotFoundError, ValidationFailedError
from platform_core.sdk.testing.scopes import tenant_scope

OBJECTS = "/api/box_storage/objects/?box=letters"


def box_of(organization, name="letters"):
    return open_storage("box_storage.box", StorageContext(organization=organization, options={"box": name}))


@pytest.fixture
def letters(enabled):
    with tenant_scope(enabled):
        box = box_of(enabled)
        for key in ("b/2", "a", "b/1", "b/3", "Z"):
            box.write(key, io.BytesIO(key.encode() * 3))
        yield box


def test_objects_come_in_order_of_bytes_a_page_at_a_time(letters):
    assert [item.key for item in letters.objects(page=2)] == ["Z", "a", "b/1", "b/2", "b/3"]
    assert [item.key for item in letters.objects("b/", after="b/1", page=1)] == ["b/2", "b/3"]


def test_parts_are_read_and_objects_replaced_and_deleted(letters):
    assert (letters.read("b/1", length=3), letters.read("b/1", start=7, length=99)) == (b"b/1", b"/1")
    before = next(letters.objects("a")).etag
    made = letters.write("a", io.BytesIO(b"new"))
    letters.delete("a")
    letters.delete("a")

    assert made.size == 3
    assert made.etag != before
    assert list(letters.objects("a")) == []


def test_what_a_person_can_put_right_is_said(enabled, letters):
    with pytest.raises(BackendFailedError, match="There is no 'lost'") as missing:
        letters.read("lost", length=1)
    with pytest.raises(BackendFailedError, match="over 1048576 bytes"):
        letters.write("big", io.BytesIO(b"x" * (1 << 20 | 1)))
    with pytest.raises(ValidationFailedError, match="cannot link"):
        letters.link("a", seconds=60)
    with pytest.raises(ValidationFailedError) as wrong:
        box_of(enabled, "../x")

    assert missing.value.data == {"plugin": "box_storage", "backend": "box_storage.box", "kind": "missing"}
    assert wrong.value.validation_errors == {"options/box": ['Breaks the rule "pattern".']}


def test_box_of_another_organization_is_empty_and_absent_where_the_plugin_is_off(
    enabled, other_organization, enable, letters, make_client
):
    with tenant_scope(other_organization):
        assert storage_backends() == {}
        with pytest.raises(NotFoundError, match=r"no storage 'box_storage\.box' here"):
            box_of(other_organization)
    assert make_client(other_organization).get(OBJECTS).status_code == 404
    enable(other_organization, "box_storage")

    with tenant_scope(other_organization):
        assert list(box_of(other_organization).objects()) == []
    assert make_client(other_organization).get(OBJECTS).json() == []


def test_endpoint_lists_a_box(letters, enabled, make_client):
    answer = make_client(enabled).get(f"{OBJECTS}&prefix=b/&after=b/1")

    assert [item["key"] for item in answer.json()] == ["b/2", "b/3"]
    assert make_client(enabled).get("/api/box_storage/objects/").status_code == 400
    assert make_client(enabled, role="AN").get(OBJECTS).status_code == 403
