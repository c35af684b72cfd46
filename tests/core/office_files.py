"""Real files of other formats, built byte by byte: an old .xls, an encrypted workbook, and the container of both."""

import hashlib
import struct
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
BIG = 4096  # smaller streams would live in a container within the container


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (OLE, CFB version 3) with these streams in its root."""
    names = sorted(streams, key=lambda n: (len(n), n.upper()))
    contents = [streams[n].ljust(BIG, b"\0") for n in names]
    directory_sectors = -(-(len(names) + 1) // 4)
    data_sectors = [-(-len(c) // SECTOR) for c in contents]
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + sum(data_sectors):
        fat_sectors += 1
    fat = [FAT_SECTOR] * fat_sectors + chain(fat_sectors, directory_sectors)
    entries = [entry("Root Entry", 5, child=1)]
    for index, (name, content, size) in enumerate(zip(names, contents, data_sectors, strict=True), 1):
        right = index + 1 if index < len(names) else FREE
        entries.append(entry(name, 2, right=right, start=len(fat), size=len(content)))
        fat += chain(len(fat), size)
    fat += [FREE] * (fat_sectors * 128 - len(fat))
    entries += [entry("", 0)] * (directory_sectors * 4 - len(entries))
    head = struct.pack("<8s16s5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors,
                       fat_sectors, 0, BIG, END, 0, END, 0)  # fmt: skip
    places = [*range(fat_sectors), *[FREE] * (109 - fat_sectors)]
    body = b"".join(c.ljust(n * SECTOR, b"\0") for c, n in zip(contents, data_sectors, strict=True))
    return head + struct.pack("<109I", *places) + struct.pack(f"<{len(fat)}I", *fat) + b"".join(entries) + body


def chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), END]


def entry(name: str, kind: int, right: int = FREE, child: int = FREE, start: int = END, size: int = 0) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    return struct.pack(
        "<64sHBB3I16sI8s8sIQ", text, length, kind, 1, FREE, right, child, b"", 0, b"", b"", start if size else END, size
    )


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def begin(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


def xls(rows: list[list[Any]], title: str = "Sheet1") -> bytes:
    """A workbook of Excel 97 (BIFF8) with one sheet of texts and numbers."""
    width = max(map(len, rows))
    cells = [record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, (int, float)):
                cells.append(record(0x0203, place + struct.pack("<d", value)))
            elif value not in ("", None):
                text = str(value)
                cells.append(record(0x0204, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")))
    name = title.encode("utf-16-le")
    head = begin(0x0005) + record(0x0042, struct.pack("<H", 1200))
    offset = len(head) + 4 + 8 + len(name) + 4
    sheet = record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(title), 1) + name)
    return compound({"Workbook": head + sheet + record(0x000A) + begin(0x0010) + b"".join(cells) + record(0x000A)})


def encrypted(workbook: bytes, password: str) -> bytes:
    """An .xlsx under a password, as Office 2007 writes it (ECMA-376 standard encryption, AES-128)."""
    salt, proof = bytes(range(16)), bytes(range(16, 32))
    digest = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
    for n in range(50_000):
        digest = hashlib.sha1(struct.pack("<I", n) + digest).digest()
    digest = hashlib.sha1(digest + bytes(4)).digest()
    key = hashlib.sha1(bytes(0x36 ^ b for b in digest.ljust(64, b"\0"))).digest()[:16]

    def lock(data: bytes) -> bytes:
        engine = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return engine.update(data + bytes(-len(data) % 16)) + engine.finalize()

    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    verifier = struct.pack("<I16s16sI", 16, salt, lock(proof), 20) + lock(hashlib.sha1(proof).digest())
    info = struct.pack("<HHII", 4, 2, 0x24, len(header)) + header + verifier
    package = struct.pack("<Q", len(workbook)) + lock(workbook)
    return compound({"EncryptionInfo": info, "EncryptedPackage": package})
