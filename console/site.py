"""What all pages share: the configuration in force, the snapshot, the stewards' words, jobs and links."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accounts.catalogue import Catalogue
from accounts.change import ReviewDecision
from accounts.clock import Clock, SystemClock
from accounts.config import Config, load_config
from console.access import Access, server_secret
from console.embeds import Embeds
from console.jobs import Jobs
from console.snapshots import Snapshots
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
    _said: tuple[tuple[int, int], Words] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def said(self) -> Words:
        """What people have said, read again only when the store has changed."""
        state = _state_of(self.config.home / "decisions.sqlite")
        with self._lock:
            if self._said is None or self._said[0] != state:
                self._said = (state, Words(self.decisions.history(), Decided(self.decisions.all())))
            return self._said[1]


def open_site(config_path: Path, *, clock: Clock | None = None, world: Sequence[str] = ()) -> Site:
    """Puts a console together from a configuration file; jobs that read the world get the `world` options. Raises ConfigError."""
    config = load_config(config_path)
    secret = server_secret(config.home)
    return Site(
        config=config,
        catalogue=catalogue_for(config),
        snapshots=Snapshots(config),
        access=Access(config, secret),
        decisions=DecisionStore(config.home),
        jobs=Jobs(config.home, config.path, world=world),
        embeds=Embeds(secret, config.console.embed_hours),
        clock=clock or SystemClock(),
    )


def _state_of(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_mtime_ns, told.st_size
