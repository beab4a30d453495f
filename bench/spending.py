"""What a budget of looks catches when learned rates of change spend it, against fixed TTLs: sixty nights of the demo world.

Two runs of the whole pipeline over the same worlds have the same budget of accounts a night and differ only in
`[run] spend`; a third spends by learned rates no more requests than fixed TTLs took. A change counts where a look on the very night it happens would have seen it (one more run looks, each night, at
the accounts to which something has happened); it is caught on the night on which the golden record of one of its fields
changes or a signal contradicts it. The bounds of `bench.spending_bounds` stand beside: even rounds, the
best that one period for all can do, and an oracle that knows every company's true rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import fmean, stdev

from bench.figure import Figure
from bench.spending_bounds import Bounds, bounds_of
from demo.changes import CHANGED_FIELDS, Event
from demo.crm_export import Row, export, write_csv
from demo.replay import write_night
from demo.world import FIRST_NIGHT, World
from flows.night import NightOptions, run_night
from flows.scope import Scope
from flows.services import open_services

ACCOUNTS, NIGHTS, BUDGET, SEEDS, WITHIN = 300, 60, 24, (11, 12), 7
#: What is wanted of learned rates against fixed TTLs: changes caught within the week, days until caught.
TIMES_AS_MANY, LESS_BY = 1.5, 0.3
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
class Stage:
    """A world with all its nights written out: replay files, the CRM's rows, what happens, and to which account ids."""

    seed: int
    replays: tuple[Path, ...]
    rows: tuple[Row, ...]
    events: tuple[Event, ...]
    accounts: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """What one policy saw: for each planted change the night it was caught on, None where it was not; pages it took."""

    caught: Mapping[Event, int | None]
    requests: int


@dataclass(frozen=True, slots=True)
class Marks:
    """How a policy did: the share of changes caught within a week, and the mean days until a change is caught."""

    soon: float
    age: float


def measure(folder: Path) -> list[Figure]:
    stages = [set_stage(seed, folder / str(seed)) for seed in SEEDS]
    runs = [_one_world(stage, folder / str(stage.seed)) for stage in stages]
    note = f"{ACCOUNTS} accounts, {BUDGET} looks a night, {NIGHTS} nights, seeds {', '.join(map(str, SEEDS))}"
    return [*_figures(runs, note)]


def _one_world(stage: Stage, folder: Path) -> tuple[Mapping[str, Marks], float]:
    """The marks of all policies over one world, and the requests of learned rates against fixed TTLs."""
    visible = seen_at_once(stage, folder / "everything")
    told = {policy: spend(stage, policy, BUDGET, folder / policy) for policy in ("rates", "ttl")}
    told["thrifty"] = spend_requests(stage, "rates", told["ttl"].requests, folder / "thrifty")
    bounds: Bounds = bounds_of(stage.seed, ACCOUNTS, NIGHTS, BUDGET, visible)
    caught = {name: one.caught for name, one in told.items()} | {"even": bounds.even, "oracle": bounds.oracle}
    marks = {name: marks_of(found, visible) for name, found in caught.items()}
    return marks, told["rates"].requests / max(told["ttl"].requests, 1)


def _figures(runs: list[tuple[Mapping[str, Marks], float]], note: str) -> Iterable[Figure]:
    marks = [m for m, _ in runs]
    names = {
        "rates": "learned rates", "thrifty": "learned rates, requests as fixed TTLs",
        "ttl": "fixed TTLs", "even": "even rounds",
        "oracle": "an oracle that knows all rates",
    }  # fmt: skip
    for key, name in names.items():
        yield _mean(
            f"changes caught within {WITHIN} days, {name}", [m[key].soon for m in marks], "share", note
        )
        yield _mean(f"mean days until a change is caught, {name}", [m[key].age for m in marks], "days", note)
    for other in ("ttl", "even"):
        for key in ("rates", "thrifty", "oracle"):
            against = f"{names[key]} against {names[other]}"
            yield _mean(
                f"caught within {WITHIN} days, {against}",
                [m[key].soon / max(m[other].soon, 1e-9) for m in marks],
                "times",
                note,
                TIMES_AS_MANY if (key, other) == ("rates", "ttl") else None,
            )
            yield _mean(
                f"days until caught, {against}: less by",
                [1 - m[key].age / m[other].age for m in marks],
                "share",
                note,
                LESS_BY if (key, other) == ("rates", "ttl") else None,
            )
    yield _mean("requests, learned rates against fixed TTLs", [r for _, r in runs], "times", note)


def _mean(name: str, values: list[float], unit: str, note: str, limit: float | None = None) -> Figure:
    spread = f"; by seed {', '.join(f'{v:.3g}' for v in values)}" if len(values) > 1 else ""
    spread += f" (sd {stdev(values):.2g})" if len(values) > 1 else ""
    return Figure(name, round(fmean(values), 3), unit, limit, note + spread, more=limit is not None)


def set_stage(seed: int, folder: Path) -> Stage:
    """Writes all nights of a world, once for all policies."""
    world = World(seed, ACCOUNTS)
    rows = export(world)
    replays = []
    for night in range(NIGHTS):
        if night:
            world.turn()
        replays.append(write_night(world, folder / "web"))
    accounts: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.number is not None:
            accounts[row.number].append(row.id)
    events = tuple(e for e in world.events if e.kind in CHANGED_FIELDS and e.number in accounts)
    return Stage(seed, tuple(replays), tuple(rows), events, {n: tuple(ids) for n, ids in accounts.items()})


def seen_at_once(stage: Stage, folder: Path) -> set[Event]:
    """The changes that a look on their own night, or the night after, sees."""
    nights: dict[int, set[str]] = defaultdict(set)
    for event in stage.events:
        for night in (event.night, event.night + 1):
            nights[night].update(stage.accounts[event.number])
    told = _run(stage, "rates", folder, lambda night, _: NightOptions(
        scope=Scope(accounts=frozenset(nights[night])) if night else Scope(), ask=True,
    ))  # fmt: skip
    return {e for e, night in told.caught.items() if night is not None and night <= e.night + 1}


def spend(stage: Stage, policy: str, budget: int | None, folder: Path) -> Told:
    """Runs all nights under a policy and a budget of accounts a night, writing into the CRM as a night does."""
    return _run(stage, policy, folder, lambda *_: NightOptions(apply=True, limit=budget))


def spend_requests(stage: Stage, policy: str, requests: int, folder: Path) -> Told:
    """The same with a budget of requests for all nights together: each night as many looks as its share is likely to pay for."""
    looks: list[int] = []

    def options(night: int, asked: int) -> NightOptions:
        price = asked / sum(looks) if asked else requests / (NIGHTS * BUDGET)
        looks.append(max(0, int((requests * (night + 1) / NIGHTS - asked) / price)))
        return NightOptions(apply=True, limit=looks[-1])

    return _run(stage, policy, folder, options)


def _run(stage: Stage, policy: str, folder: Path, options: Callable[[int, int], NightOptions]) -> Told:
    """All nights of a stage; `options` are made from the night and the requests made until then."""
    folder.mkdir(parents=True)
    write_csv(folder / "accounts.csv", list(stage.rows))
    (folder / "evergreen.toml").write_text(_CONFIG.format(spend=policy), encoding="utf-8")
    asked = 0
    for night, replay in enumerate(stage.replays):
        at = FIRST_NIGHT + timedelta(days=night)
        with open_services(folder / "evergreen.toml", as_of=at.isoformat(), replay=replay) as services:
            run_night(services, options(night, asked))
            news = services.warehouse.rows(_NEWS) if night == len(stage.replays) - 1 else []
            asked = int(services.warehouse.value("SELECT coalesce(sum(requests), 0) FROM source_call"))
    nights: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in news:
        nights[row["account_id"], row["field"]].append((row["at"] - FIRST_NIGHT).days)
    caught = {event: _caught(event, stage.accounts[event.number], nights) for event in stage.events}
    return Told(caught, asked)


def _caught(event: Event, accounts: Iterable[str], nights: Mapping[tuple[str, str], list[int]]) -> int | None:
    told = (n for a in accounts for f in CHANGED_FIELDS[event.kind] for n in nights.get((a, f), ()))
    return min((n for n in told if n >= event.night), default=None)


def marks_of(caught: Mapping[Event, int | None], visible: Collection[Event]) -> Marks:
    """The marks over the visible changes; one never caught waits to the last night, and the last week is too short for `soon`."""
    judged = [e for e in visible if e.night <= NIGHTS - 1 - WITHIN]
    soon = sum((n := caught[e]) is not None and n <= e.night + WITHIN for e in judged) / len(judged)
    return Marks(soon, fmean((NIGHTS - 1 if (n := caught[e]) is None else n) - e.night for e in visible))
