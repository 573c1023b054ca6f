"""Pictures as PNG: read to be judged, and written small. For what Chromium writes: 8 bits, RGB or RGBA, not interlaced."""

import collections
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE = 256


class Picture:
    """The pixels of a PNG, row by row, each pixel three or four bytes."""

    def __init__(self, png):
        assert png[:8] == SIGNATURE
        chunks = list(_chunks(png))
        self.width, self.height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
        assert depth == 8 and kind in (2, 6) and not interlaced
        self._pixel = 3 if kind == 2 else 4
        self._rows = self._unfiltered(zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT")))

    def colours(self):
        """How many pixels have each colour."""
        return collections.Counter(pixel for row in self._rows for pixel in self._pixels(row))

    def small(self):
        """The picture as PNG of its most frequent colours; the others, edges of letters, become the nearest of those."""
        palette = [colour for colour, _ in self.colours().most_common(PALETTE)]
        index = {colour: min(range(len(palette)), key=lambda i: _distance(colour, palette[i])) for colour in self.colours()}
        data = b"".join(b"\0" + bytes(index[pixel] for pixel in self._pixels(row)) for row in self._rows)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        return (SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"PLTE", b"".join(colour[:3] for colour in palette)) +
                _chunk(b"IDAT", zlib.compress(data, 9)) + _chunk(b"IEND", b""))

    def _pixels(self, row):
        return (row[i:i + self._pixel] for i in range(0, len(row), self._pixel))

    def _unfiltered(self, data):
        length = self.width * self._pixel
        rows, above = [], bytes(length)
        for start in range(0, len(data), length + 1):
            above = self._unfiltered_row(data[start], bytearray(data[start + 1:start + 1 + length]), above)
            rows.append(above)
        return rows

    def _unfiltered_row(self, method, row, above):
        for i in range(len(row)) if method else ():
            left, corner = (row[i - self._pixel], above[i - self._pixel]) if i >= self._pixel else (0, 0)
            guess = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[method]
            row[i] = (row[i] + guess) & 255
        return bytes(row)


def _paeth(left, above, corner):
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def _distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other))


def _chunks(png):
    at = len(SIGNATURE)
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        yield name, png[at + 8:at + 8 + length]
        at += 12 + length


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
