"""Erasure from the database: an account by its id, or a person by name in everything that was written about anybody.

Of an account every row goes. Of a person: rows that tell the name (a value, a ledger entry, a signal about them) go;
in rows that merely mention it (a passage beside a phone number) it is struck out, so that the value still explains
itself. The CRM's own cells are only mirrored here: their copies are emptied, the CRM is the reader's to mend.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.erasures import ACCOUNT, PERSON
from warehouse.golden import settle_golden
from warehouse.spelling import Spelling
from warehouse.store import Warehouse

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
        warehouse.value(f'SELECT 1 FROM "{table}" WHERE account_id = $id LIMIT 1', {"id": account_id})
        for table in _account_tables(warehouse)
    )


def count_rows(warehouse: Warehouse, target: Target) -> dict[str, int]:
    """How many rows of each table an erasure would drop or strike out; tables without any are left out."""
    if target.kind == PERSON:
        found = {table: len(_mentions(warehouse, table, target.spelling)) for table in _searched(warehouse)}
    else:
        by = {"id": target.text}
        found = {
            table: int(warehouse.value(f'SELECT count(*) FROM "{table}" WHERE {where}', by))
            for table, where in _of_account(warehouse)
        }
    return {table: n for table, n in found.items() if n}


def cells_in_crm(warehouse: Warehouse, target: Target) -> list[dict[str, Any]]:
    """The CRM's own cells that held the name at the last pull (account_id, field); forgetting here does not reach them."""
    if target.kind != PERSON:
        return []
    rows = _mentions(warehouse, "crm_value", target.spelling)
    cells = [r for r in rows if _tells(r["value"], target.spelling)]
    return sorted(
        ({"account_id": r["account_id"], "field": r["field"]} for r in cells), key=lambda c: tuple(c.values())
    )


def erase_rows(warehouse: Warehouse, target: Target, run_id: str, now: datetime) -> None:
    """Erases from every table, in the caller's transaction.

    Golden records that rested on what is gone are settled anew from what is left.
    """
    if target.kind == ACCOUNT:
        for table, where in list(_of_account(warehouse)):
            warehouse.run(f'DELETE FROM "{table}" WHERE {where}', {"id": target.text})
        return
    touched: set[str] = set()
    for table in _searched(warehouse):
        if table != "golden":
            rows = _strike(warehouse, table, target.spelling)
            touched |= {r["account_id"] for r in rows if table == "observation"}
    held = _mentions(warehouse, "golden", target.spelling)
    touched |= {r["account_id"] for r in held if r["valid_to"] is None}
    if touched:
        settle_golden(warehouse, run_id, sorted(touched), now, whole=True)
    _strike(warehouse, "golden", target.spelling)
    warehouse.run("UPDATE crm_account SET digest = NULL")  # the next pull looks at every cell once more


def _account_tables(warehouse: Warehouse) -> Iterator[str]:
    for table in warehouse.tables():
        if any(name == "account_id" for name, _ in warehouse.columns(f'"{table}"')):
            yield table


def _of_account(warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    """Tables and conditions (on `$id`) of an account's rows; those that are found through others come first."""
    changes = "SELECT (run_id, change_id) FROM outcome WHERE account_id = $id"
    yield "undone", f"(run_id, change_id) IN ({changes})"
    yield "intent", "json_extract_string(change, '$.account_id') = $id"
    for table in _account_tables(warehouse):
        other = any(name == "other_id" for name, _ in warehouse.columns(f'"{table}"'))
        yield table, "account_id = $id OR other_id = $id" if other else "account_id = $id"


def _searched(warehouse: Warehouse) -> list[str]:
    """The tables a name is looked for in."""
    return [t for t in warehouse.tables() if t not in _UNTOUCHED and _text_columns(warehouse, t)]


def _text_columns(warehouse: Warehouse, table: str) -> dict[str, str]:
    return {name: kind for name, kind in warehouse.columns(f'"{table}"') if kind in _TEXT}


def _mentions(warehouse: Warehouse, table: str, spelling: Spelling) -> list[dict[str, Any]]:
    """The rows that tell the name in any text column, each with its `_row`: SQL proposes by a rough pattern, and the
    spelling itself decides. Columns are set so far apart that no name spans two of them."""
    columns = _text_columns(warehouse, table)
    texts = ", ".join(
        f'array_to_string("{name}", {_APART})' if kind.endswith("[]") else f'"{name}"::VARCHAR'
        for name, kind in columns.items()
    )
    pattern = spelling.rough.replace("'", "''")
    rows = warehouse.rows(
        f"SELECT rowid AS _row, * FROM \"{table}\" WHERE regexp_matches(concat_ws({_APART}, {texts}), '{pattern}')"
    )
    return [row for row in rows if any(_tells(row[name], spelling) for name in columns)]


def _strike(warehouse: Warehouse, table: str, spelling: Spelling) -> list[dict[str, Any]]:
    """Takes the rows that tell the name out, and puts back those that merely mention it, with it struck out.

    Returns the rows as they were.
    """
    columns = _text_columns(warehouse, table)
    rows = _mentions(warehouse, table, spelling)
    kept = [
        {
            name: _blotted(value, columns.get(name, ""), spelling)
            for name, value in _emptied(table, row, spelling).items()
            if name != "_row"
        }
        for row in rows
        if not any(_tells(row[name], spelling) for name in _TELLING.get(table, ()))
    ]
    if rows:
        numbers = [row["_row"] for row in rows]
        warehouse.run(f'DELETE FROM "{table}" WHERE rowid IN (SELECT unnest($rows))', {"rows": numbers})
        warehouse.append(f'"{table}"', kept)
    return rows


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
