"""The demo world in a process of its own, so that it counts neither as time nor as memory of what is measured.

Serves it on loopback and prints its address, then obeys lines until its input ends: `cpu`, `now`, `change SHARE`, `export FILE`
(the CRM's table), `replay FOLDER` (tonight's answers as files); each is answered by one line.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from demo.crm_export import export, write_csv
from demo.replay import write_night
from demo.serve import serve
from demo.world import World


def main(accounts: int, dressed: bool, patience: float) -> None:
    world = World(1, accounts, 1, dressed=dressed)
    with serve(world, patience=patience) as server:
        print(server.address, flush=True)
        for line in sys.stdin:
            print(_obey(world, *line.strip().split(" ", 1)), flush=True)


def _obey(world: World, order: str, given: str = "") -> str:
    if order == "change":
        world.change_some(float(given))
    elif order == "export":
        write_csv(Path(given), export(world))
    elif order == "replay":
        return str(write_night(world, Path(given)))
    elif order == "now":
        return world.now().isoformat()
    return str(round(time.process_time(), 1))


if __name__ == "__main__":
    main(int(sys.argv[1]), bool(int(sys.argv[2])), float(sys.argv[3]))
