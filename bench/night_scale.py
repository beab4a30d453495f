"""Cost of nights against the number of accounts and of changes on the demo world: the first night, a night after which nothing changed,
one with the world's own changes. CPU seconds of all processes by stage's wall share, and the peak of memory.

`python -m bench.night_scale ACCOUNTS` measures one size alone; nothing is extrapolated but the figure that says so.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from bench.figure import Figure

SIZES = (1000, 3000)


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for accounts in SIZES:
        command = [sys.executable, "-m", "bench.night_scale", str(accounts), str(folder / str(accounts))]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = told["nights"][0]["cpu"]
        for night in told["nights"]:
            share = night["cpu"] / first
            stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in night["seconds"].items())
            limit = round(first * 0.1, 1) if night["name"] == "nothing changed" else None
            figures.append(
                Figure(
                    f"{accounts:,} accounts, {night['name']}", round(night["cpu"], 1), "CPU s", limit,
                    f"{share:.0%} of the first; wall: {stages}",
                )
            )  # fmt: skip
        figures.append(Figure(f"{accounts:,} accounts, peak memory", told["peak"], "MB", 4096))
    per_account = told["nights"][0]["cpu"] / SIZES[-1]
    note = f"extrapolated in proportion from {SIZES[-1]:,} accounts, not measured"
    figures.append(
        Figure("100,000 accounts, first night", round(per_account * 100_000 / 60), "CPU min", None, note)
    )
    return figures


def _nights(accounts: int, folder: Path) -> None:
    from accounts.clock import parse_instant  # noqa: PLC0415 - only in the process that is measured
    from demo.crm_export import export, write_csv  # noqa: PLC0415
    from demo.replay import write_night  # noqa: PLC0415
    from demo.world import World  # noqa: PLC0415
    from flows.night import NightOptions, run_night  # noqa: PLC0415
    from flows.services import open_services  # noqa: PLC0415

    folder.mkdir(parents=True)
    world = World(1, accounts, 1)
    write_csv(folder / "accounts.csv", export(world))
    config = folder / "evergreen.toml"
    config.write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    nights, now, replay = [], parse_instant(world.now().isoformat()), write_night(world, folder / "web")
    for day, name in enumerate(
        ("the first", "the second, our own writes back", "nothing changed", "the world's changes")
    ):
        if name == "the world's changes":
            world.turn()
            replay = write_night(world, folder / "web")
        before = _cpu()
        with open_services(config, as_of=(now + timedelta(days=day)).isoformat(), replay=replay) as services:
            report = run_night(services, NightOptions(apply=True))
        nights.append({"name": name, "cpu": _cpu() - before, "seconds": dict(report.seconds)})
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"nights": nights, "peak": peak // 1024}))


def _cpu() -> float:
    """CPU seconds of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    _nights(int(sys.argv[1]), Path(sys.argv[2]))
