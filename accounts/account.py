"""Accounts as the CRM holds them, and companies as anybody describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


class Actor(StrEnum):
    """Who put a value into the CRM, as far as the evidence goes."""

    PERSON = "person"
    MACHINE = "machine"
    OURS = "ours"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """Who last changed one field of one account in the CRM, and when (UTC)."""

    changed_at: datetime | None
    changed_by: str | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class Account:
    """One company record of the CRM as pulled.

    `values` maps a catalogue field to the CRM's own text; blanks are left out. `history` holds what
    the CRM tells about single fields and, under the name "", what it tells about the record as a whole
    (`last_modified`, UTC, by `last_modified_by`, and what kind of hands those are): that speaks for a field
    only where nothing finer is known. `held` is a record-level hold set in the CRM.
    `version` is the CRM's precondition token (ETag, timestamp), where it has one.
    """

    id: str
    values: Mapping[str, str]
    last_modified: datetime | None = None
    last_modified_by: str | None = None
    history: Mapping[str, FieldHistory] = field(default_factory=lambda: MappingProxyType({}))
    held: bool = False
    version: str | None = None

    def get(self, name: str) -> str | None:
        """The CRM's text of a catalogue field, or None where it is blank."""
        return self.values.get(name) or None


@dataclass(frozen=True, slots=True)
class Company:
    """A company as somebody describes it: a CRM row, a registry record, a site. What matchers compare.

    `names` come best first. `identifiers` maps a scheme (`uscc`, `lei`, `cik`, `ubn`, `vat`, …) to a number.
    `address` maps parts (`street, city, region, postcode, country`) to text; `country` is ISO 3166 alpha-2
    where it is known to be.
    """

    id: str
    names: tuple[str, ...]
    websites: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    identifiers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    industry: str | None = None
    description: str | None = None
