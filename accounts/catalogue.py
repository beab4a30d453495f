"""The field catalogue: what a field is, how long it stays true, and who may write it.

One YAML file a category under `accounts/fields/`; everything that knows about fields reads it here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from accounts.change import Policy
from accounts.errors import ConfigError, UnknownField
from accounts.values import VALUE_TYPES, Hints, ValueType, no_hints

_KINDS = {
    "companies_house": "registry", "opencorporates": "registry", "qichacha": "registry", "tianyancha": "registry",
    "edgar_facts": "edgar",
}  # fmt: skip
"""Sources of one standing, under the one name that `authority` gives them."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the catalogue.

    `ttl_days`: how long a value is trusted unseen. `hold_days`: how long a person's edit is left alone.
    `authority`: sources by rank, best first. `min_confidence`: the bar below which nothing is replaced.
    `prefer_kinds` order what may fill a CRM's one cell; `never_kinds` may confirm what stands there but never fill
    it; `wrong_kinds` (a fax for a phone) do neither.
    `free_wording`: two right answers may be worded differently (an industry, a description), so another wording is no
    reason to ask a person about a value that is not stale. `many`: several values may be true at once. `weight`: what a right value is worth when work is ordered.
    Not `judged` is what belongs to the CRM alone (who owns an account): read, never stale, never looked for, never written.
    `crm`: names of the column or property per CRM kind, the first that exists is used.
    """

    name: str
    category: str
    type: str
    label_en: str
    label_zh: str
    ttl_days: int
    hold_days: int
    min_confidence: float
    authority: tuple[str, ...]
    policy: Policy
    sensitive: bool
    many: bool
    prefer_kinds: tuple[str, ...]
    never_kinds: tuple[str, ...]
    wrong_kinds: tuple[str, ...]
    weight: float
    free_wording: bool
    crm: Mapping[str, tuple[str, ...]]
    judged: bool = True

    @property
    def value_type(self) -> ValueType:
        """The field's type, which normalises, compares and checks its values."""
        return VALUE_TYPES[self.type]

    @property
    def joined(self) -> bool:
        """True where several values share one cell, set off by semicolons."""
        return self.many and not self.prefer_kinds

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The identity of what a CRM's cell holds; of several values in any order, the keys in order."""
        if not self.joined:
            return self.value_type.key(text, hints)
        return ";".join(sorted({self.value_type.key(piece, hints) for piece in self.pieces(text)}))

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """What is wrong with what a cell holds, in words, or None; of several values the first one's."""
        told = (self.value_type.problem(piece, hints) for piece in self.pieces(text))
        return next((problem for problem in told if problem), None)

    def pieces(self, text: str) -> list[str]:
        """The values in a cell: one, or several where the field joins them."""
        parts = re.split(r"[;；\n]", text) if self.joined else [text]
        return [part.strip() for part in parts if part.strip()] or [text]

    def authority_of(self, source: str) -> float:
        """How much a source counts for this field: 1 for the first named, falling; 0.3 where not named.

        A source not named itself counts as its kind does, where that is named (`registry`).
        """
        try:
            rank = self.authority.index(source if source in self.authority else _KINDS.get(source, source))
        except ValueError:
            return 0.3
        return max(0.4, 1.0 - 0.15 * rank)

    def columns(self, crm: str) -> tuple[str, ...]:
        """The names the field goes by in a kind of CRM."""
        return self.crm.get(crm, (self.name,))


class _Label(BaseModel):
    """What people call a field: in both languages."""

    model_config = ConfigDict(extra="forbid")

    en: str
    zh: str


class _Entry(BaseModel):
    """One field as written in YAML."""

    model_config = ConfigDict(extra="forbid")

    name: str
    type: str
    label: _Label
    ttl_days: int = Field(ge=1)
    hold_days: int = Field(default=180, ge=30)
    min_confidence: float = Field(default=0.6, ge=0, le=1)
    authority: list[str] = []
    policy: Policy = Policy.REPLACE_STALE
    sensitive: bool = False
    many: bool = False
    prefer_kinds: list[str] = []
    never_kinds: list[str] = []
    wrong_kinds: list[str] = []
    weight: float = Field(default=1.0, ge=0)
    free_wording: bool = False
    crm: dict[str, list[str]] = {}
    judged: bool = True

    def spec(self, category: str) -> FieldSpec:
        """The frozen form."""
        return FieldSpec(
            self.name, category, self.type, self.label.en, self.label.zh, self.ttl_days, self.hold_days,
            self.min_confidence, tuple(self.authority), self.policy, self.sensitive, self.many,
            tuple(self.prefer_kinds), tuple(self.never_kinds), tuple(self.wrong_kinds), self.weight, self.free_wording,
            {kind: tuple(names) for kind, names in self.crm.items()}, self.judged,
        )  # fmt: skip


class Catalogue:
    """All fields, by name, in the order of their files."""

    def __init__(self, specs: Mapping[str, FieldSpec]) -> None:
        self._specs = dict(specs)

    def __iter__(self) -> Iterator[FieldSpec]:
        return iter(self._specs.values())

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __len__(self) -> int:
        return len(self._specs)

    def __getitem__(self, name: str) -> FieldSpec:
        try:
            return self._specs[name]
        except KeyError:
            near = tuple(difflib.get_close_matches(name, self._specs, n=2))
            raise UnknownField(name, near=near) from None

    def names(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(self._specs)

    def overridden(self, overrides: Mapping[str, Mapping[str, Any]]) -> Catalogue:
        """The catalogue with settings of single fields replaced, as `[fields.NAME]` in the TOML asks.

        Raises UnknownField for a field that does not exist.
        """
        specs = dict(self._specs)
        for name, settings in overrides.items():
            specs[name] = replace(self[name], **settings)
        return Catalogue(specs)


def parse_fields(category: str, text: str, origin: str) -> Iterator[FieldSpec]:
    """The fields of one YAML file. Raises ConfigError naming the file and entry that is wrong."""
    try:
        entries = yaml.safe_load(text) or []
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{origin} is no valid YAML: {error}.", remedy="Mend that line.") from error
    if not isinstance(entries, list):
        raise ConfigError(f"{origin} holds no list of fields.", remedy="Each begins with `- name:`.")
    for raw in entries:
        try:
            entry = _Entry.model_validate(raw)
        except ValueError as error:
            name = raw.get("name", "?") if isinstance(raw, dict) else "?"
            raise ConfigError(f"{origin}: field {name}: {error}", key=str(name)) from error
        if entry.type not in VALUE_TYPES:
            raise ConfigError(
                f"{origin}: field {entry.name} has type {entry.type!r}, which does not exist.",
                remedy=f"Types are {', '.join(VALUE_TYPES)}.",
                key=entry.name,
            )
        yield entry.spec(category)


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue as shipped."""
    specs: dict[str, FieldSpec] = {}
    folder = resources.files("accounts").joinpath("fields")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yml"):
            for spec in parse_fields(file.name[:-4], file.read_text(encoding="utf-8"), file.name):
                specs[spec.name] = spec
    return Catalogue(specs)
