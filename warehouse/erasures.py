"""The record that something was forgotten: when, what kind, by whom, how much — and only a salted hash of whom."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from warehouse.store import Warehouse

ACCOUNT, PERSON = "account", "person"


def salted(kind: str, text: str, salt: str) -> str:
    """The hash a forgotten id or name is known by: scrypt for people, whose names could be guessed one by one."""
    told = "".join(unicodedata.normalize("NFKC", text).casefold().split()).encode()
    if kind == ACCOUNT:
        return hmac.new(bytes.fromhex(salt), told, hashlib.sha256).hexdigest()
    return hashlib.scrypt(told, salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()


def note_erasure(
    warehouse: Warehouse, kind: str, text: str, by: str, counts: Mapping[str, int], at: datetime
) -> str:
    """Notes that an erasure has begun; returns its id."""
    salt = secrets.token_hex(16)
    row = {
        "id": secrets.token_hex(8), "kind": kind, "salt": salt, "salted_hash": salted(kind, text, salt), "by": by,
        "counts": dict(counts), "noted_at": at,
    }  # fmt: skip
    warehouse.append("erasure", [row])
    return str(row["id"])


def finish_erasures(warehouse: Warehouse, at: datetime) -> None:
    """Notes that nothing is left of what was forgotten, in the file and beside it."""
    warehouse.run("UPDATE erasure SET finished_at = $at WHERE finished_at IS NULL", {"at": at})


def unfinished_erasures(warehouse: Warehouse) -> int:
    """Erasures that died before the file was written anew."""
    return int(warehouse.value("SELECT count(*) FROM erasure WHERE finished_at IS NULL"))


def was_forgotten(warehouse: Warehouse, text: str) -> datetime | None:
    """When an id or a name was last forgotten, or None: in any case and spacing, but in that spelling."""
    found = [
        row["noted_at"]
        for row in warehouse.rows("SELECT kind, salt, salted_hash, noted_at FROM erasure")
        if hmac.compare_digest(salted(row["kind"], text, row["salt"]), row["salted_hash"])
    ]
    return max(found, default=None)


def list_erasures(warehouse: Warehouse) -> list[dict[str, Any]]:
    """All records of erasures, oldest first."""
    return warehouse.rows("SELECT * FROM erasure ORDER BY noted_at, id")


def keep_erasures(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Takes records of erasures over into a restored warehouse; returns the account ids in it that were forgotten."""
    known = {row["id"] for row in list_erasures(warehouse)}
    new = [row for row in rows if row["id"] not in known]
    warehouse.append(
        "erasure",
        (dict(row) | {"counts": json.loads(row["counts"] or "{}"), "finished_at": None} for row in new),
    )
    forgotten = [row for row in new if row["kind"] == ACCOUNT]
    if not forgotten:
        return ()
    ids = [
        r["account_id"] for r in warehouse.rows("SELECT DISTINCT account_id FROM crm_account ORDER BY ALL")
    ]
    return tuple(
        i for i in ids if any(salted(ACCOUNT, i, row["salt"]) == row["salted_hash"] for row in forgotten)
    )
