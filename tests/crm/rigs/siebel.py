"""The simulated Siebel server as a rig. It keeps no history and has no precondition: a lost race leaves no trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.siebel import Siebel
from demo.simulate.org import US, OrgClock
from demo.simulate.server import Simulator
from demo.simulate.siebel import make
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "Main Phone Number", "city": "Primary Account City", "tier": "Evergreen Tier"}


def open_rig(folder: Path) -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the password

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> Siebel:
        options = {
            "url": simulator.url, "user": US, "password_file": str(folder / "simulated-siebel.password"),
            **settings.get("options", {}),
        }  # fmt: skip
        limit = simulator.org.faults.calls_left
        if limit is not None and limit < 1000:
            options["calls_a_run"] = limit  # Siebel knows no limit: its owner sets one
        rest = {key: value for key, value in settings.items() if key != "options"}
        return Siebel(Config(crm=CrmConfig(kind="siebel", options=options, **rest)), CATALOGUE, clock)

    return SimulatorRig(
        simulated,
        opened,
        NAMES,
        {"Name": "Birch Lamps"},
        lost_races_show=False,
        untracked=frozenset({"phone", "city"}),
    )
