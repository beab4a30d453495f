"""A warehouse in a temporary folder, and short ways to put things into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.account import Account, Actor, Company, FieldHistory
from accounts.catalogue import shipped_catalogue
from accounts.change import Change, ChangeKind, Code, Verdict, WriteOutcome, WriteStatus
from accounts.clock import FixedClock
from accounts.link import Candidate, Link, LinkDecision
from accounts.observation import Evidence, Observation
from tests.warehouse.lakes import Lakes, lakes_on_postgres
from warehouse.catalogue_table import store_catalogue
from warehouse.crm_state import take_pull
from warehouse.golden import settle_golden
from warehouse.ledger import DuckLedger
from warehouse.rows import link_row, observation_row
from warehouse.staleness import refresh_staleness
from warehouse.store import Warehouse, open_warehouse

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
COLUMNS = {
    name: name
    for name in (
        "name",
        "website",
        "phone",
        "city",
        "industry",
        "ticker",
        "key_executives",
        "registration_status",
    )
}
CATALOGUE = shipped_catalogue()


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def account(
    key: str,
    changed: str | None = "2024-03-01",
    by: str = "import",
    actor: Actor = Actor.MACHINE,
    **values: str,
) -> Account:
    told = {"": FieldHistory(day(changed), by, actor)} if changed else {}
    return Account(key, values, day(changed) if changed else None, by, told)


@dataclass
class World:
    """A warehouse and what a test does to it."""

    warehouse: Warehouse
    now: datetime = NOW
    pulls: int = 0
    ledger: DuckLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = DuckLedger(self.warehouse, FixedClock(self.now))
        store_catalogue(self.warehouse, CATALOGUE, COLUMNS, ["site", "edgar"])

    def pull(self, *accounts: Account, at: datetime | None = None) -> None:
        self.pulls += 1
        take_pull(self.warehouse, f"r{self.pulls}", accounts, CATALOGUE, COLUMNS, at or self.now)

    def value(self, key: str, name: str) -> dict[str, object]:
        return self.warehouse.rows(
            "SELECT * FROM crm_value WHERE account_id = $a AND field = $f", {"a": key, "f": name}
        )[0]

    def status(self, key: str, name: str, at: datetime | None = None) -> tuple[str, str]:
        refresh_staleness(self.warehouse, at or self.now)
        row = self.warehouse.rows(
            "SELECT * FROM staleness WHERE account_id = $a AND field = $f", {"a": key, "f": name}
        )[0]
        return row["status"], row["reason"]

    def link(
        self,
        key: str,
        source: str = "site",
        record: str = "acme.example",
        decision: LinkDecision = LinkDecision.ACCEPT,
        probability: float = 0.98,
    ) -> None:
        made = Link(key, source, record, probability, decision, "same registrable domain")
        candidate = Candidate(source, Company(record, ("Acme",)), f"https://{record}/", True)
        self.warehouse.append("link", [link_row("r1", made, candidate, self.now)])

    def observe(
        self,
        key: str,
        name: str,
        text: str,
        *,
        source: str = "site",
        record: str = "acme.example",
        kind: str | None = None,
        confidence: float = 0.9,
        at: datetime | None = None,
    ) -> Observation:
        value_type = CATALOGUE[name].value_type
        moment = at or self.now
        made = Observation(
            key,
            name,
            value_type.canonical(text) or text,
            value_type.key(text),
            source,
            record,
            Evidence(f"https://{record}/", f"it says {text}", moment),
            confidence,
            "test/1",
            moment,
            kind,
            text,
        )
        self.warehouse.append("observation", [observation_row("r1", made)])
        return made

    def settle(self, *keys: str) -> dict[str, dict[str, object]]:
        settle_golden(self.warehouse, "r1", keys, self.now)
        rows = self.warehouse.rows("SELECT * FROM golden WHERE valid_to IS NULL")
        return {row["field"]: row for row in rows}

    def write(
        self,
        key: str,
        name: str,
        base: str | None,
        value: str,
        *,
        run: str = "r1",
        at: datetime | None = None,
        kind: ChangeKind = ChangeKind.FILL,
    ) -> Change:
        change = Change(
            key,
            name,
            name,
            kind,
            Verdict.WRITE,
            Code.BLANK_FILLED,
            "",
            base,
            value,
            CATALOGUE[name].value_type.key(value),
        )
        moment = at or self.now
        self.ledger.intend(run, [change], moment)
        self.ledger.settle(
            run, [WriteOutcome(change, WriteStatus.WRITTEN, moment, base, value, f'"{base or ""}"')]
        )
        return change


@pytest.fixture(scope="session")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakes]:
    """PostgreSQL for the catalogues of lakes."""
    with lakes_on_postgres(tmp_path_factory.mktemp("lake")) as made:
        yield made


#: Tests of what only a file has: its size, its lock, its damage, its versions.
_OF_THE_FILE = {
    "test_compaction", "test_row_groups", "test_versions", "test_a_second_process_is_refused_with_the_remedy",
    "test_a_damaged_file_is_named_with_the_remedy",
}  # fmt: skip


@pytest.fixture(autouse=True)
def lake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With EVERGREEN_LAKE set every warehouse is a lake (`make test-lake`)."""
    if os.environ.get("EVERGREEN_LAKE"):
        if {request.path.stem, request.node.name} & _OF_THE_FILE:
            pytest.skip("of the warehouse's file")
        monkeypatch.setattr("warehouse.store._attach", request.getfixturevalue("lakes").attach)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_warehouse(tmp_path / "home") as warehouse:
        yield World(warehouse)
