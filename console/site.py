"""What all pages share: the configuration in force, the snapshot, the stewards' words, jobs and links."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.catalogue import Catalogue
from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import Clock, SystemClock
from accounts.config import Config, load_config
from console.access import Access, server_secret
from console.embeds import Embeds
from console.guard import Buckets
from console.jobs import Jobs
from console.snapshots import Reading, Snapshots
from flows.services import catalogue_for
from warehouse.decisions import DecisionStore
from warehouse.standing import Decided


@dataclass
class Words:
    """What people have said, as of one state of the store: all of it, and the sum of what stands."""

    history: list[ReviewDecision]
    decided: Decided


@dataclass
class Site:
    """One console over one warehouse folder."""

    config: Config
    catalogue: Catalogue
    snapshots: Snapshots
    access: Access
    decisions: DecisionStore
    jobs: Jobs
    embeds: Embeds
    clock: Clock
    tries: Buckets = field(default_factory=lambda: Buckets(10))
    _said: tuple[tuple[int, int], Words] | None = None
    _left: tuple[Reading, Words, list[dict[str, Any]]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def said(self) -> Words:
        """What people have said, read again only when the store has changed."""
        state = _state_of(self.config.home / "decisions.sqlite")
        with self._lock:
            if self._said is None or self._said[0] != state:
                self._said = (state, Words(self.decisions.history(), Decided(self.decisions.all())))
            return self._said[1]

    def open_questions(self, reading: Reading) -> list[dict[str, Any]]:
        """The questions nobody has answered, what matters most first; those somebody was not sure about come last."""
        said, known = self.said(), self._left
        if known is not None and known[0] is reading and known[1] is said:
            return known[2]
        unsure = {d.item_id for d in said.history if d.action is ReviewAction.UNSURE}
        questions = reading.once("queue", lambda: reading.ask("queue"))
        left = [q for q in questions if q["id"] not in said.decided.settled_items]
        left.sort(key=lambda q: q["id"] in unsure)
        self._left = (reading, said, left)
        return left


def open_site(
    config_path: Path,
    *,
    clock: Clock | None = None,
    world: Sequence[str] = (),
    prepare: Callable[[Reading], None] | None = None,
) -> Site:
    """Puts a console together from a configuration file; jobs that read the world get the `world` options. Raises ConfigError."""
    config = load_config(config_path)
    secret = server_secret(config.home)
    return Site(
        config=config,
        catalogue=catalogue_for(config),
        snapshots=Snapshots(config, prepare),
        access=Access(config, secret),
        decisions=DecisionStore(config.home),
        jobs=Jobs(config.home, config.path, world=world),
        embeds=Embeds(secret, config.console.embed_hours),
        clock=clock or SystemClock(),
    )


def _state_of(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_mtime_ns, told.st_size
