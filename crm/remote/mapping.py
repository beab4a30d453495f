"""Which property holds which catalogue field, in which shape: defaults as data (`crm/mappings/KIND.yml`), overridden in TOML.

    [crm.columns]
    phone = "Main_Line__c"                                    # another property
    industry = { property = "Branche__c", values = { Software = "IT" } }
    revenue = false                                           # not mapped at all

Two lanes: `golden` properties belong to everybody and are written under the field's policy; `own` ones (`enr_…`) are ours
alone, made by `setup-crm`, and always renewed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from accounts.account import NOTHING
from accounts.catalogue import Catalogue, FieldSpec
from accounts.errors import ConfigError
from crm.remote.formats import NORMALISERS
from crm.remote.records import Shape

Lane = Literal["golden", "own"]


@dataclass(frozen=True, slots=True)
class MappedField:
    """One catalogue field in one CRM.

    `shape` is what the property must hold for values to fit (None: whatever it holds, if it can take text or numbers).
    `values` maps our values (folded) to the CRM's pick-list values. `scale` multiplies numbers on their way in.
    `normalise` names what the server does to texts by itself. `create`: `setup-crm` may make the property,
    of `length` characters.
    """

    field: str
    property: str
    lane: Lane = "golden"
    shape: Shape | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=lambda: NOTHING)
    scale: float = 1.0
    normalise: tuple[str, ...] = ()
    length: int | None = None
    label: str = ""
    create: bool = False

    def translated(self, value: str) -> str:
        """Our value in the CRM's words: through the pick-list mapping, scaled, as the server would leave it."""
        text = self.values.get(value.strip().casefold(), value)
        if self.scale != 1.0:
            try:
                scaled = float(text.replace(",", "")) * self.scale
            except ValueError:
                return text
            text = f"{scaled:.6f}".rstrip("0").rstrip(".")
        for name in self.normalise:
            text = NORMALISERS[name](text)
        return text


class FieldMapping:
    """All mapped fields of one CRM, and the names of its special properties (`extras`: hold, wrong, …)."""

    def __init__(self, fields: Mapping[str, MappedField], extras: Mapping[str, str]) -> None:
        self._fields, self.extras = dict(fields), dict(extras)
        self._by_property = {m.property: m for m in self._fields.values()}

    def __iter__(self) -> Iterator[MappedField]:
        return iter(self._fields.values())

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def get(self, name: str) -> MappedField | None:
        """The mapping of a catalogue field, or None."""
        return self._fields.get(name)

    def __getitem__(self, name: str) -> MappedField:
        return self._fields[name]

    def at(self, prop: str) -> MappedField | None:
        """The mapped field a property holds, or None."""
        return self._by_property.get(prop)

    def lane(self, lane: Lane) -> tuple[MappedField, ...]:
        """The fields of one lane."""
        return tuple(m for m in self if m.lane == lane)


class _Entry(BaseModel):
    """One mapping as written in YAML or TOML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    property: str
    lane: Lane | None = None
    shape: Shape | None = None
    values: dict[str, str] = {}
    scale: float = 1.0
    normalise: list[str] = []
    length: int | None = None
    create: bool | None = None


class _File(BaseModel):
    """A mapping file: fields, and special properties by meaning."""

    model_config = ConfigDict(extra="forbid")

    fields: dict[str, str | dict[str, Any]]
    extras: dict[str, str] = {}


def load_mapping(
    kind: str, catalogue: Catalogue, overrides: Mapping[str, Any], extras: Mapping[str, str] | None = None
) -> FieldMapping:
    """The shipped mapping of a kind with `[crm.columns]` laid over it; `extras` overrides special properties.

    Raises UnknownField for a field the catalogue lacks, ConfigError for an entry that cannot be read or two fields that
    claim one property.
    """
    text = resources.files("crm").joinpath("mappings", f"{kind}.yml").read_text(encoding="utf-8")
    file = _File.model_validate(yaml.safe_load(text))
    given: dict[str, Any] = {**file.fields}
    for name, value in overrides.items():
        given[catalogue[name].name] = _laid_over(given.get(name), value)
    fields = {
        name: _read(catalogue[name], value, name in overrides)
        for name, value in given.items()
        if value is not False
    }
    _refuse_doubles(fields.values())
    return FieldMapping(fields, {**file.extras, **(extras or {})})


def _laid_over(base: Any, value: Any) -> Any:
    """An override on a shipped entry: settings add to it, another property takes its place."""
    shipped: dict[str, Any] = {"property": base} if isinstance(base, str) else dict(base or {})
    if isinstance(value, str):
        value = {"property": value}
    if not isinstance(value, dict):
        return value
    entries = {**shipped.get("values", {}), **value.get("values", {})}  # yours beside ours, and before them
    return {**shipped, **value, **({"values": entries} if entries else {})}


def _read(spec: FieldSpec, value: Any, ours: bool) -> MappedField:
    where = f"[crm.columns] {spec.name}" if ours else f"mapping of {spec.name}"
    try:
        entry = _Entry.model_validate({"property": value} if isinstance(value, str) else value)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigError(
            f"{where}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}.",
            remedy='Write a property\'s name, or { property = "…", values = { … } }.', key=f"crm.columns.{spec.name}",
        ) from error  # fmt: skip
    unknown = [name for name in entry.normalise if name not in NORMALISERS]
    if unknown:
        raise ConfigError(
            f"{where}: normalise has no {unknown[0]!r}.", remedy=f"There are {', '.join(NORMALISERS)}.",
            key=f"crm.columns.{spec.name}",
        )  # fmt: skip
    lane = entry.lane or ("own" if spec.category == "intelligence" else "golden")
    values = {ours.strip().casefold(): theirs for ours, theirs in entry.values.items()}
    return MappedField(
        spec.name, entry.property, lane, entry.shape, values, entry.scale, tuple(entry.normalise), entry.length,
        spec.label_en, entry.create if entry.create is not None else lane == "own",
    )  # fmt: skip


def _refuse_doubles(fields: Any) -> None:
    seen: dict[str, str] = {}
    for mapped in fields:
        if mapped.property in seen:
            raise ConfigError(
                f"[crm.columns] {mapped.field} and {seen[mapped.property]} both name {mapped.property}.",
                remedy="Give each its own property, or set one of them to false.", key=f"crm.columns.{mapped.field}",
            )  # fmt: skip
        seen[mapped.property] = mapped.field
