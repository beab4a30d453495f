"""The simulated Salesforce org as a rig."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.salesforce import Salesforce
from demo.simulate.org import OrgClock
from demo.simulate.salesforce import make
from demo.simulate.salesforce_oauth import CLIENT, USERNAME
from demo.simulate.server import Simulator
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "Phone", "city": "BillingCity", "tier": "Enr_Tier__c"}


def open_rig(folder: Path) -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the private key

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> Salesforce:
        options = {
            "host": simulator.url, "login": simulator.url, "client_id": CLIENT, "username": USERNAME,
            "private_key_file": str(folder / "simulated-salesforce.pem"), **settings.get("options", {}),
        }  # fmt: skip
        rest = {key: value for key, value in settings.items() if key != "options"}
        return Salesforce(Config(crm=CrmConfig(kind="salesforce", options=options, **rest)), CATALOGUE, clock)

    return SimulatorRig(simulated, opened, NAMES, {"Name": "Birch Lamps"})
