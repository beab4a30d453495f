"""API calls per 10,000 changed accounts: Odoo (simulated) and Tryton (a real server, 1,000 accounts, times ten).

Each account gets a phone and a city of its own. The theoretical least counts what any guarded writer needs for a batch: one call
that reads just before, one that writes; Odoo has no precondition and so needs two more that look at its history.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from accounts.catalogue import shipped_catalogue
from accounts.change import Breaker, Change, ChangeKind, ChangeSet, Code, Verdict
from accounts.clock import FixedClock
from accounts.config import Config, CrmConfig
from bench.figure import Figure, Unavailable
from crm.apply import apply_change_set
from crm.odoo import OdooCrm
from crm.remote.connector import RemoteCrm
from crm.tryton import TrytonCrm
from demo.simulate.odoo import DATABASE, make
from demo.simulate.org import OrgClock
from tests.crm.memory_ledger import MemoryLedger
from tests.crm.tryton_server import PASSWORDS, missing, start

ODOO, TRYTON = 10_000, 1_000


def measure(folder: Path) -> list[Figure]:
    return [*_odoo(folder), *_tryton()]


def _odoo(folder: Path) -> list[Figure]:
    now = datetime(2026, 11, 22, 2, tzinfo=UTC)
    simulated = make(0, OrgClock(now))
    for number in range(ODOO):
        simulated.org.add({"name": f"Firm {number}", "is_company": True})
    with simulated:
        simulated.settings(folder)
        options = {
            "url": simulated.url,
            "database": DATABASE,
            "api_key_file": str(folder / "simulated-odoo.key"),
        }
        crm = OdooCrm(
            Config(crm=CrmConfig(kind="odoo", options=options)), shipped_catalogue(), FixedClock(now)
        )
        calls, again = _run(crm, now)
        least = 4 * ODOO // crm.rows_a_call
    return [
        Figure("Odoo: calls per 10,000 changed accounts", calls, "calls", 300, f"theoretical least {least}"),
        Figure("Odoo: calls of the same plan again", again, "calls", 0),
    ]


def _tryton() -> list[Figure]:
    lacking = missing()
    if lacking is not None:
        raise Unavailable(lacking)
    server, now = start(), datetime.now(UTC)
    try:
        admin = server.session("admin")
        for batch in range(TRYTON // 100):
            admin.model("party.party", "create", [{"name": f"Firm {batch}/{n}"} for n in range(100)])
        os.environ["EVERGREEN_TRYTON_PASSWORD"] = PASSWORDS["evergreen"]
        options = {
            "url": f"http://127.0.0.1:{server.port}",
            "database": "crm",
            "where": [["name", "like", "Firm %"]],
        }
        config = Config(crm=CrmConfig(kind="tryton", options=options))
        crm = TrytonCrm(config, shipped_catalogue(), FixedClock(now))
        calls, again = _run(crm, now)
        least = 2 * 10_000 // crm.rows_a_call
    finally:
        server.stop()
    scaled = calls * 10_000 / TRYTON
    return [
        Figure(
            "Tryton: calls per 10,000 changed accounts", scaled, "calls", 320, f"theoretical least {least}"
        ),
        Figure("Tryton: calls of the same plan again", again, "calls", 0),
    ]


def _run(crm: RemoteCrm, now: datetime) -> tuple[int, int]:
    """Calls of an apply, without those of logging in, describing and pulling; calls of the same plan again."""
    catalogue, ledger = shipped_catalogue(), MemoryLedger()
    crm.describe()
    accounts = crm.pull().accounts
    wanted = [
        (a.id, field, value)
        for n, a in enumerate(accounts)
        for field, value in (("phone", f"+44 20 7946 {n % 1000:04}"), ("city", f"Town {n}"))
    ]
    changes = tuple(
        Change(i, f, crm.mapping[f].property, ChangeKind.FILL, Verdict.WRITE, Code.BLANK_FILLED, "", None, value,
               catalogue[f].value_type.key(value))
        for i, f, value in wanted
    )  # fmt: skip
    plan = ChangeSet("bench", "bench", crm.kind, now, changes, Breaker(0, len(accounts), 1.0))
    before = crm.meter.made
    report = apply_change_set(crm, ledger, plan, FixedClock(now))
    assert len(report.written) == len(changes), report.counts
    made = crm.meter.made - before
    again = apply_change_set(crm, ledger, plan, FixedClock(now))
    assert again.already == len(changes)
    return made, crm.meter.made - before - made
