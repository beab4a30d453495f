"""The simulated Odoo as a rig, spoken to over XML-RPC."""

from __future__ import annotations

from pathlib import Path

from tests.crm.rig import SimulatorRig
from tests.crm.rigs import odoo


def open_rig(folder: Path) -> SimulatorRig:
    return odoo.open_rig(folder, "xmlrpc")
