"""The review queue: open questions for stewards, ranked, each with both values and the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.change import ReviewItem
from warehouse.standing import Decided
from warehouse.store import Warehouse


def replace_queue(warehouse: Warehouse, items: Iterable[ReviewItem]) -> int:
    """Puts the open questions of this run in place of the former queue; a question keeps the day it was first asked."""
    first = {r["id"]: r["asked_at"] for r in warehouse.rows("SELECT id, asked_at FROM review_item")}
    return warehouse.replace(
        "review_item",
        (_row(item) | {"asked_at": first.get(item.id, item.asked_at)} for item in items),
    )


def add_to_queue(warehouse: Warehouse, items: Iterable[ReviewItem]) -> None:
    """Adds questions; a newer question about a field takes the place of the one that stands there."""
    new = list(items)
    with warehouse.transaction():
        for item in new:
            warehouse.run(
                "DELETE FROM review_item WHERE kind = $kind AND account_id = $account AND field = $field",
                {"kind": item.kind, "account": item.account_id, "field": item.field},
            )
        warehouse.append("review_item", map(_row, new))


def queue(warehouse: Warehouse) -> list[ReviewItem]:
    """All questions, answered or not, highest rank first."""
    rows = warehouse.rows("SELECT * FROM review_item ORDER BY rank DESC, account_id, field, id")
    return [_item(row) for row in rows]


def open_items(warehouse: Warehouse, decided: Decided) -> list[ReviewItem]:
    """The questions nobody has answered yet, highest rank first."""
    return [item for item in queue(warehouse) if item.id not in decided.settled_items]


def find_item(warehouse: Warehouse, name: str) -> list[ReviewItem]:
    """The items whose id begins with a text; one, where it is unambiguous."""
    rows = warehouse.rows(
        "SELECT * FROM review_item WHERE starts_with(id, $name) ORDER BY id", {"name": name}
    )
    return [_item(row) for row in rows]


def _row(item: ReviewItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ReviewItem.__dataclass_fields__}


def _item(row: Mapping[str, Any]) -> ReviewItem:
    return ReviewItem(**{name: row[name] for name in ReviewItem.__dataclass_fields__})
