"""The part of SOQL that clients of the simulated Salesforce use: SELECT with one level of sub-queries, WHERE … AND …, ORDER BY, LIMIT."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<stamp>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*(?:\(\))?)|(?P<sign><=|>=|!=|[=<>(),]))"
)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_WORDS = frozenset({"from", "where", "order", "limit", "and", "all"})


class Malformed(Exception):
    """A query that cannot be read."""


@dataclass(frozen=True, slots=True)
class Select:
    """One parsed query. `where` holds (field, sign, value); `order` (field, descending)."""

    fields: tuple[str, ...]
    children: tuple[Select, ...]
    table: str
    where: tuple[tuple[str, str, Any], ...]
    order: tuple[tuple[str, bool], ...]
    limit: int | None


def parse(text: str) -> Select:
    """The query in a text. Raises Malformed."""
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Malformed(f"unexpected token: {text[at : at + 20]}")
        tokens.append((found.lastgroup, found.group(found.lastgroup)))
        at = found.end()
    reader = _Reader(tokens)
    query = reader.select()
    if reader.tokens:
        raise Malformed(f"unexpected token: {reader.tokens[0][1]}")
    return query


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def take(self, word: str | None = None) -> str:
        if not self.tokens:
            raise Malformed("unexpected end of query")
        _, value = self.tokens.pop(0)
        if word is not None and value.lower() != word:
            raise Malformed(f"unexpected token: {value}")
        return value

    def meets(self, word: str) -> bool:
        if self.tokens and self.tokens[0][1].lower() == word:
            self.tokens.pop(0)
            return True
        return False

    def select(self) -> Select:
        self.take("select")
        fields: list[str] = []
        children: list[Select] = []
        while True:
            if self.meets("("):
                children.append(self.select())
                self.take(")")
            else:
                fields.append(self.take())
            if not self.meets(","):
                break
        self.take("from")
        table = self.take()
        where: list[tuple[str, str, Any]] = []
        if self.meets("where"):
            where += self.conditions()
        return Select(tuple(fields), tuple(children), table, tuple(where), self.order(), self.limit())

    def conditions(self) -> list[tuple[str, str, Any]]:
        found: list[tuple[str, str, Any]] = []
        while True:
            if self.meets("("):
                found += self.conditions()
                self.take(")")
            else:
                found.append(self.condition())
            if not self.meets("and"):
                return found

    def condition(self) -> tuple[str, str, Any]:
        name, sign = self.take(), self.take().lower()
        if sign != "in":
            if sign not in _SIGNS:
                raise Malformed(f"unexpected token: {sign}")
            return name, sign, self.literal()
        self.take("(")
        values = [self.literal()]
        while self.meets(","):
            values.append(self.literal())
        self.take(")")
        return name, "in", frozenset(values)

    def literal(self) -> Any:
        if not self.tokens:
            raise Malformed("unexpected end of query")
        kind, value = self.tokens.pop(0)
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", value[1:-1])
        if kind == "stamp":
            return datetime.fromisoformat(value)
        if kind == "number":
            return float(value)
        if value.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[value.lower()]
        raise Malformed(f"unexpected token: {value}")

    def order(self) -> tuple[tuple[str, bool], ...]:
        if not self.meets("order"):
            return ()
        self.take("by")
        found: list[tuple[str, bool]] = []
        while True:
            name = self.take()
            found.append((name, self.meets("desc")))
            self.meets("asc")
            if not self.meets(","):
                return tuple(found)

    def limit(self) -> int | None:
        return int(self.take()) if self.meets("limit") else None


def choose(query: Select, rows: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The rows a query asks for, in its order; instants compare as datetimes. A blank compares with nothing but null."""
    found = [
        row for row in rows if all(_holds(row.get(name), sign, value) for name, sign, value in query.where)
    ]
    for name, descending in reversed(query.order):
        found.sort(key=lambda row: (row.get(name) is not None, row.get(name)), reverse=descending)
    return found[: query.limit] if query.limit is not None else found


def _holds(found: Any, sign: str, value: Any) -> bool:
    if sign == "in":
        return found in value
    if value is None or found is None:
        return (
            (found is None) == (value is None)
            if sign == "="
            else (found is None) != (value is None) and sign == "!="
        )
    try:
        return _SIGNS[sign](found, value)
    except TypeError:
        return False
