"""What a budget catches when it is spent by learned rates of change, against fixed TTLs: sixty nights of the demo world.

Three runs over the same world: one looks at everything every night (what can be seen at all), two have the same budget of
accounts a night and differ only in `[run] spend`. A change is caught on the night on which the golden record of one of its
fields changes, or a signal contradicts it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench.figure import Figure
from demo.changes import CHANGED_FIELDS, Event
from demo.crm_export import Row, export, write_csv
from demo.replay import write_night
from demo.world import World
from flows.night import NightOptions, run_night
from flows.services import open_services

ACCOUNTS, NIGHTS, BUDGET, SEED, WITHIN = 300, 60, 24, 11, 7
_CONFIG = """\
[crm]
kind = "file"
path = "accounts.csv"

[run]
spend = "{spend}"
""" + "".join(
    f"\n[sources.{name}]\nenabled = false\n"
    for name in ("news", "job_ads", "edgar_facts", "technographics", "dns")
)
_NEWS = """
SELECT account_id, field, valid_from AS at FROM golden
UNION ALL
SELECT account_id, unnest(contradicts) AS field, observed_at AS at FROM signal
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one policy saw: for each planted change the night it was caught on, None where it was not; pages it took."""

    caught: dict[Event, int | None]
    requests: int


def measure(folder: Path) -> list[Figure]:
    everything = spend("rates", None, folder / "everything")
    visible = {e for e, night in everything.caught.items() if night is not None and night <= e.night + 1}
    judged = {e for e in visible if e.night <= NIGHTS - 1 - WITHIN}
    rates, ttl = (spend(policy, BUDGET, folder / policy) for policy in ("rates", "ttl"))
    soon = {name: _within(told, judged) for name, told in (("rates", rates), ("ttl", ttl))}
    age = {name: _mean_age(told, visible) for name, told in (("rates", rates), ("ttl", ttl))}
    note = f"{ACCOUNTS} accounts, {BUDGET} a night, {NIGHTS} nights, {len(judged)} visible changes"
    return [
        Figure("changes caught within 7 days, learned rates", soon["rates"] / len(judged), "share", note=note),
        Figure("changes caught within 7 days, fixed TTLs", soon["ttl"] / len(judged), "share", note=note),
        Figure("caught within 7 days, learned against fixed", round(soon["rates"] / max(soon["ttl"], 1), 2), "times"),
        Figure("mean age of an undetected change, learned rates", round(age["rates"], 2), "days"),
        Figure("mean age of an undetected change, fixed TTLs", round(age["ttl"], 2), "days"),
        Figure("mean age, learned less than fixed", round(1 - age["rates"] / age["ttl"], 3), "share"),
        Figure("requests, learned against fixed", round(rates.requests / max(ttl.requests, 1), 3), "times"),
    ]  # fmt: skip


def spend(policy: str, budget: int | None, folder: Path) -> Told:
    """Runs the nights under a policy and a budget of accounts a night."""
    folder.mkdir(parents=True)
    world = World(SEED, ACCOUNTS)
    rows = export(world)
    write_csv(folder / "accounts.csv", rows)
    (folder / "evergreen.toml").write_text(_CONFIG.format(spend=policy), encoding="utf-8")
    for night in range(NIGHTS):
        if night:
            world.turn()
        replay = write_night(world, folder / "web")
        with open_services(
            folder / "evergreen.toml", as_of=world.now().isoformat(), replay=replay
        ) as services:
            run_night(services, NightOptions(limit=budget))
            news = services.warehouse.rows(_NEWS) if night == NIGHTS - 1 else []
            asked = services.warehouse.value("SELECT sum(requests) FROM source_call")
    nights: dict[tuple[str, str], list[int]] = defaultdict(list)
    began = World(SEED, 1).now()
    for row in news:
        nights[row["account_id"], row["field"]].append((row["at"] - began).days)
    accounts = _accounts(rows)
    return Told(
        {
            e: min((n for a in accounts[e.number] for f in CHANGED_FIELDS[e.kind] for n in nights[a, f] if n >= e.night), default=None)
            for e in world.events if e.kind in CHANGED_FIELDS and e.number in accounts
        },
        int(asked),
    )  # fmt: skip


def _accounts(rows: list[Row]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.number is not None:
            found[row.number].append(row.id)
    return found


def _within(told: Told, judged: set[Event]) -> int:
    return sum((night := told.caught[e]) is not None and night <= e.night + WITHIN for e in judged)


def _mean_age(told: Told, visible: set[Event]) -> float:
    """Days a change stays unseen, averaged over the changes; one never seen counts to the last night."""
    return sum((NIGHTS - 1 if (n := told.caught[e]) is None else n) - e.night for e in visible) / len(visible)
