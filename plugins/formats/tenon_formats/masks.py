"""Masks drawn with a brush: run-length codes into pixels, pixels into PNG and NumPy files.

A brush's code is a stream of bits: 32 for the number of values, 5 and four times 4 for sizes (each less one) of a value
and of the four kinds of run lengths; then runs: one bit says whether a value is repeated, two the kind of the length,
then the length less one, then the value once, or each value. Values are the bytes of an RGBA image, row by row; the
mask is its last channel.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAX_PIXELS: Final = 64_000_000
_FLAGS: Final = b"\0" + b"\1" * 255
_RUN: Final = re.compile(b"\x00+|\x01+")


class MaskError(ValueError):
    """The code is not the code of an image of this size."""


class _Bits:
    def __init__(self, data: bytes) -> None:
        # Padded, so that a window of eight bytes is whole at any place.
        self._data = data + bytes(8)
        self._end = len(data) * 8
        self._place = 0

    def read(self, bits: int) -> int:
        place = self._place
        self._place = place + bits
        if self._place > self._end:
            raise MaskError("the code ends too early")
        window = int.from_bytes(self._data[place >> 3 : (place >> 3) + 8], "big")
        return (window >> (64 - (place & 7) - bits)) & ((1 << bits) - 1)


def decode_mask(code: Sequence[int], width: int, height: int) -> bytearray:
    """Return the mask, a byte a pixel, row by row; 0 is outside.

    Raises:
        MaskError: the code is broken, or not of this size, or the image has more than 64 million pixels.
    """
    if not 0 < width * height <= MAX_PIXELS:
        raise MaskError(f"an image of {width} x {height} pixels is not written")
    try:
        bits = _Bits(bytes(code))
    except (TypeError, ValueError) as error:
        raise MaskError("the code is no list of bytes") from error
    values = bits.read(32)
    if values != width * height * 4:
        raise MaskError(f"the code holds {values} values, not those of {width} x {height} pixels")
    value_bits = bits.read(5) + 1
    length_bits = [bits.read(4) + 1 for _ in range(4)]
    if value_bits > 8:
        raise MaskError(f"values of {value_bits} bits are no bytes")
    return _runs(bits, values, value_bits, length_bits)


def _runs(bits: _Bits, values: int, value_bits: int, length_bits: list[int]) -> bytearray:
    mask, place = bytearray(values // 4), 0
    while place < values:
        repeated = bits.read(1)
        end = place + 1 + bits.read(length_bits[bits.read(2)])
        if end > values:
            raise MaskError("a run goes beyond the image")
        if repeated:
            value = bits.read(value_bits)
            # Of the values from `place` to `end` every fourth, beginning with number 3, is of the last channel.
            first, last = place // 4, end // 4
            if value:
                mask[first:last] = bytes([value]) * (last - first)
        else:
            for number in range(place, end):
                value = bits.read(value_bits)
                if number & 3 == 3:
                    mask[number >> 2] = value
        place = end
    return mask


def png(mask: bytes | bytearray, width: int, height: int) -> bytes:
    """Return the mask as a PNG file in 8-bit grey."""
    packer = zlib.compressobj(6)
    packed = b"".join(
        packer.compress(b"\0" + mask[row * width : (row + 1) * width]) for row in range(height)
    )  # each row without a filter
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed + packer.flush()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def npy(mask: bytes | bytearray, width: int, height: int) -> bytes:
    """Return the mask as a NumPy file of version 1.0: an array of bytes, height times width."""
    facts = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({height}, {width}), }}"
    # Magic, version, length of the header, header and line end together are a multiple of 64.
    header = facts.encode().ljust(-(len(facts) + 11) % 64 + len(facts)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(mask)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """A mask as COCO writes it.

    Attributes:
        counts: lengths of runs down the columns, outside and inside in turn, beginning with outside.
        area: pixels inside.
        bounds: left, top, width and height of what is inside, in pixels.
    """

    counts: list[int]
    area: int
    bounds: tuple[int, int, int, int]


def column_runs(mask: bytes | bytearray, width: int) -> Runs | None:
    """Return the runs of a mask; None where nothing is inside."""
    flags = bytes(mask).translate(_FLAGS)
    columns = [flags[place::width] for place in range(width)]
    inside = [place for place, column in enumerate(columns) if b"\1" in column]
    if not inside:
        return None
    top = min(columns[place].find(b"\1") for place in inside)
    bottom = max(columns[place].rfind(b"\1") for place in inside)
    whole = b"".join(columns)
    counts = [len(run.group()) for run in _RUN.finditer(whole)]
    return Runs(
        counts=counts if whole[0] == 0 else [0, *counts],
        area=whole.count(1),
        bounds=(inside[0], top, inside[-1] - inside[0] + 1, bottom - top + 1),
    )
