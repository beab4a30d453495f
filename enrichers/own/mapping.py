"""The mapping of a table of one's own: which column is which field, what names an account, and how much it counts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from accounts.catalogue import Catalogue
from accounts.clock import parse_instant
from accounts.errors import ConfigError, UnknownField

#: Numbers a row may be found by; each is a catalogue field too.
SCHEMES = ("uscc", "lei", "cik", "company_number")
_SHAPE = "A mapping has authority: 0–1, match: (account_id, domain, name or identifiers), and fields: (field: column)."


@dataclass(frozen=True, slots=True)
class Cell:
    """A column that holds a field; `split` parts it into several values, `kind` is theirs (a phone's `main`)."""

    field: str
    column: str
    confidence: float
    kind: str | None
    split: str | None


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping file. Columns are named as in the table; `identifiers` maps a scheme to its column.

    `authority` (0–1) is what the table counts for in survivorship, over all its fields. `observed_at` is one time
    for all rows (UTC), `observed_column` one for each; where neither is given, the file's own date counts.
    """

    path: Path
    authority: float
    licence: str
    cost: float
    encoding: str | None
    delimiter: str | None
    record: str | None
    account_id: str | None
    domain: str | None
    name: str | None
    identifiers: Mapping[str, str]
    observed_at: datetime | None
    observed_column: str | None
    cells: tuple[Cell, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping names, once."""
        keys = (self.record, self.account_id, self.domain, self.name, self.observed_column)
        named = [*keys, *self.identifiers.values(), *(c.column for c in self.cells)]
        return tuple(dict.fromkeys(name for name in named if name))


class _Cell(BaseModel):
    model_config = ConfigDict(extra="forbid")

    column: str
    confidence: float | None = Field(default=None, gt=0, le=1)
    kind: str | None = None
    split: str | None = Field(default=None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _column_alone(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given


class _Match(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account_id: str | None = None
    domain: str | None = None
    name: str | None = None
    identifiers: dict[str, str] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: _Match
    fields: dict[str, _Cell] = Field(min_length=1)
    authority: float = Field(ge=0, le=1)
    confidence: float = Field(default=0.8, gt=0, le=1)
    observed_at: date | datetime | str | None = None
    record: str | None = None
    licence: str = "own data"
    cost: float = Field(default=0.0, ge=0)
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)


def read_mapping(path: Path, catalogue: Catalogue) -> TableMapping:
    """The mapping in a YAML file.

    Raises ConfigError naming file, key and remedy: unreadable, an unknown key, a value out of bounds, nothing to match
    on; UnknownField for a field the catalogue does not have.
    """
    raw = _load(path)
    try:
        given = _File.model_validate(raw)
    except ValidationError as error:
        raise _explain(path, error) from error
    for name in given.fields:
        if name not in catalogue:
            near = tuple(difflib.get_close_matches(name, catalogue.names(), n=2))
            raise UnknownField(name, near=near)
    _check_match(path, given.match)
    at, column = _time(given.observed_at)
    match = given.match
    return TableMapping(
        path, given.authority, given.licence, given.cost, given.encoding, given.delimiter, given.record,
        match.account_id, match.domain, match.name, match.identifiers, at, column,
        tuple(_cell(name, cell, given.confidence) for name, cell in given.fields.items()),
    )  # fmt: skip


def _load(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no mapping {path}.", remedy=_SHAPE, path=path) from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", remedy="It must be UTF-8.", path=path
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(
            f"{path} is no valid YAML: {error}.", remedy="Mend that line.", path=path
        ) from error


def _explain(path: Path, error: ValidationError) -> ConfigError:
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return ConfigError(f"{path}: {key} is not a setting.", remedy=_SHAPE, path=path, key=key)
    return ConfigError(f"{path}: {key or 'the file'}: {fault['msg']}.", remedy=_SHAPE, path=path, key=key)


def _check_match(path: Path, match: _Match) -> None:
    unknown = set(match.identifiers) - set(SCHEMES)
    if unknown:
        raise ConfigError(
            f"{path}: match.identifiers.{min(unknown)} is no number we know.",
            remedy=f"There are {', '.join(SCHEMES)}.",
            path=path,
            key=f"match.identifiers.{min(unknown)}",
        )
    if not (match.account_id or match.domain or match.name or match.identifiers):
        raise ConfigError(
            f"{path}: nothing says which row is which account.",
            remedy="Name a column under match: account_id, domain, name or identifiers.",
            path=path,
            key="match",
        )


def _time(given: date | datetime | str | None) -> tuple[datetime | None, str | None]:
    """A date for all rows, or the name of the column that has one."""
    if given is None:
        return None, None
    text = given if isinstance(given, str) else given.isoformat()
    try:
        return parse_instant(text).astimezone(UTC), None
    except ValueError:
        return None, text


def _cell(name: str, given: _Cell, confidence: float) -> Cell:
    return Cell(name, given.column, given.confidence or confidence, given.kind, given.split)
