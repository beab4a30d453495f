"""What may be written into a table that people open in a spreadsheet: never a formula."""

from __future__ import annotations

import re

#: A cell that starts so is run by Excel, LibreOffice or Google Sheets (OWASP, "CSV Injection"); full-width forms too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PHONE = re.compile(r"\+\d[\d ()./-]*(?: ?(?:x|ext\.?) ?\d{1,6})?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")

#: Stands for "clear this" in files for import wizards, and for "blank on purpose" in a CRM's own file.
CLEAR_MARK = "#N/A"


def formula_problem(value: str) -> str | None:
    """Why a spreadsheet might run a value as a formula, in words, or None.

    Plain international phone numbers and plain numbers are let through: they hold nothing a spreadsheet could run.

    >>> formula_problem("+1 303-555-0100"), formula_problem("=1+1")
    (None, "starts with '=', which a spreadsheet would run as a formula")
    """
    bare = value.lstrip(" \u00a0\u3000\ufeff")
    if not bare.startswith(_STARTS) or _PHONE.fullmatch(bare) or _NUMBER.fullmatch(bare):
        return None
    return f"starts with {bare[0]!r}, which a spreadsheet would run as a formula"


def blank_or(text: str | None) -> str | None:
    """The text of a cell, or None where it is blank or says that it is blank on purpose."""
    if text is None or not text.strip() or text.strip() == CLEAR_MARK:
        return None
    return text
