"""Cost of nights against the number of accounts and of changes on the demo world, whose pages are dressed to 30 to 70 KB:
the first night, our own writes coming back, a night after which nothing changed, one after which 1 % did. CPU seconds by stage, peak of memory.

`python -m bench.night_scale ACCOUNTS FOLDER [--processes N] [--bare]` measures one size alone; nothing is extrapolated
but the figure that says so.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bench.figure import Figure

SIZES = (1000, 3000)
_FIRST, _QUIET, _FEW = "the first", "nothing changed", "1 % changed"
_CONFIG = """\
[crm]
kind = "file"
path = "accounts.csv"
[run]
processes = {processes}
"""


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for accounts in SIZES:
        command = [sys.executable, "-m", "bench.night_scale", str(accounts), str(folder / str(accounts))]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = told["nights"][0]["cpu"]
        for night in told["nights"]:
            share = night["cpu"] / first
            stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in night["stages"].items())
            limit = round(first * 0.1, 1) if night["name"] == _FEW else None
            figures.append(
                Figure(
                    f"{accounts:,} accounts, {night['name']}", round(night["cpu"], 1), "CPU s", limit,
                    f"{share:.0%} of the first; CPU: {stages}",
                )
            )  # fmt: skip
        figures.append(Figure(f"{accounts:,} accounts, peak memory", told["peak"], "MB", 4096))
    per_account = told["nights"][0]["cpu"] / SIZES[-1]
    note = f"extrapolated in proportion from {SIZES[-1]:,} accounts, not measured; two cores share it"
    figures.append(
        Figure("100,000 accounts, first night", round(per_account * 100_000 / 60), "CPU min", None, note)
    )
    return figures


@dataclass
class _Stages:
    """CPU seconds by stage, heard as a night's progress."""

    spent: dict[str, float] = field(default_factory=dict)
    _now: str = "open"
    _since: float = 0.0

    def __post_init__(self) -> None:
        self._since = _cpu()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage != self._now:
            self.end()
            self._now = stage

    def end(self) -> None:
        now = _cpu()
        self.spent[self._now] = round(self.spent.get(self._now, 0.0) + now - self._since, 2)
        self._since = now


def _nights(accounts: int, folder: Path, processes: int, dressed: bool, most: int) -> None:
    from accounts.clock import parse_instant  # noqa: PLC0415 - only in the process that is measured
    from demo.crm_export import export, write_csv  # noqa: PLC0415
    from demo.replay import write_night  # noqa: PLC0415
    from demo.world import World  # noqa: PLC0415
    from flows.night import NightOptions, run_night  # noqa: PLC0415
    from flows.services import open_services  # noqa: PLC0415

    folder.mkdir(parents=True)
    world = World(1, accounts, 1, dressed=dressed)
    write_csv(folder / "accounts.csv", export(world))
    config = folder / "evergreen.toml"
    config.write_text(_CONFIG.format(processes=processes), encoding="utf-8")
    nights, now, replay = [], parse_instant(world.now().isoformat()), write_night(world, folder / "web")
    for day, name in enumerate((_FIRST, "our own writes back", _QUIET, _FEW)[:most]):
        if name == _FEW:
            world.change_some(0.01)
            replay = write_night(world, folder / "web")
        before, began, stages = _cpu(), time.monotonic(), _Stages()
        with open_services(config, as_of=(now + timedelta(days=day)).isoformat(), replay=replay) as services:
            report = run_night(services, NightOptions(apply=True), progress=stages)
        stages.end()
        nights.append(
            {
                "name": name, "cpu": round(_cpu() - before, 1), "wall": round(time.monotonic() - began, 1),
                "stages": stages.spent, "looked_at": report.looked_at, "requests": report.counts()["requests"],
                "written": sum(report.outcomes.values()), "peak": _peak(),
            }
        )  # fmt: skip
    print(json.dumps({"accounts": accounts, "processes": processes, "nights": nights, "peak": _peak()}))


def _peak() -> int:
    """The peak of resident memory so far in MB: of this process, and of the largest that has ended."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(peaks) // 1024


def _cpu() -> float:
    """CPU seconds of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m bench.night_scale")
    asked.add_argument("accounts", type=int)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--nights", type=int, default=4)
    asked.add_argument("--bare", action="store_true", help="pages of a kilobyte, as the demo has them")
    given = asked.parse_args()
    _nights(given.accounts, given.folder, given.processes, not given.bare, given.nights)
