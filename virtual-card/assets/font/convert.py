"""Turns Debian's 12-pixel bitmap fonts into `full.bin` and `half.bin`, once.

Usage: convert.py FOLDER, the folder into which these packages were unpacked with `dpkg-deb -x`:
xfonts-shinonome 0.9.11-7, xfonts-jisx0213 0+20040511-8, xfonts-efont-unicode 0.4.2-12.

A record is a code point (3 bytes, big-endian) and 12 rows from the top, one bit per pixel from
the left, without padding: 18 bytes for a full-width cell, 9 for a half-width one. Records are
sorted by code point. A character is in one of the two files at most.
"""

import gzip
import pathlib
import struct
import sys
import unicodedata

HEIGHT = 12
HERE = pathlib.Path(__file__).parent


def read_pcf(path):
    """Returns the glyphs of a PCF font as lists of rows, by encoding."""
    data = gzip.decompress(path.read_bytes())
    count = struct.unpack_from("<I", data, 4)[0]
    tables = {}
    for index in range(count):
        kind, _, _, offset = struct.unpack_from("<4I", data, 8 + 16 * index)
        layout = struct.unpack_from("<I", data, offset)[0]
        tables[kind] = (layout, ">" if layout & 4 else "<", offset + 4)

    layout, order, at = tables[4]
    if layout & 0x100:
        count = struct.unpack_from(order + "H", data, at)[0]
        boxes = [[byte - 128 for byte in data[at + 2 + 5 * i:][:5]] for i in range(count)]
    else:
        count = struct.unpack_from(order + "I", data, at)[0]
        boxes = [struct.unpack_from(order + "5h", data, at + 4 + 12 * i) for i in range(count)]

    layout, order, at = tables[8]
    count = struct.unpack_from(order + "I", data, at)[0]
    starts = struct.unpack_from(f"{order}{count}I", data, at + 4)
    base = at + 4 + 4 * count + 16
    pad = 1 << (layout & 3)
    assert bool(layout & 4) == bool(layout & 8), "bytes and bits in one order"
    glyphs = []
    for (left, right, width, ascent, descent), start in zip(boxes, starts):
        assert (left, right, ascent, descent) == (0, width, 10, 2), "the cell is filled"
        stride = -(-width // (8 * pad)) * pad
        rows = []
        for y in range(HEIGHT):
            row = data[base + start + y * stride:][:stride]
            if not layout & 8:
                row = bytes(int(f"{byte:08b}"[::-1], 2) for byte in row)
            rows.append(int.from_bytes(row, "big") >> (8 * stride - width))
        glyphs.append(rows)

    _, order, at = tables[32]
    low, high, first, last, _ = struct.unpack_from(order + "5h", data, at)
    found = {}
    at += 10
    for row in range(first, last + 1):
        for cell in range(low, high + 1):
            glyph = struct.unpack_from(order + "H", data, at)[0]
            at += 2
            if glyph != 0xFFFF:
                found[row << 8 | cell] = glyphs[glyph]
    return found


def read_drawn():
    """Returns the glyphs of drawn.txt: a code point, then 12 rows of dots and hashes."""
    glyphs = {}
    for block in (HERE / "drawn.txt").read_text().split("\n\n"):
        head, *rows = block.split()
        assert len(rows) == HEIGHT and all(len(row) == 12 for row in rows), head
        pixels = [row.replace(".", "0").replace("#", "1") for row in rows]
        glyphs[int(head, 16)] = [int(row, 2) for row in pixels]
    return glyphs


def decoded(glyphs, prefix, codecs):
    """Maps JIS codes to code points; where the codecs differ, the glyph gets all of them."""
    found = {}
    for code, glyph in glyphs.items():
        euc = prefix + bytes([code >> 8 | 0x80, code & 0xFF | 0x80])
        for codec in codecs:
            # Python's cp932 knows Shift_JIS, whose double bytes follow from the EUC ones.
            text = shift_jis(euc) if codec == "cp932" else euc
            try:
                text = text.decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                found.setdefault(ord(text), glyph)
    return found


def shift_jis(euc):
    row, cell = euc[-2] - 0xA1, euc[-1] - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell > 62)
    return bytes([lead, trail])


def is_half(code, jis_x_0208):
    """Says which width a character with glyphs of both has."""
    char = chr(code)
    letter = unicodedata.category(char)[0] == "L"
    if letter and (code < 0x250 or 0x1E00 <= code < 0x1F00):
        return True
    return code not in jis_x_0208 and unicodedata.east_asian_width(char) in ("N", "Na", "H")


def is_shown(code, glyph):
    """Leaves out marks and controls, and blank glyphs of what is not a space."""
    category = unicodedata.category(chr(code))
    if category in ("Mn", "Me", "Cf", "Cc", "Co", "Cn"):
        return False
    return any(glyph) or category == "Zs"


def write(name, glyphs, width):
    records = [
        code.to_bytes(3, "big")
        + int("".join(f"{row:0{width}b}" for row in rows), 2).to_bytes(HEIGHT * width // 8, "big")
        for code, rows in sorted(glyphs.items())
    ]
    (HERE / name).write_bytes(b"".join(records))
    print(name, len(records), "glyphs")


def main():
    folder = pathlib.Path(sys.argv[1])

    def font(name):
        return read_pcf(next(folder.rglob(name + ".pcf.gz")))

    jis_x_0208 = decoded(font("shnmk12"), b"", ["euc_jp", "cp932"])
    plane_1 = decoded(font("K12-2004-1"), b"", ["euc_jis_2004"])
    plane_2 = decoded(font("K12-2000-2"), b"\x8f", ["euc_jis_2004"])
    # Later sources fill the gaps of earlier ones.
    full = font("f12") | plane_2 | plane_1 | jis_x_0208 | read_drawn()
    kana = {0xFF61 + code - 0xA1: glyph for code, glyph in font("shnm6x12r").items()
            if 0xA1 <= code <= 0xDF}
    half = font("h12") | font("shnm6x12a") | kana
    full, half = ({code: glyph for code, glyph in glyphs.items() if is_shown(code, glyph)}
                  for glyphs in (full, half))
    for code in range(0xF900, 0xFB00):
        # A compatibility ideograph without a glyph of its own looks like the unified one.
        unified = unicodedata.normalize("NFC", chr(code))
        if code not in full and len(unified) == 1 and ord(unified) in full:
            full[code] = full[ord(unified)]
    for code in full.keys() & half.keys():
        del (full if is_half(code, jis_x_0208) else half)[code]
    write("full.bin", full, 12)
    write("half.bin", half, 6)


main()
