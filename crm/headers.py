"""Which column of a table holds what: the key, the catalogue's fields, the evidence of who changed a record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.catalogue import Catalogue, FieldSpec
from accounts.config import CrmConfig
from accounts.errors import ConfigError, CrmRefused

#: Names the key column goes by when `[crm] key` was left at its default.
KEY_NAMES = ("id", "account_id", "accountid", "record_id", "crm_id", "编号", "客户编号", "客户ID", "账号")
MODIFIED_NAMES = (
    "last_modified", "last_modified_date", "lastmodifieddate", "last_modified_at", "modified_at", "updated_at",
    "modified", "最后修改时间", "修改时间", "更新时间",
)  # fmt: skip
MODIFIED_BY_NAMES = (
    "last_modified_by", "lastmodifiedby", "modified_by", "updated_by", "最后修改人", "修改人", "更新人",
)  # fmt: skip

_LOOSE = re.compile(r"[\s_\-./]+")


def fold(header: str) -> str:
    """A header's identity: without case, width, blanks, dashes and underscores.

    >>> fold(" Account_ID "), fold("Account ID")
    ('accountid', 'accountid')
    """
    return _LOOSE.sub("", unicodedata.normalize("NFKC", header)).casefold()


@dataclass(frozen=True, slots=True)
class Columns:
    """Column numbers by meaning. `addable` maps a field without a column to the header it would get."""

    key: int
    fields: Mapping[str, int]
    modified: int | None = None
    modified_by: int | None = None
    hold: int | None = None
    addable: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def known_headers(catalogue: Catalogue, config: CrmConfig) -> frozenset[str]:
    """The folded names that tell a header line from a line of data."""
    names = [
        config.key,
        *KEY_NAMES,
        *MODIFIED_NAMES,
        *MODIFIED_BY_NAMES,
        *(c for c in config.columns.values() if isinstance(c, str)),
    ]
    names += [name for spec in catalogue for name in (spec.name, *spec.columns("file"))]
    return frozenset(fold(name) for name in names)


def find_columns(headers: Sequence[str], catalogue: Catalogue, config: CrmConfig, where: str) -> Columns:
    """The columns of a table with these headers; `where` names it in messages.

    Raises CrmRefused where the key column is missing or there twice, ConfigError where `[crm.columns]` or
    `[crm] hold_column` name a column that does not exist, UnknownField for a field the catalogue lacks.
    """
    at: dict[str, int] = {}
    twice: list[str] = []
    for number, header in enumerate(headers):
        name = fold(header)
        if name in at:
            twice.append(header.strip())
        elif name:
            at[name] = number
    key = _key_column(at, twice, headers, config, where)
    special = {
        "last_modified": _special(at, "last_modified", MODIFIED_NAMES, config, where),
        "last_modified_by": _special(at, "last_modified_by", MODIFIED_BY_NAMES, config, where),
        "hold": _named(at, config.hold_column, "[crm] hold_column", where) if config.hold_column else None,
    }
    reserved = {number for number in special.values() if number is not None}
    fields, addable = _field_columns(at, catalogue, config, where, reserved)
    return Columns(
        key, fields, special["last_modified"], special["last_modified_by"], special["hold"],
        {f: h for f, h in addable.items() if fold(h) not in at} if config.add_columns else {},
        tuple(f"{where} has two columns named {h!r}; the first is used." for h in twice if h),
    )  # fmt: skip


def _key_column(
    at: Mapping[str, int], twice: Sequence[str], headers: Sequence[str], config: CrmConfig, where: str
) -> int:
    names = KEY_NAMES if fold(config.key) == "id" else (config.key,)
    name = next((fold(n) for n in names if fold(n) in at), None)
    listed = ", ".join(repr(h.strip()) for h in headers[:30]) or "none"
    if name is None:
        raise CrmRefused(
            f"{where} has no key column {config.key!r}; its columns are {listed}.",
            remedy="Name the column that identifies an account under [crm] key; if the columns look wrong, "
            "set [crm] delimiter or encoding.",
            crm="file",
        )
    if name in (fold(h) for h in twice):
        raise CrmRefused(
            f"{where} has two key columns named {headers[at[name]].strip()!r}.",
            remedy="Rename one of them, so that it is clear which identifies an account.",
            crm="file",
        )
    return at[name]


def _special(
    at: Mapping[str, int], meaning: str, names: Sequence[str], config: CrmConfig, where: str
) -> int | None:
    if meaning in config.columns:
        return _named(at, config.columns[meaning], f"[crm.columns] {meaning}", where)
    return next((at[fold(n)] for n in names if fold(n) in at), None)


def _named(at: Mapping[str, int], header: str, setting: str, where: str) -> int:
    try:
        return at[fold(header)]
    except KeyError:
        raise ConfigError(
            f"{setting} names the column {header!r}, which {where} does not have.",
            remedy="Mend the name, or add the column to the file.",
            key=setting,
        ) from None


def _field_columns(
    at: Mapping[str, int], catalogue: Catalogue, config: CrmConfig, where: str, reserved: set[int]
) -> tuple[dict[str, int], dict[str, str]]:
    """Each field's column, mapped ones first; and the header each field without one would get."""
    fields: dict[str, int] = {}
    addable: dict[str, str] = {}
    for name, header in config.columns.items():
        if name in ("last_modified", "last_modified_by"):
            continue
        if not isinstance(header, str):
            raise ConfigError(
                f"[crm.columns] {name} must name a column of {where}.",
                remedy="Write its header in quotes.",
                key=name,
            )
        spec = catalogue[name]
        if fold(header) in at or not config.add_columns:
            fields[spec.name] = _named(at, header, f"[crm.columns] {name}", where)
        else:
            addable[spec.name] = header
    taken = reserved | set(fields.values())
    for spec in catalogue:
        if spec.name in fields or spec.name in addable:
            continue
        number = _first_free(at, spec, taken)
        if number is None and not spec.judged:
            continue
        if number is None:
            addable[spec.name] = spec.columns("file")[0]
        else:
            fields[spec.name] = number
            taken.add(number)
    return fields, addable


def _first_free(at: Mapping[str, int], spec: FieldSpec, taken: set[int]) -> int | None:
    for name in (*spec.columns("file"), spec.name):
        number = at.get(fold(name))
        if number is not None and number not in taken:
            return number
    return None
