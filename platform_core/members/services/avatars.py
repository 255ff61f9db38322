"""The picture of a member: set by oneself, taken away by oneself or by who may change members."""

import uuid
from typing import BinaryIO, Final

from django.db import transaction

from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.files import NotAPictureError, extension_of, organization_files, read_picture
from platform_core.members.models import Member
from platform_core.members.principal import Principal

MAX_BYTES: Final = 1024 * 1024
MAX_PIXELS: Final = 1200
"""Of each side, as in Label Studio."""


def set_avatar(*, member_id: int, content: bytes, actor: Principal) -> Member:
    """Store one's own picture in place of the former one.

    The bytes are written before the transaction, and the former ones deleted after it: a row never names what is not
    there.

    Raises:
        NotFoundError: there is no such member.
        PermissionDeniedError: it is somebody else.
        ValidationFailedError: it is no PNG, JPEG, GIF or WebP, or too large.
    """
    refuse_of_others(member_id=member_id, actor=actor)
    name = f"{uuid.uuid4().hex}{_checked(content)}"
    store = organization_files()
    store.write(_key(member_id, name), [content])
    try:
        return _write(member_id, name, actor)
    except BaseException:
        store.delete(_key(member_id, name))
        raise


def refuse_of_others(*, member_id: int, actor: Principal) -> None:
    """Refuse a picture that is not one's own, before its bytes are read.

    Raises:
        NotFoundError: there is no such member.
        PermissionDeniedError: it is somebody else.
    """
    if member_id == actor.id:
        return
    if not Member.objects.filter(pk=member_id, removed_at=None).exists():
        raise NotFoundError(f"There is no member {member_id} here.")
    raise PermissionDeniedError("A picture is that of the member alone.", data={"permission": "members.change"})


def delete_avatar(*, member_id: int, actor: Principal) -> None:
    """Take a picture away; nothing happens where there is none.

    Raises:
        NotFoundError: there is no such member.
        PermissionDeniedError: somebody else's, without `members.change`.
    """
    if not actor.can("members.change"):
        refuse_of_others(member_id=member_id, actor=actor)
    _write(member_id, "", actor)


def open_avatar(*, member_id: int, name: str) -> tuple[BinaryIO, int]:
    """Return the bytes of a member's picture, to be closed, and their number.

    Raises:
        NotFoundError: the member has no picture of this name.
    """
    if not name or not Member.objects.filter(pk=member_id, avatar=name).exists():
        raise NotFoundError("There is no such picture.")
    file = organization_files().open(_key(member_id, name))
    size = file.seek(0, 2)
    file.seek(0)
    return file, size


@transaction.atomic
def _write(member_id: int, name: str, actor: Principal) -> Member:
    member: Member | None = Member.objects.select_for_update().filter(pk=member_id, removed_at=None).first()
    if member is None:
        raise NotFoundError(f"There is no member {member_id} here.")
    former, member.avatar = member.avatar, name
    if former == name:
        return member
    member.save(update_fields=["avatar", "updated_at"])
    record_audit(
        actor=actor, action="member.changed", target_type="member", target_id=member.pk, data={"fields": ["avatar"]}
    )
    if former:
        key, store = _key(member_id, former), organization_files()
        transaction.on_commit(lambda: store.delete(key), robust=True)
    return member


def _checked(content: bytes) -> str:
    """Return the extension under which a picture is kept."""
    if len(content) > MAX_BYTES:
        raise _refused(f"The picture has more than {MAX_BYTES} bytes.")
    try:
        picture = read_picture(content)
    except NotAPictureError as error:
        raise _refused(str(error)) from error
    if max(picture.width, picture.height) > MAX_PIXELS:
        raise _refused(f"The picture is {picture.width} x {picture.height}; at most {MAX_PIXELS} a side are taken.")
    return picture.extension


def _refused(message: str) -> ValidationFailedError:
    return ValidationFailedError(validation_errors={"avatar": [message]})


def _key(member_id: int, name: str) -> str:
    return f"avatars/{member_id}/{name.removesuffix(extension_of(name))}"
