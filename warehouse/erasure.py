"""Erasure from the database: an account by its id, or a person by name in everything that was written about anybody.

Of an account every row goes. Of a person: rows that tell the name (a value, a ledger entry, a signal about them) go;
in rows that merely mention it (a passage beside a phone number) it is struck out, so that the value still explains
itself. The CRM's own cells are only mirrored here: their copies are emptied, the CRM is the reader's to mend.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.erasures import ACCOUNT, PERSON
from warehouse.golden import settle_golden
from warehouse.spelling import Spelling
from warehouse.store import Warehouse, sql

#: Columns that tell rather than mention: a match there drops the row. In every other text column it is struck out.
_TELLING = {
    "observation": ("value", "key", "display"),
    "signal": ("title", "counterparties", "slots"),
    "golden": ("value", "key", "display", "confirming_keys"),
    "confirmation": ("key",),
    "crm_history": ("value", "key"),
    "change": ("base", "value", "value_key", "before_image"),
    "outcome": ("value", "value_key", "base", "found", "read_back", "before_image"),
    "intent": ("change",),
    "review_item": ("crm_value", "proposed", "proposed_key"),
}
_TEXT = ("VARCHAR", "VARCHAR[]", "JSON")
_APART = "repeat(chr(31), 8)"
_UNTOUCHED = ("schema_version", "erasure")


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to forget: an account (`text` is its id) or a person (`text` is a name); `spelling` finds it in texts."""

    kind: str
    text: str
    spelling: Spelling

    def owns(self, account_id: str, text: str) -> bool:
        """True for a row, of an account and with a text, that is to go."""
        return account_id == self.text if self.kind == ACCOUNT else self.spelling.found_in(text)


def knows_account(warehouse: Warehouse, account_id: str) -> bool:
    """True where any table has a row of an account."""
    return any(
        _counted(warehouse, t, "account_id = $id", {"id": account_id}) for t in _account_tables(warehouse)
    )


def count_rows(warehouse: Warehouse, target: Target) -> dict[str, int]:
    """How many rows of each table an erasure would drop or strike out; tables without any are left out."""
    found = {
        table: _counted(warehouse, table, condition, parameters)
        for table, condition, parameters in _conditions(warehouse, target)
    }
    return {table: n for table, n in found.items() if n}


def cells_in_crm(warehouse: Warehouse, target: Target) -> list[dict[str, Any]]:
    """The CRM's own cells that held the name at the last pull (account_id, field); forgetting here does not reach them."""
    if target.kind != PERSON:
        return []
    return warehouse.rows(
        "SELECT account_id, field FROM crm_value "
        f"WHERE regexp_matches(value, {_literal(target.spelling)}) ORDER BY ALL"
    )


def erase_rows(warehouse: Warehouse, target: Target, run_id: str, now: datetime) -> dict[str, int]:
    """Erases from every table, in the caller's transaction; returns rows touched by table.

    Golden records that rested on what is gone are settled anew from what is left.
    """
    conditions = list(_conditions(warehouse, target))
    counts = {table: _counted(warehouse, table, where, given) for table, where, given in conditions}
    if target.kind == ACCOUNT:
        for table, where, given in conditions:
            warehouse.run(f'DELETE FROM "{table}" WHERE {where}', given)
    else:
        touched = _touched(warehouse, target)
        for table, where, given in conditions:
            if table != "golden":
                _strike(warehouse, table, where, given, target.spelling)
        if touched:
            warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
            settle_golden(warehouse, run_id, touched, now)
        _strike(warehouse, "golden", _condition(warehouse, "golden", target.spelling), {}, target.spelling)
    return {table: n for table, n in counts.items() if n}


def _account_tables(warehouse: Warehouse) -> Iterator[str]:
    for table in warehouse.tables():
        if any(name == "account_id" for name, _ in warehouse.columns(table)):
            yield table


def _conditions(warehouse: Warehouse, target: Target) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Table, condition and parameters of all rows to touch; those that other tables point to come last."""
    if target.kind == PERSON:
        for table in warehouse.tables():
            condition = _condition(warehouse, table, target.spelling)
            if condition and table not in _UNTOUCHED:
                yield table, condition, {}
        return
    given = {"id": target.text}
    changes = "SELECT (run_id, change_id) FROM outcome WHERE account_id = $id"
    yield "undone", f"(run_id, change_id) IN ({changes})", given
    yield "intent", "json_extract_string(change, '$.account_id') = $id", given
    for table in _account_tables(warehouse):
        yield table, "account_id = $id", given


def _text_columns(warehouse: Warehouse, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind in warehouse.columns(f'"{table}"') if kind in _TEXT]


def _condition(warehouse: Warehouse, table: str, spelling: Spelling) -> str:
    """A condition over all text columns of a table, set so far apart that no name spans two of them.

    The pattern is written out: DuckDB compiles a constant one once, a parameter for every row.
    """
    texts = [
        f'array_to_string("{name}", {_APART})' if kind.endswith("[]") else f'"{name}"::VARCHAR'
        for name, kind in _text_columns(warehouse, table)
    ]
    return f"regexp_matches(concat_ws({_APART}, {', '.join(texts)}), {_literal(spelling)})" if texts else ""


def _literal(spelling: Spelling) -> str:
    return "'" + spelling.pattern.replace("'", "''") + "'"


def _counted(warehouse: Warehouse, table: str, where: str, given: Mapping[str, Any]) -> int:
    return int(warehouse.value(f'SELECT count(*) FROM "{table}" WHERE {where}', given))


def _touched(warehouse: Warehouse, target: Target) -> Sequence[str]:
    """Accounts whose golden record rests on an observation that goes, or tells the name."""
    seen = _condition(warehouse, "observation", target.spelling)
    held = _condition(warehouse, "golden", target.spelling)
    rows = warehouse.rows(
        f"SELECT account_id FROM observation WHERE {seen} "
        f"UNION SELECT account_id FROM golden WHERE valid_to IS NULL AND {held}"
    )
    return [row["account_id"] for row in rows]


def _strike(
    warehouse: Warehouse, table: str, where: str, given: Mapping[str, Any], spelling: Spelling
) -> None:
    """Takes the matching rows out, and puts back those that merely mention the name, with it struck out."""
    kinds = dict(_text_columns(warehouse, table))
    rows = warehouse.rows(f'SELECT * FROM "{table}" WHERE {where}', given)
    kept = [
        {
            name: _blotted(value, kinds.get(name, ""), spelling)
            for name, value in _emptied(table, row, spelling).items()
        }
        for row in rows
        if not any(_tells(row[name], spelling) for name in _TELLING.get(table, ()))
    ]
    warehouse.run(f'DELETE FROM "{table}" WHERE {where}', given)
    warehouse.append(f'"{table}"', kept)


def _emptied(table: str, row: dict[str, Any], spelling: Spelling) -> dict[str, Any]:
    """The mirror of a CRM cell that held the name: blank, and nobody is to fill it."""
    if table == "crm_value" and (_tells(row["value"], spelling) or _tells(row["key"], spelling)):
        return row | {"value": None, "key": None, "problem": None, "cleared": True}
    return row


def _tells(value: Any, spelling: Spelling) -> bool:
    if isinstance(value, list):
        return any(_tells(v, spelling) for v in value)
    return value is not None and spelling.found_in(str(value))


def _blotted(value: Any, kind: str, spelling: Spelling) -> Any:
    if value is None or not kind:
        return value
    if kind == "JSON":
        clean = _clean(json.loads(value), spelling)
        return clean if not spelling.found_in(json.dumps(clean, ensure_ascii=False)) else type(clean)()
    return _clean(value, spelling)


def _clean(thing: Any, spelling: Spelling) -> Any:
    """A thing of JSON with the name struck out of every text in it."""
    if isinstance(thing, str):
        return spelling.blotted(thing)
    if isinstance(thing, list):
        return [_clean(part, spelling) for part in thing]
    if isinstance(thing, dict):
        return {spelling.blotted(name): _clean(part, spelling) for name, part in thing.items()}
    return thing
