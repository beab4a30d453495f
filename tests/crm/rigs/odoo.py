"""The simulated Odoo as a rig, spoken to over JSON-2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.odoo import OdooCrm
from demo.simulate.odoo import DATABASE, make
from demo.simulate.org import OrgClock
from demo.simulate.server import Simulator
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "phone", "city": "city", "tier": "x_enr_tier"}


def open_odoo(
    folder: Path, simulator: Simulator, clock: Clock, settings: Mapping[str, Any], protocol: str
) -> OdooCrm:
    options: dict[str, Any] = {
        "url": simulator.url, "database": DATABASE, "api_key_file": str(folder / "simulated-odoo.key"), "protocol": protocol,
        **settings.get("options", {}),
    }  # fmt: skip
    limit = simulator.org.faults.calls_left
    if limit is not None and limit < 1000:
        options["calls_a_run"] = limit  # Odoo tells of no limit: its owner does
    rest = {key: value for key, value in settings.items() if key != "options"}
    return OdooCrm(Config(crm=CrmConfig(kind="odoo", options=options, **rest)), CATALOGUE, clock)


def open_rig(folder: Path, protocol: str = "json2") -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the key

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> OdooCrm:
        return open_odoo(folder, simulator, clock, settings, protocol)

    return SimulatorRig(
        simulated, opened, NAMES, {"name": "Birch Lamps", "is_company": True}, untracked=frozenset({"city"})
    )
