"""The simulated HubSpot portal as a rig."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.hubspot import HubSpot
from demo.simulate.hubspot import APP, make
from demo.simulate.org import OrgClock
from demo.simulate.server import Simulator
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "phone", "city": "city", "tier": "enr_tier"}


def open_rig(folder: Path) -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the token

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> HubSpot:
        options = {
            "url": simulator.url, "token_file": str(folder / "simulated-hubspot.token"), "app_id": APP,
            **settings.get("options", {}),
        }  # fmt: skip
        rest = {key: value for key, value in settings.items() if key != "options"}
        return HubSpot(Config(crm=CrmConfig(kind="hubspot", options=options, **rest)), CATALOGUE, clock)

    return SimulatorRig(simulated, opened, NAMES, {"name": "Birch Lamps"})
