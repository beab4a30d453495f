"""Finds the encoding of a text file and decodes it so that encoding again gives the same bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from accounts.errors import ConfigError, CrmRefused

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, with what is needed to give its bytes back. `guessed`: no mark and not UTF-8, so told to people."""

    text: str
    encoding: str
    bom: bytes = b""
    guessed: bool = False

    def encode(self, text: str) -> bytes:
        """A text as this file's bytes. Raises UnicodeEncodeError for a character the encoding lacks."""
        return self.bom + text.encode(self.encoding)


def decode(data: bytes, path: Path, configured: str | None = None) -> Decoded:
    """The file's text: by configuration, byte order mark, strict UTF-8, or (GB 18030, Windows-1252) a guess.

    Raises CrmRefused naming the offset of the first byte that cannot be read and the remedy; ConfigError for an
    encoding that does not exist.
    """
    bom, name, guessed = _encoding_of(data, path, configured)
    try:
        text = data[len(bom) :].decode(name)
    except UnicodeDecodeError as error:
        raise _refusal(path, name, len(bom) + error.start, data, configured) from None
    decoded = Decoded(text, name, bom, guessed)
    if name not in ("utf-8", "utf-16-le", "utf-16-be") and decoded.encode(text) != data:
        raise CrmRefused(
            f"{path} read as {name} would not be written back byte for byte.",
            remedy="Name the file's real encoding under [crm] encoding, or save the file as UTF-8.",
            crm="file",
        )
    return decoded


def _encoding_of(data: bytes, path: Path, configured: str | None) -> tuple[bytes, str, bool]:
    marked = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), None)
    if configured is not None:
        name = _known(configured)
        if marked is not None and (marked[1] == name or name in ("utf-8-sig", "utf-16", "utf-32")):
            return (*marked, False)
        return (
            b"",
            {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name),
            False,
        )
    if marked is not None:
        return (*marked, False)
    if b"\0" in data[:4096]:
        even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        return b"", "utf-16-be" if even > odd else "utf-16-le", True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return b"", _guess(data, path, error.start), True
    return b"", "utf-8", False


def _known(configured: str) -> str:
    name = configured.strip().lower().replace("_", "-")
    name = {
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "utf8": "utf-8",
        "latin-1": "cp1252",
        "iso-8859-1": "cp1252",
    }.get(name, name)
    try:
        "".encode(name)
        codecs.lookup(name)
    except LookupError:
        raise ConfigError(
            f"[crm] encoding is {configured!r}, which does not exist.",
            remedy="Use utf-8, utf-16, gb18030, cp1252 or another name of Python's codecs.",
            key="crm.encoding",
        ) from None
    return name


def _guess(data: bytes, path: Path, bad_offset: int) -> str:
    """GB 18030 or Windows-1252 for what is not UTF-8; refuses mostly-UTF-8 with a few bad bytes, and anything else."""
    sample = data[:_SAMPLE] if bad_offset < _SAMPLE else data
    lenient = sample.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= c <= "\udcff" for c in lenient)
    good = sum(c > "\x7f" for c in lenient) - bad
    if good > bad:
        raise _refusal(path, "utf-8", bad_offset, data, None)
    runs = _HIGH.findall(sample)
    paired = sum(len(run) for run in runs if len(run) % 2 == 0 and min(run) >= 0xA1)
    short = sum(len(run) for run in runs if len(run) <= 2)
    total = sum(map(len, runs))
    for name, share in (("gb18030", paired if short < 0.9 * total else 0), ("cp1252", short)):
        if share > 0.6 * total and _decodes(data, name):
            return name
    raise _refusal(path, "utf-8", bad_offset, data, None)


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _refusal(path: Path, name: str, offset: int, data: bytes, configured: str | None) -> CrmRefused:
    line = data.count(b"\n", 0, offset) + 1
    byte = f"0x{data[offset]:02X}" if offset < len(data) else "the end"
    remedy = (
        "Correct [crm] encoding: it does not fit this file."
        if configured
        else "Save the file as UTF-8, or name its encoding under [crm] encoding (gb18030, cp1252, …)."
    )
    return CrmRefused(
        f"{path} is not valid {name}: byte {offset} ({byte}, line {line}) cannot be read.",
        remedy=remedy,
        crm="file",
    )
