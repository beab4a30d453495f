"""The simulated Dataverse environment as a rig."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.dynamics import Dynamics
from demo.simulate.dynamics import CLIENT, make
from demo.simulate.org import US, OrgClock
from demo.simulate.server import Simulator
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "telephone1", "city": "address1_city", "tier": "enr_tier"}


def open_rig(folder: Path) -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the secret

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> Dynamics:
        options = {
            "url": simulator.url, "login": f"{simulator.url}/tenant/oauth2/v2.0/token", "tenant": "tenant", "client_id": CLIENT,
            "client_secret_file": str(folder / "simulated-dynamics.secret"), "user_name": US, **settings.get("options", {}),
        }  # fmt: skip
        limit = simulator.org.faults.calls_left
        if limit is not None and limit < 1000:
            options["calls_a_run"] = limit  # Dataverse tells of no daily limit: its owner does
        rest = {key: value for key, value in settings.items() if key != "options"}
        return Dynamics(Config(crm=CrmConfig(kind="dynamics", options=options, **rest)), CATALOGUE, clock)

    return SimulatorRig(
        simulated, opened, NAMES, {"name": "Birch Lamps"}, untracked=frozenset({"phone", "city"})
    )
