"""Cells of a worksheet as text: shared strings, numbers, dates by their number format (ECMA-376 Part 1, §18)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.xlsx_package import MAIN, Element, Package

#: Built-in number formats that show a date or a time (§18.8.30; 27–36 and 50–58 are the East Asian ones).
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERAL = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read a cell: the shared strings, which styles are dates, when day 0 was."""

    strings: tuple[str, ...]
    date_styles: frozenset[int]
    epoch: datetime

    @classmethod
    def of(cls, package: Package) -> Reader:
        """The reader of one workbook."""
        book = package.xml("xl/workbook.xml")
        properties = book.find(f"{MAIN}workbookPr") if book is not None else None
        since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        return cls(
            tuple(_strings(package)), frozenset(_date_styles(package)),
            datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30),  # noqa: DTZ001 - cells know no zone
        )  # fmt: skip

    def text(self, cell: Element) -> str:
        """The text of a cell as a person would read it out; dates in ISO 8601, numbers without a format."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _joined(cell.find(f"{MAIN}is"))
        raw = cell.findtext(f"{MAIN}v") or ""
        if kind == "s":
            return self.strings[int(raw)] if raw.isdigit() and int(raw) < len(self.strings) else ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if kind == "n" and raw:
            return self._number(raw, int(cell.get("s", "0")))
        return raw

    def _number(self, raw: str, style: int) -> str:
        try:
            value = float(raw)
            if style in self.date_styles:
                moment = self.epoch + timedelta(seconds=round(value * 86_400))
                return (
                    moment.date().isoformat()
                    if moment.time() == datetime.min.time()
                    else moment.isoformat(" ")
                )
            return str(int(value)) if value.is_integer() else repr(value)
        except (ValueError, OverflowError):
            return raw


def _strings(package: Package) -> list[str]:
    root = package.xml("xl/sharedStrings.xml")
    return [] if root is None else [_joined(item) for item in root.iterchildren(f"{MAIN}si")]


def _joined(item: Element | None) -> str:
    """The runs of a rich text, without its phonetic readings."""
    if item is None:
        return ""
    runs = [item, *item.iterchildren(f"{MAIN}r")]
    return "".join(t.text or "" for run in runs for t in run.iterchildren(f"{MAIN}t"))


def _date_styles(package: Package) -> list[int]:
    root = package.xml("xl/styles.xml")
    if root is None:
        return []
    own = {f.get("numFmtId", ""): f.get("formatCode", "") for f in root.iter(f"{MAIN}numFmt")}
    formats = root.find(f"{MAIN}cellXfs")
    styles = [] if formats is None else list(formats.iterchildren(f"{MAIN}xf"))
    return [n for n, style in enumerate(styles) if _is_date(style.get("numFmtId", "0"), own)]


def _is_date(name: str, own: dict[str, str]) -> bool:
    if name in own:
        return bool(re.search(r"[ymdhs年月日]", _LITERAL.sub("", own[name]), re.IGNORECASE))
    return name.isdigit() and int(name) in _DATE_FORMATS
