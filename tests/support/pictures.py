"""Small whole pictures of each kind, made by hand: no library that draws is needed to test what reads heads."""

import struct
import zlib


def png(width=2, height=2, *, text=b""):
    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    words = _chunk(b"tEXt", b"Comment\0" + text) if text else b""
    parts = (_chunk(b"IHDR", head), words, _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def gif(width=2, height=2):
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    comment = b"\x21\xfe\x05hello\0"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0"
    return head + comment + image + b"\x3b"


def jpeg(width=2, height=2):
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\0\0\x3f\0" + b"\x12\x34"
    return b"\xff\xd8" + comment + frame + scan + b"\xff\xd9"


def webp(width=2, height=2):
    """Return a lossless WebP's container with its head; nothing decodes it here."""
    bits = struct.pack("<BI", 0x2F, (width - 1) | (height - 1) << 14)
    body = b"WEBPVP8L" + struct.pack("<I", len(bits) + 1) + bits + b"\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


ALL = {".png": png, ".gif": gif, ".jpg": jpeg, ".webp": webp}
