"""Between Odoo's values and ours: pointers as codes and names, blanks as blanks, places within their country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crm.remote.records import Shape

SHAPES = {
    "char": Shape.TEXT, "text": Shape.LONG_TEXT, "html": Shape.LONG_TEXT, "integer": Shape.INTEGER, "float": Shape.NUMBER,
    "monetary": Shape.NUMBER, "boolean": Shape.BOOLEAN, "date": Shape.DATE, "datetime": Shape.MOMENT,
    "selection": Shape.PICKLIST, "many2one": Shape.REFERENCE,
}  # fmt: skip
#: What `setup-crm` makes for a shape.
TYPES = {
    Shape.TEXT: "char", Shape.LONG_TEXT: "text", Shape.INTEGER: "integer", Shape.NUMBER: "float", Shape.BOOLEAN: "boolean",
    Shape.DATE: "date", Shape.MOMENT: "datetime",
}  # fmt: skip
#: Models whose rows have a word that people write: the field that holds it.
WORDED = {"res.country": "code", "res.country.state": "name", "res.partner.industry": "name"}
STATES = "res.country.state"


class Unwritable(ValueError):
    """A property of one partner that cannot take its value; `name` is the property."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(why)


@dataclass(slots=True)
class Pointers:
    """The rows that many2one fields may point to: their words by id; states also by the code of their country."""

    words: dict[str, Mapping[int, str]] = field(default_factory=dict)
    states: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def word(self, relation: str, raw: Any) -> str | None:
        """The word for a pointer as Odoo reads it out (`[id, label]`, or False)."""
        if not isinstance(raw, list | tuple) or not raw:
            return None
        return self.words.get(relation, {}).get(int(raw[0]), str(raw[1]))

    def target(self, name: str, relation: str, word: Any, country: str | None) -> int | bool:
        """The id a word stands for, False to clear. Raises Unwritable where there is none, or states of two countries fit."""
        if word in (None, False, ""):
            return False
        if relation == STATES:
            found = self.states.get((country or "", str(word)))
            if found is None:
                raise Unwritable(name, f"Odoo has no state {word!r} in the country {country or '(none)'}.")
            return found
        ids = [number for number, known in self.words.get(relation, {}).items() if known == word]
        if not ids:
            raise Unwritable(name, f"Odoo has no {word!r} among its {relation}.")
        return ids[0]


def blank_or(kind: str, raw: Any) -> Any:
    """A raw value with Odoo's blanks as False: it cannot tell a number never set from 0."""
    return False if kind in ("integer", "float", "monetary") and raw == 0 else raw


def cell(kind: str, value: Any) -> Any:
    """A value as a cell of Odoo's import, where all is text and blank clears."""
    if value is None or (value is False and kind != "boolean"):
        return ""
    return str(value) if not isinstance(value, bool) else str(int(value))


def read_stamp(text: Any) -> datetime | None:
    """A time as Odoo prints it: UTC, whole seconds, no zone."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if text else None


def stamp(at: datetime) -> str:
    """A time as Odoo wants it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
