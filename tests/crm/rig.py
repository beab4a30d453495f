"""A CRM under test with somebody else at its keyboard: what the shared tests need of every remote CRM.

A connector's author adds one module to `tests/crm/rigs/` with a function `open_rig(folder) -> Rig`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import tests.crm.rigs
from accounts.clock import Clock, FixedClock
from crm.remote.connector import RemoteCrm
from demo.simulate.org import Faults, Trait
from demo.simulate.server import Simulator
from tests.crm.build import NOW


class Rig(Protocol):
    """One CRM with its human. `names` are the properties of `phone` and `city`; `faults` is None for a real server.

    `untracked` are the fields among them of which the CRM keeps no history. `own` is a catalogue field in our own lane, None
    where there is none. `batch` is how many accounts the test of a whole
    batch may use; `lost_races_show`: an edit between our reading and our writing is refused by the CRM or told by its history.
    """

    kind: str
    names: Mapping[str, str]
    untracked: frozenset[str]
    own: str | None
    batch: int
    lost_races_show: bool

    @property
    def now(self) -> datetime:
        """When the first night begins."""
        ...

    @property
    def faults(self) -> Faults | None: ...

    @property
    def writes(self) -> int:
        """Records written over the API so far; a write of nothing new counts."""
        ...

    @property
    def calls(self) -> int:
        """Calls over the API so far."""
        ...

    def crm(self, clock: Clock | None = None, **settings: Any) -> RemoteCrm:
        """The connector, freshly opened; settings are those of `[crm]`."""
        ...

    def add(self, **values: str) -> str:
        """A new account with values by catalogue field, blank phone and city otherwise; made by a machine."""
        ...

    def edit(self, account: str, name: str, value: str | None) -> None:
        """A person sets or clears a catalogue field."""
        ...

    def value(self, account: str, name: str) -> str | None:
        """What stands there, as a person at the CRM sees it."""
        ...

    def delete(self, account: str) -> None:
        """A person deletes the account."""
        ...

    def pass_time(self, days: float) -> None:
        """The CRM's clock moves on, where it is ours to move."""
        ...

    def close(self) -> None: ...


@dataclass
class SimulatorRig:
    """A rig over a simulator, already started. `opener` opens the connector on it."""

    simulator: Simulator
    opener: Callable[[Simulator, Clock, Mapping[str, Any]], RemoteCrm]
    names: Mapping[str, str]
    fixed: Mapping[str, Any] = field(default_factory=lambda: {"Name": "Birch Lamps"})
    untracked: frozenset[str] = frozenset()
    own: str | None = "tier"
    batch: int = 200
    lost_races_show: bool = True

    @property
    def kind(self) -> str:
        return self.simulator.kind

    @property
    def now(self) -> datetime:
        return NOW

    @property
    def faults(self) -> Faults:
        return self.simulator.org.faults

    @property
    def writes(self) -> int:
        return self.simulator.org.writes

    @property
    def calls(self) -> int:
        return self.simulator.made

    def crm(self, clock: Clock | None = None, **settings: Any) -> RemoteCrm:
        opened = self.opener(self.simulator, clock or FixedClock(NOW), settings)
        opened.sleep = lambda seconds: None
        return opened

    def trait(self, name: str) -> Trait:
        """The property of a catalogue field."""
        return self.simulator.org.traits[self.names[name]]

    def add(self, **values: str) -> str:
        given = {self.names[name]: value for name, value in values.items()}
        return self.simulator.org.add({**self.fixed, **given}, at=NOW - timedelta(days=1000))

    def edit(self, account: str, name: str, value: str | None) -> None:
        self.simulator.org.edit(account, {self.names[name]: value})

    def value(self, account: str, name: str) -> str | None:
        found = self.simulator.org.entries[account].values.get(self.names[name])
        return None if found is None else str(found)

    def delete(self, account: str) -> None:
        self.simulator.org.delete(account)

    def pass_time(self, days: float) -> None:
        self.simulator.org.clock.advance(timedelta(days=days))

    def close(self) -> None:
        self.simulator.stop()


def rig_kinds() -> Sequence[str]:
    """The kinds with a rig: one module each in `tests/crm/rigs/`."""
    return [module.name for module in pkgutil.iter_modules(tests.crm.rigs.__path__)]


def open_rig(kind: str, folder: Path) -> Rig:
    """A fresh rig of a kind. Skips the test where the rig's module says what is missing."""
    rig: Rig = importlib.import_module(f"tests.crm.rigs.{kind}").open_rig(folder)
    return rig
