"""The demo world served on loopback for a measurement: prints its address, then obeys lines on its input until that ends."""

from __future__ import annotations

import sys
import time

from demo.serve import serve
from demo.world import World


def main(accounts: int, dressed: bool, patience: float) -> None:
    world = World(1, accounts, 1, dressed=dressed)
    with serve(world, patience=patience) as server:
        print(server.address, flush=True)
        for line in sys.stdin:
            told, _, rest = line.strip().partition(" ")
            if told == "change":
                world.change_some(float(rest))
            print(round(time.process_time(), 1), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), bool(int(sys.argv[2])), float(sys.argv[3]))
