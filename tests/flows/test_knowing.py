"""What nights learn of who is who: kept in the warehouse, used to find a renamed company again, never against itself."""

from __future__ import annotations

from pathlib import Path

from accounts.account import Account
from accounts.protocols import NoJudgements
from flows.knowing import Memory
from tests.flows.night import Night


class Denied(NoJudgements):
    """A steward has turned one record down."""

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        return False if record_id == "R1" else None


def row(
    kind: str, field: str, text: str, source: str = "edgar", record: str = "R1", confidence: float = 0.95
) -> dict[str, object]:
    return {
        "account_id": "A", "kind": kind, "field": field, "text": text, "key": text.lower(), "source": source, "record_id": record,
        "confidence": confidence,
    }  # fmt: skip


def test_a_number_learned_from_a_link_is_asked_by_where_the_crm_holds_none() -> None:
    memory = Memory(NoJudgements(), {"A": [row("number", "cik", "0000000123")]})
    assert memory.with_numbers(Account("A", {"name": "Norvel"})).get("cik") == "0000000123"
    held = Account("A", {"name": "Norvel", "cik": "7"})
    assert memory.with_numbers(held) is held


def test_a_number_told_in_two_ways_or_denied_is_not_used() -> None:
    two = Memory(NoJudgements(), {"A": [row("number", "cik", "1"), row("number", "cik", "2", record="R2")]})
    denied = Memory(Denied(), {"A": [row("number", "cik", "1")]})
    account = Account("A", {"name": "Norvel"})
    assert two.with_numbers(account) is account and denied.with_numbers(account) is account


def test_a_record_is_not_confirmed_by_its_own_names() -> None:
    rows = [
        row("former", "former_names", "Old Norvel Inc"),
        row("legal", "legal_name", "Norvel PLC", source="gleif", record="L1"),
    ]
    memory = Memory(NoJudgements(), {"A": rows})
    assert list(memory.heard_by("edgar").aliases("A")) == ["Norvel PLC"]
    assert list(memory.heard_by("site").aliases("A")) == ["Old Norvel Inc", "Norvel PLC"]


def test_nights_learn_once_and_propose(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.nightly()
    first = night.json("duplicates")
    from warehouse.store import open_warehouse

    def learned() -> list[dict[str, object]]:
        with open_warehouse(tmp_path / ".evergreen") as warehouse:
            return warehouse.rows("SELECT account_id, field, key, source, record_id FROM alias ORDER BY ALL")

    once = learned()
    assert once and len(once) == len({tuple(r.values()) for r in once})
    night.nightly(as_of="2026-11-23")
    assert {tuple(r.values()) for r in once} <= {tuple(r.values()) for r in learned()}
    assert night.json("duplicates").keys() == first.keys() == {"items", "groups", "edges", "to_merge"}
    assert "we never merge" in night.run("duplicates").output
