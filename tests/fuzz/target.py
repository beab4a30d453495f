"""What is fuzzed: a name, inputs that are right, how they are made wrong, and what is done with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.mutate import LIES

Run = Callable[[bytes], object]
Make = Callable[[Random, Sequence[bytes]], bytes]


@dataclass(frozen=True)
class Target:
    """`prepare` gives the function an input goes to; it may raise errors of our tree and nothing else.

    `inputs` is its part of a whole run.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    make: Make
    prepare: Callable[[], Run]
    inputs: int = 1000

    def input(self, seed: str, number: int) -> bytes:
        """The input of that number."""
        return self.make(Random(f"{self.name} {seed} {number}"), self._seeds())

    def _seeds(self) -> Sequence[bytes]:
        known = _SEEDS.get(self.name)
        if known is None:
            known = _SEEDS[self.name] = tuple(self.seeds())
        return known


_SEEDS: dict[str, Sequence[bytes]] = {}


def answered(make: Make) -> Make:
    """Inputs that are answers of a server: a first line with page, status and content type, then the body."""

    def made(random: Random, seeds: Sequence[bytes]) -> bytes:
        head, _, body = random.choice(seeds).partition(b"\n")
        told = json.loads(head)
        if random.random() < 0.2:
            told["type"] = random.choice(LIES)
        if random.random() < 0.05:
            told["status"] = random.choice((204, 304, 404, 500))
        return envelope(make(random, [body]), **told)

    return made


def envelope(body: bytes, page: int = 0, status: int = 200, type: str = "text/html") -> bytes:
    """An answer as an input."""
    return json.dumps({"page": page, "status": status, "type": type}).encode() + b"\n" + body


def opened(data: bytes) -> tuple[int, int, str, bytes]:
    """Page, status, content type and body of an input, whatever became of its first line."""
    head, _, body = data.partition(b"\n")
    try:
        told = json.loads(head)
        return int(told["page"]), int(told["status"]), str(told["type"]), body
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return 0, 200, "text/html", data
