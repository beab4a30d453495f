"""A table of one's own as a source: `[sources.NAME] kind = "table"`, with `path` and `mapping`.

Its rows go the way of every other record: found by key, offered as candidates, judged by the matcher, then read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.account import Account, Company
from accounts.catalogue import Catalogue, shipped_catalogue
from accounts.errors import ConfigError
from accounts.link import Candidate
from accounts.observation import Evidence, Observation
from accounts.values import VALUE_TYPES, Hints
from accounts.values.base import tidy
from accounts.values.place import country_code
from accounts.values.web import registrable_domain
from enrichers.base import Answer, Reading, SourceContext
from enrichers.observe import observe, passage
from enrichers.own.mapping import SCHEMES, Cell, read_mapping
from enrichers.own.table_file import Row, Table, name_key, number_key, row_digest

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_MOST = 20
_ADDRESS = ("street", "city", "region", "postcode", "country")
_EXTRACTOR = "table/1"
_SETTINGS = frozenset({"kind", "path", "mapping", "enabled"})


class TableSource:
    """One configured table; `authority` is its own word on how much it counts. The file is read once, when it is made."""

    #: Asking costs nothing, and the file may be a new one every night.
    every_days = 1

    def __init__(
        self, name: str, path: Path, mapping: Path, context: SourceContext, catalogue: Catalogue | None = None
    ) -> None:
        self.name = name
        self._clock = context.clock
        self._catalogue = catalogue or shipped_catalogue()
        self._mapping = read_mapping(mapping, self._catalogue)
        self._table = Table(path, self._mapping)
        self.authority = self._mapping.authority
        self.cost = self._mapping.cost
        self.licence = self._mapping.licence
        self.provides = frozenset(cell.field for cell in self._mapping.cells)
        self.needs = self._needs()

    def _needs(self) -> frozenset[str]:
        if self._mapping.account_id:
            return frozenset()
        needs = set(self._mapping.identifiers)
        needs |= {"website", "domain", "email"} if self._mapping.domain else set()
        needs |= {"name", "legal_name"} if self._mapping.name else set()
        return frozenset(needs)

    def search(self, account: Account) -> Answer[Candidate]:
        """The rows that may be this account: of its id or number at once, else of its domain and its names."""
        candidates: dict[str, Candidate] = {}
        for number, stated in self._found(account):
            row = self._table.row(number)
            made = Candidate(self.name, self._company(number, row), self._url(number), stated)
            candidates.setdefault(made.company.id, made)
        if not candidates:
            return Answer.not_found()
        return Answer.of(tuple(candidates.values())[:_MOST], cost=self.cost)

    def _found(self, account: Account) -> Iterator[tuple[int, bool]]:
        """Row numbers, and whether the account itself names the row: by its id, its number, or a domain of one row."""
        rows = self._table.rows_for
        for number in rows("account_id", tidy(account.id)):
            yield number, True
            return
        for scheme in SCHEMES:
            for number in rows(scheme, number_key(scheme, account.get(scheme) or "")):
                yield number, True
        domains = {registrable_domain(account.get(f) or "") for f in ("website", "domain", "email")} - {None}
        for domain in sorted(map(str, domains)):
            sharing = rows("domain", domain)
            for number in sharing[:_MOST]:
                yield number, len(sharing) == 1
        for name in dict.fromkeys(name_key(account.get(f) or "") for f in ("name", "legal_name")):
            for number in rows("name", name)[:_MOST]:
                yield number, False

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the row says, one observation a value; values the field's type refuses are told and left out."""
        number = self._number(candidate)
        if number is None:
            return Answer.not_found("the table has no such row any more")
        row = self._table.row(number)
        at, trouble = self._observed_at(row)
        if at is None:
            return Answer.of((Reading(),), error=trouble)
        hints = Hints(self._country(row) or country_code(account.get("country") or ""))
        seen: dict[str, Observation] = {}
        refused = []
        for cell, text in self._texts(row):
            made = self._observed(account, candidate, cell, text, row, at, hints)
            if made is None:
                refused.append(f"{cell.column}: {text[:40]!r} is no {cell.field}")
            else:
                seen.setdefault(made.id, made)
        return Answer.of((Reading(tuple(seen.values())),), error="; ".join(refused))

    def _observed(
        self, account: Account, candidate: Candidate, cell: Cell, text: str, row: Row, at: datetime, hints: Hints
    ) -> Observation | None:  # fmt: skip
        evidence = Evidence(
            candidate.url, passage(f"{cell.column}: {text}"), self._clock.now(), cell.column, row_digest(row)
        )
        return observe(
            self._catalogue, account.id, cell.field, text, source=self.name, record_id=candidate.company.id,
            evidence=evidence, confidence=cell.confidence, extractor=_EXTRACTOR, at=at, hints=hints, kind=cell.kind,
        )  # fmt: skip

    def _texts(self, row: Row) -> Iterator[tuple[Cell, str]]:
        for cell in self._mapping.cells:
            text = row.get(cell.column, "")
            for part in text.split(cell.split) if cell.split else [text]:
                if part.strip():
                    yield cell, part.strip()

    def _number(self, candidate: Candidate) -> int | None:
        digits = candidate.url.rpartition("#row=")[2]
        number = int(digits) - 1 if digits.isdecimal() else -1
        return number if self._table.records.get(number) == candidate.company.id else None

    def _url(self, number: int) -> str:
        return f"table:{self.name}/{self._table.path.name}#row={number + 1}"

    def _observed_at(self, row: Row) -> tuple[datetime | None, str]:
        """When the row was true: its own date, the mapping's, or the file's; never later than now."""
        now = self._clock.now()
        if self._mapping.observed_column:
            text = row.get(self._mapping.observed_column, "")
            at = _instant(text)
            told = f"{self._mapping.observed_column}: {text!r} is no date; the row is left out"
            return (min(at, now), "") if at else (None, told)
        if self._mapping.observed_at:
            return min(self._mapping.observed_at, now), ""
        modified = datetime.fromtimestamp(self._table.path.stat().st_mtime, UTC)
        return min(modified.replace(microsecond=0), now), ""

    def _country(self, row: Row) -> str | None:
        return country_code(self._first(row, "country") or "")

    def _first(self, row: Row, field: str) -> str | None:
        return next((text for cell, text in self._texts(row) if cell.field == field), None)

    def _company(self, number: int, row: Row) -> Company:
        m = self._mapping
        names = [row.get(m.name or "", ""), *(self._first(row, f) or "" for f in ("name", "legal_name"))]
        sites = [row.get(m.domain or "", ""), *(self._first(row, f) or "" for f in ("website", "domain"))]
        address = {part: text for part in _ADDRESS if (text := self._first(row, part))}
        if country := self._country(row):
            address["country"] = country
        numbers = {scheme: row.get(column, "") for scheme, column in m.identifiers.items()}
        numbers |= {s: self._first(row, s) or "" for s in SCHEMES if s in self.provides}
        phones = [text for cell, text in self._texts(row) if cell.field == "phone"]
        return Company(
            id=self._table.records[number],
            names=tuple(dict.fromkeys(n for n in names if n)),
            websites=tuple(dict.fromkeys(s for s in sites if s)),
            phones=tuple(dict.fromkeys(phones)),
            address=address,
            identifiers={scheme: text for scheme, text in numbers.items() if number_key(scheme, text)},
            industry=self._first(row, "industry"),
            description=self._first(row, "description"),
        )


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        day = VALUE_TYPES["date"].canonical(text)
        moment = datetime.fromisoformat(day) if day else None  # type: ignore[assignment]
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def open_table(
    name: str, settings: dict[str, Any], folder: Path, config: Path, context: SourceContext
) -> TableSource:
    """The source of `[sources.NAME] kind = "table"`; paths are relative to `folder`. Raises ConfigError."""
    where = f"[sources.{name}]"
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{config}: {name!r} is no name for a source.",
            remedy="Use small letters, digits and _, beginning with a letter.",
            path=config,
            key=f"sources.{name}",
        )
    for key in settings:
        if key not in _SETTINGS:
            raise ConfigError(
                f"{config}: {where} {key} is not a setting of a table.",
                remedy=f"Known there: {', '.join(sorted(_SETTINGS))}; the rest belongs into its mapping.",
                path=config,
                key=f"sources.{name}.{key}",
            )
    for key in ("path", "mapping"):
        if not isinstance(settings.get(key), str) or not settings[key].strip():
            raise ConfigError(
                f"{config}: {where} {key} is not set.",
                remedy="Name the file there.",
                path=config,
                key=f"sources.{name}.{key}",
            )
    return TableSource(name, folder / settings["path"], folder / settings["mapping"], context)
