"""The parts of an Excel workbook (ECMA-376 Part 2): opened with care, given back with all others byte for byte."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from accounts.errors import CrmRefused

Element: TypeAlias = etree._Element

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

#: A workbook of 500,000 rows stays well below; a zip bomb does not.
_MOST_BYTES = 512 * 1024 * 1024
_MOST_PARTS = 5_000
_MOST_RATIO = 250


class Package:
    """The parts of one workbook by name."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._infos = archive.infolist()
                _refuse_bomb(self._infos, path)
                self._parts = {info.filename: archive.read(info) for info in self._infos}
        except (
            zipfile.BadZipFile,
            RuntimeError,  # encrypted, or packed in a way nobody here knows
            OSError,
            EOFError,
            ValueError,
            zlib.error,
        ) as error:
            raise refused(path, f"is not a readable workbook: {error}") from error

    def xml(self, name: str) -> Element | None:
        """A part as a tree, or None where there is none. Raises CrmRefused for broken XML and for any DTD."""
        if name not in self._parts:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        try:
            root = etree.fromstring(self._parts[name], parser)
        except etree.XMLSyntaxError as error:
            raise refused(self.path, f"is damaged: its part {name} cannot be read ({error})") from error
        if root.getroottree().docinfo.doctype:
            raise refused(self.path, f"is no honest workbook: its part {name} declares a DTD")
        return root

    def put(self, name: str, root: Element) -> None:
        """Puts a tree in a part's place."""
        self._parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def sheets(self) -> list[tuple[str, str, bool]]:
        """Name, part and visibility of each sheet, in the workbook's order."""
        book, links = self.xml("xl/workbook.xml"), self.xml("xl/_rels/workbook.xml.rels")
        if book is None or links is None:
            raise refused(self.path, "holds no workbook; it may be another kind of zip file")
        targets = {link.get("Id"): link.get("Target", "") for link in links.iter(_PACKAGE_REL)}
        found = []
        for sheet in book.iter(f"{MAIN}sheet"):
            part = posixpath.normpath(posixpath.join("/xl", targets.get(sheet.get(_REL), ""))).lstrip("/")
            if part in self._parts:
                found.append((sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
        return found

    def to_bytes(self) -> bytes:
        """The whole file; parts keep their order, dates and way of compression."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for info in self._infos:
                copy = zipfile.ZipInfo(info.filename, info.date_time)
                copy.compress_type, copy.external_attr = info.compress_type, info.external_attr
                archive.writestr(copy, self._parts[info.filename])
        return out.getvalue()


def refused(path: Path, what: str) -> CrmRefused:
    """The error for a workbook that cannot be used."""
    return CrmRefused(
        f"{path} {what}.",
        remedy="Save it anew as .xlsx, or as CSV (UTF-8), and name that file under [crm] path.",
        crm="file",
    )


def _refuse_bomb(infos: list[zipfile.ZipInfo], path: Path) -> None:
    total = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if (
        len(infos) > _MOST_PARTS
        or total > _MOST_BYTES
        or (total > 10_000_000 and total / packed > _MOST_RATIO)
    ):
        raise refused(
            path,
            f"would unpack to {total:,} bytes in {len(infos):,} parts, which no honest list of accounts does",
        )
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise refused(path, "holds the same part twice")
