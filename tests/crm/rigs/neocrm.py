"""The simulated 销售易 tenant as a rig. It keeps no history and has no precondition: a lost race leaves no trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from crm.neocrm import Neocrm
from demo.simulate.neocrm import CLIENT, USER, USERS, make
from demo.simulate.org import US, OrgClock
from demo.simulate.server import Simulator
from tests.crm.build import CATALOGUE, NOW
from tests.crm.rig import SimulatorRig

NAMES = {"phone": "phone", "city": "enrCity__c", "tier": "enrTier__c"}


def open_rig(folder: Path) -> SimulatorRig:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1))).start()
    simulated.settings(folder)  # writes the secrets

    def opened(simulator: Simulator, clock: Clock, settings: Mapping[str, Any]) -> Neocrm:
        options = {
            "api": simulator.url, "login": f"{simulator.url}/auc/oauth2/token", "client_id": CLIENT, "username": USER,
            "user_id": str(USERS[US]), "client_secret_file": str(folder / "simulated-neocrm.secret"),
            "password_file": str(folder / "simulated-neocrm.password"), **settings.get("options", {}),
        }  # fmt: skip
        limit = simulator.org.faults.calls_left
        if limit is not None and limit < 1000:
            options["calls_a_run"] = limit  # the platform tells of no limit: its owner does
        rest = {
            "machine_users": [str(USERS["import"])],
            **{k: v for k, v in settings.items() if k != "options"},
        }
        rest["columns"] = {"city": {"property": "enrCity__c", "shape": "text"}, **rest.get("columns", {})}
        return Neocrm(Config(crm=CrmConfig(kind="neocrm", options=options, **rest)), CATALOGUE, clock)

    return SimulatorRig(
        simulated,
        opened,
        NAMES,
        {"accountName": "晨光灯具"},
        lost_races_show=False,
        untracked=frozenset({"phone", "city"}),
    )
