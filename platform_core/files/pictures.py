"""What kind of picture some bytes are, told by the bytes alone: PNG, JPEG, GIF or WebP, from the first to the last.

Neither a name nor a client's content type has a say. A picture that goes on after its end is refused: the rest is what
makes a file a picture to one program and an archive or a page to another. Nothing is decoded, so nothing can be
overloaded; the size in pixels is read from the head, because whoever shows it decodes that many.
"""

import struct
from dataclasses import dataclass
from typing import Final

PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# Markers that begin a frame and with it the size; C4, C8 and CC among them mean something else.
JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class NotAPictureError(ValueError):
    """The bytes are no picture that is taken; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Kind and size of a picture.

    Attributes:
        extension: as `.png`.
        width, height: pixels.
    """

    extension: str
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Return what the bytes show.

    Raises:
        NotAPictureError: they are no whole PNG, JPEG, GIF or WebP, or something follows it.
    """
    readers = {PNG_HEAD: _png, b"\xff\xd8\xff": _jpeg, b"GIF87a": _gif, b"GIF89a": _gif, b"RIFF": _webp}
    for head, reader in readers.items():
        if content.startswith(head):
            try:
                picture = reader(content)
            except (struct.error, IndexError) as error:
                raise NotAPictureError("The picture is cut short.") from error
            if not picture.width or not picture.height:
                raise NotAPictureError("The picture has no size.")
            return picture
    raise NotAPictureError("A PNG, JPEG, GIF or WebP picture is expected.")


def _png(content: bytes) -> Picture:
    """Walk the chunks: each says how long it is, and the last one must be the end of the file."""
    if content[12:16] != b"IHDR" or not content.endswith(PNG_END):
        raise NotAPictureError("The PNG is cut short, or something follows it.")
    place = len(PNG_HEAD)
    while content[place + 4 : place + 8] != b"IEND":
        place += 12 + struct.unpack_from(">I", content, place)[0]
    if place + 12 != len(content):
        raise NotAPictureError("Something follows the PNG.")
    width, height = struct.unpack_from(">II", content, 16)
    return Picture(extension=".png", width=width, height=height)


def _jpeg(content: bytes) -> Picture:
    """Walk the segments up to the frame; what follows the frame ends with the mark of the end."""
    place, size = 2, None
    while size is None:
        if content[place] != 0xFF:
            raise NotAPictureError("The JPEG is broken.")
        marker, length = content[place + 1], struct.unpack_from(">H", content, place + 2)[0]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            size = Picture(extension=".jpg", width=width, height=height)
        place += 2 + length
    end = content.find(b"\xff\xd9", place)
    if end < 0 or content[end + 2 :].strip(b"\x00"):
        raise NotAPictureError("The JPEG is cut short, or something follows it.")
    return size


def _gif(content: bytes) -> Picture:
    """Walk the blocks up to the trailer."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    place = 13 + _gif_colours(flags)
    while content[place] != 0x3B:
        kind = content[place]
        if kind == 0x2C:
            place += 11 + _gif_colours(content[place + 9])
        elif kind == 0x21:
            place += 2
        else:
            raise NotAPictureError("The GIF is broken.")
        while content[place]:
            place += 1 + content[place]
        place += 1
    if place + 1 != len(content):
        raise NotAPictureError("Something follows the GIF.")
    return Picture(extension=".gif", width=width, height=height)


def _gif_colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(content: bytes) -> Picture:
    """Read the head of the first chunk; the container says how long the whole is."""
    length, form, kind = struct.unpack_from("<I4s4s", content, 4)
    if form != b"WEBP" or length + 8 != len(content):
        raise NotAPictureError("The WebP is cut short, or something follows it.")
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(content[place : place + 3], "little") for place in (24, 27))
    elif kind == b"VP8L":
        bits = struct.unpack_from("<I", content, 21)[0]
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    else:
        raise NotAPictureError("The WebP is broken.")
    return Picture(extension=".webp", width=width, height=height)
