"""Filed documents of EDGAR: the items an 8-K speaks to, the header of a submission, the list of a filing's files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.errors import SourceBroken
from accounts.values.base import tidy
from enrichers.readers import reader
from enrichers.registry.edgar_items import told_by
from enrichers.shapes import day, dig, load_object, objects, text
from enrichers.web.charset import decode
from enrichers.web.plain import plain

_ITEM = re.compile(r"\bitem\W{1,12}(\d\.\d\d)\W{0,12}([^\n]{0,200})", re.IGNORECASE)
_HEADER = re.compile(r"^[ \t]*([A-Z][A-Z0-9 ]{2,40}):[ \t]*(.*)$", re.MULTILINE)
_LONGEST = 3_000_000


@dataclass(frozen=True, slots=True)
class DocumentItem:
    """One item of an 8-K's text, with its heading or first words."""

    label: str
    heading: str


def items_in(body: bytes) -> tuple[DocumentItem, ...]:
    """The items a document speaks to, each once, in its order."""
    shown = plain(decode(body[:_LONGEST], {}), _LONGEST, packed=False).replace("\xa0", " ")
    found: dict[str, str] = {}
    for match in _ITEM.finditer(shown):
        heading = tidy(match[2]) or tidy(shown[match.end() : match.end() + 200].lstrip().split("\n")[0])
        if not found.get(match[1]):
            found[match[1]] = heading[:200]
    return tuple(DocumentItem(label, heading) for label, heading in found.items())


def header_of(body: bytes) -> dict[str, Any]:
    """The header of a submission: form, filer, former names with their days. Raises SourceBroken where there is none."""
    told = decode(body[:_LONGEST], {})
    if "CONFORMED SUBMISSION TYPE" not in told:
        raise SourceBroken("The answer has no header of a submission.")
    header: dict[str, Any] = {"former_names": []}
    names = {
        "ACCESSION NUMBER": "filing", "CONFORMED SUBMISSION TYPE": "form", "COMPANY CONFORMED NAME": "legal_name",
        "CENTRAL INDEX KEY": "cik", "STANDARD INDUSTRIAL CLASSIFICATION": "industry", "STATE OF INCORPORATION": "incorporated_in",
        "FISCAL YEAR END": "fiscal_year_end", "FILED AS OF DATE": "filed", "BUSINESS PHONE": "phone",
    }  # fmt: skip
    for label, value in _HEADER.findall(told[:200_000]):
        if label == "FORMER CONFORMED NAME":
            header["former_names"].append({"name": tidy(value), "changed": None})
        elif label == "DATE OF NAME CHANGE" and header["former_names"]:
            header["former_names"][-1]["changed"] = _day(value)
        elif label in names:
            header.setdefault(names[label], tidy(value))
    return header


@reader("edgar-document")
def read_document(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a filed document: an 8-K's items with the class each tells, a submission's header, or a filing's files.

    A document of none of these is one row with its words counted.
    """
    start = body[:200].lstrip()
    if start.startswith(b"{"):
        for file in objects(dig(load_object(body, "a list of files"), "directory", "item")):
            yield {
                "name": text(file.get("name")),
                "modified": text(file.get("last-modified")),
                "size": text(file.get("size")),
            }
        return
    if b"CONFORMED SUBMISSION TYPE" in body[:5000]:
        yield header_of(body)
        return
    items = items_in(body)
    for item in items:
        told = told_by("8-K", item.label)
        yield {"item": item.label, "class": told[0].signal_class if told else "", "heading": item.heading}
    words = len(plain(decode(body[:_LONGEST], {}), _LONGEST, packed=False).split())
    if not items and words < 20:
        raise SourceBroken("The answer is no filed document.")
    if not items:
        yield {"item": "", "class": "", "heading": f"{words} words"}


def _day(told: str) -> str:
    """The day of `20180309` in ISO form; empty where it is none."""
    told = told.strip()
    found = day(f"{told[:4]}-{told[4:6]}-{told[6:8]}") if told.isdecimal() else None
    return found.isoformat() if found else ""
