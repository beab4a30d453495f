"""Three workers against one where fetching is what takes time: the same night over a world whose every answer is slow.

Workers are started by commands, each a process of its own, and meet in a folder. Both nights are run one after the other on this
machine, over the live client, at the usual pace of one request a second and host.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from accounts.clock import parse_instant
from bench.figure import Figure
from demo.crm_export import export, write_csv
from demo.proxy import open_proxy
from demo.world import World
from flows.night import NightOptions, run_night
from flows.services import open_services
from warehouse.store import open_warehouse

ACCOUNTS, SHARD, THREADS, SECONDS = 60, 4, 2, 2.0
_CONFIG = """\
[crm]
kind = "file"
path = "accounts.csv"
[run]
shard_size = {shard}
threads = {threads}
[web]
use_proxies = true
allow_private = true
contact = "bench@evergreen.example"
[sources.dns]
enabled = false
[fleet]
store = "shared"
by = "commands"
workers = {workers}
"""
_GOLDEN = "SELECT account_id, field, value, kind, key FROM golden ORDER BY ALL"


def measure(folder: Path) -> list[Figure]:
    world = World(11, ACCOUNTS, 1)
    server = open_proxy(world, folder / "ca", seconds=SECONDS)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    way = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ |= {"HTTP_PROXY": way, "HTTPS_PROXY": way, "http_proxy": way, "https_proxy": way}
    os.environ |= {"NO_PROXY": "", "no_proxy": "", "REQUESTS_CA_BUNDLE": str(folder / "ca" / "ca.pem")}
    try:
        seconds, golden, requests = zip(*(_night(world, folder / str(n), n) for n in (1, 3)), strict=True)
    finally:
        server.shutdown()
        server.server_close()
    if golden[0] != golden[1]:
        raise AssertionError("three workers brought another golden record than one")
    note = f"{ACCOUNTS} accounts in shards of {SHARD}, {requests[1]} requests of {SECONDS:g} s, {THREADS} at once a worker"
    return [
        Figure("reading, one worker", round(seconds[0], 1), "s", None, note),
        Figure("reading, three workers", round(seconds[1], 1), "s", None, "the same golden record"),
        Figure(
            "three workers against one",
            round(seconds[0] / seconds[1], 2),
            "×",
            2.2,
            "started included",
            more=True,
        ),
    ]


def _night(world: World, folder: Path, workers: int) -> tuple[float, list[dict[str, object]], int]:
    """Seconds of the reading stage, the golden record, and the requests it took."""
    folder.mkdir()
    write_csv(folder / "accounts.csv", export(world))
    evergreen = str(Path(sys.executable).with_name("evergreen"))
    commands = [
        [evergreen, "work", "--store", str(folder / "shared"), "--folder", str(folder / f"worker-{n}")]
        for n in range(workers)
    ]
    config = folder / "evergreen.toml"
    text = _CONFIG.format(shard=SHARD, threads=THREADS, workers=repr(commands).replace("'", '"'))
    config.write_text(text, encoding="utf-8")
    now = parse_instant(world.now().isoformat())
    with open_services(config, as_of=now.isoformat()) as services:
        report = run_night(services, NightOptions(apply=True))
    with open_warehouse(folder / ".evergreen") as warehouse:
        golden = warehouse.rows(_GOLDEN)
    return report.seconds["enrich"], golden, report.counts()["requests"]
