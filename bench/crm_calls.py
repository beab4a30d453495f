"""API calls per 10,000 changed accounts, against the simulated org, beside the least there could be.

Guarded: 10,000 accounts get a phone; each is read again just before, written, read back with its history. Our own lane: 10,000 accounts
get three of our own fields, in bulk. The theoretical least counts one writing call per 200 accounts (guarded: and one reading call just
before), or the calls of one bulk job.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from accounts.catalogue import shipped_catalogue
from accounts.change import Breaker, Change, ChangeKind, ChangeSet, Code, Verdict
from accounts.clock import FixedClock
from accounts.config import Config, CrmConfig
from bench.figure import Figure
from bench.naive_writes import NAME, naive
from crm.apply import apply_change_set
from crm.salesforce import Salesforce
from demo.simulate.org import OrgClock
from demo.simulate.salesforce import SalesforceSimulator, make
from demo.simulate.salesforce_oauth import CLIENT, USERNAME
from tests.crm.memory_ledger import MemoryLedger

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
ACCOUNTS, RACED = 10_000, 1_000


def measure(folder: Path) -> list[Figure]:
    simulated = make(0, OrgClock(NOW))
    for number in range(ACCOUNTS):
        simulated.org.add({"Name": f"Firm {number}"})
    simulated.start()
    simulated.settings(folder)
    try:
        return [*_guarded(simulated, folder), *_own(simulated, folder), _raced(folder)]
    finally:
        simulated.stop()


def _raced(folder: Path) -> Figure:
    """A thousand blank phones to fill; a hundred people fill theirs between the pull and the write."""
    lost = {}
    for name in ("ours", NAME):
        simulated = make(0, OrgClock(NOW))
        ids = [simulated.org.add({"Name": f"Firm {number}"}) for number in range(RACED)]
        simulated.start()
        try:
            simulated.settings(folder)
            crm = _open(simulated, folder)
            plan = _planned(crm, {"phone": "+44 20 7946 0000"}, "raced")
            for number in range(RACED // 10):
                simulated.org.edit(ids[number * 10], {"Phone": f"+44 20 7946 {number:04d}"})
            if name == "ours":
                apply_change_set(crm, MemoryLedger(), plan, FixedClock(NOW))
            else:
                naive(simulated, {record: {"Phone": "+44 20 7946 9999"} for record in ids})
            lost[name] = sum(
                simulated.org.entries[ids[n * 10]].values["Phone"] != f"+44 20 7946 {n:04d}"
                for n in range(RACED // 10)
            )
        finally:
            simulated.stop()
    return Figure(
        "Salesforce: people's edits overwritten, of 100 between pull and write",
        lost["ours"],
        "edits",
        0,
        "",
        {NAME: lost[NAME]},
    )


def _naive_calls(fields: dict[str, str]) -> dict[str, float]:
    simulated = make(0, OrgClock(NOW))
    ids = [simulated.org.add({"Name": f"Firm {number}"}) for number in range(RACED)]
    simulated.start()
    try:
        return {NAME: naive(simulated, dict.fromkeys(ids, fields)) * ACCOUNTS / RACED}
    finally:
        simulated.stop()


def _open(simulated: SalesforceSimulator, folder: Path) -> Salesforce:
    options = {"host": simulated.url, "login": simulated.url, "client_id": CLIENT, "username": USERNAME,
               "private_key_file": str(folder / "simulated-salesforce.pem")}  # fmt: skip
    crm = Salesforce(
        Config(crm=CrmConfig(kind="salesforce", options=options)), shipped_catalogue(), FixedClock(NOW)
    )
    crm.sleep = lambda _: None
    return crm


def _run(
    simulated: SalesforceSimulator, folder: Path, fields: dict[str, str], name: str
) -> tuple[int, int, float, int]:
    """Calls of pull and apply, records written, CPU seconds, calls of a second run over the same plan."""
    crm, ledger = _open(simulated, folder), MemoryLedger()
    calls, writes, began = simulated.made, simulated.org.writes, time.process_time()
    plan = _planned(crm, fields, name)
    report = apply_change_set(crm, ledger, plan, FixedClock(NOW))
    assert len(report.written) == len(plan.changes), report.counts
    made, wrote, spent = simulated.made - calls, simulated.org.writes - writes, time.process_time() - began
    calls = simulated.made
    again = apply_change_set(crm, ledger, plan, FixedClock(NOW))
    assert again.already == len(plan.changes)
    return made, wrote, spent, simulated.made - calls


def _planned(crm: Salesforce, fields: dict[str, str], name: str) -> ChangeSet:
    """The same fill of every account."""
    changes = tuple(
        Change(a.id, field, crm.mapping[field].property, ChangeKind.FILL, Verdict.WRITE, Code.BLANK_FILLED, "", None, value,
               shipped_catalogue()[field].value_type.key(value))
        for a in crm.pull().accounts for field, value in fields.items()
    )  # fmt: skip
    return ChangeSet(name, name, "salesforce", NOW, changes, Breaker(0, ACCOUNTS, 1.0))


def _guarded(simulated: SalesforceSimulator, folder: Path) -> list[Figure]:
    made, wrote, spent, again = _run(simulated, folder, {"phone": "+44 20 7946 0000"}, "guarded")
    return [
        Figure(
            "Salesforce: calls per 10,000 changed accounts, guarded",
            made,
            "calls",
            160,
            "theoretical least 100; with the pull",
            _naive_calls({"Phone": "+44 20 7946 9999"}),
        ),
        Figure("Salesforce: records written", wrote, "records", ACCOUNTS),
        Figure("Salesforce: calls of the same plan again", again, "calls", 0),
        Figure("Salesforce: CPU of it all, both ends", round(spent, 1), "s"),
    ]


def _own(simulated: SalesforceSimulator, folder: Path) -> list[Figure]:
    fields = {"tier": "A", "score": "71", "freshness_grade": "B"}
    made, wrote, spent, again = _run(simulated, folder, fields, "own")
    return [
        Figure(
            "Salesforce: calls per 10,000 changed accounts, our own lane",
            made,
            "calls",
            60,
            "theoretical least 6: one bulk job; with the pull",
            _naive_calls({"Phone": "+44 20 7946 9999", "Website": "x.example", "BillingCity": "York"}),
        ),
        Figure("Salesforce: records written, our own lane", wrote, "records", ACCOUNTS),
        Figure("Salesforce: calls of the same plan again, our own lane", again, "calls", 0),
        Figure("Salesforce: CPU of it all, our own lane", round(spent, 1), "s"),
    ]
