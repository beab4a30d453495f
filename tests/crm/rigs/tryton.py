"""A real Tryton with `maya` at its keyboard; one server for all tests of a process."""

from __future__ import annotations

import atexit
import itertools
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from accounts.clock import Clock, FixedClock
from accounts.config import Config, CrmConfig
from crm.tryton import TrytonCrm
from tests.crm.build import CATALOGUE
from tests.crm.tryton_server import COUNTRIES, PASSWORDS, Session, TrytonServer, missing, start

_NUMBERS = itertools.count(1)
MACHINES = ["import", "admin"]


@cache
def server() -> TrytonServer:
    """The running server. Skips where there is none; an error where CI=true."""
    lacking = missing()
    if lacking is not None:
        if os.environ.get("CI"):
            raise RuntimeError(lacking)
        pytest.skip(lacking)
    running = start()
    atexit.register(running.stop)
    return running


@cache
def session(login: str) -> Session:
    """The session of a user, opened once."""
    return server().session(login)


class TrytonRig:
    """See `tests.crm.rig.Rig`. Accounts of one rig share the start of their name; the connector sees no others."""

    kind = "tryton"
    names: Mapping[str, str] = {"phone": "contact.phone", "city": "address.city"}
    untracked: frozenset[str] = frozenset()
    own = None
    batch = 100
    lost_races_show = True
    faults = None

    def __init__(self) -> None:
        self.machine, self.human = session("admin"), session("maya")
        self.mark = f"Rig {next(_NUMBERS)} "
        self.opened: list[TrytonCrm] = []
        self.now = datetime.now(UTC)

    @property
    def writes(self) -> int:
        return sum(crm.meter.by_purpose["write"] for crm in self.opened)

    @property
    def calls(self) -> int:
        return sum(crm.meter.made for crm in self.opened)

    def crm(self, clock: Clock | None = None, **settings: Any) -> TrytonCrm:
        options = {
            "url": f"http://127.0.0.1:{server().port}", "database": "crm", "user": "evergreen",
            "password_env": "TRYTON_TEST_PASSWORD", "where": [["name", "like", f"{self.mark}%"]],
            **settings.pop("options", {}),
        }  # fmt: skip
        os.environ["TRYTON_TEST_PASSWORD"] = PASSWORDS["evergreen"]
        given: dict[str, Any] = {"kind": "tryton", "machine_users": MACHINES, **settings}
        config = Config(crm=CrmConfig(**given, options=options))
        crm = TrytonCrm(config, CATALOGUE, clock or FixedClock(self.now))
        crm.sleep = lambda seconds: None
        self.opened.append(crm)
        return crm

    def add(self, **values: str) -> str:
        given: dict[str, Any] = {"name": self.mark + values.pop("name", "Birch Lamps")}
        address = {name: values[name] for name in ("street", "city", "postal_code") if name in values}
        if "country" in values:
            address["country"] = 1 + [code for _, code in COUNTRIES].index(values["country"])
        if address:
            given["addresses"] = [["create", [address]]]
        kinds = [kind for kind in ("phone", "email", "website") if kind in values]
        if kinds:
            given["contact_mechanisms"] = [["create", [{"type": k, "value": values[k]} for k in kinds]]]
        [number] = self.machine.model("party.party", "create", [given])
        return str(number)

    def edit(self, account: str, name: str, value: str | None) -> None:
        """As the client does: by the records behind the party."""
        model, field = (
            ("party.address", name)
            if name in ("street", "city", "country")
            else ("party.contact_mechanism", "value")
        )
        found = self._behind(account, name)
        if value is None:
            if found and model == "party.address":
                self.human.model(model, "write", found, {field: None})
            elif found:
                self.human.model(model, "delete", found)
        elif found:
            self.human.model(model, "write", found[:1], {field: value})
        else:
            made = {"party": int(account), field: value} | (
                {} if model == "party.address" else {"type": name}
            )
            self.human.model(model, "create", [made])

    def value(self, account: str, name: str) -> str | None:
        model = "party.address" if name in ("street", "city") else "party.contact_mechanism"
        found = self._behind(account, name)
        if not found:
            return None
        [row] = self.human.model(model, "read", found[:1], [name if model == "party.address" else "value"])
        return row.get(name) or row.get("value")

    def _behind(self, account: str, name: str) -> list[int]:
        domain: list[Any] = [["party", "=", int(account)]]
        if name in ("street", "city", "country"):
            return list(self.human.model("party.address", "search", domain, 0, None, [["id", "ASC"]]))
        domain.append(["type", "=", name])
        return list(self.human.model("party.contact_mechanism", "search", domain, 0, None, [["id", "ASC"]]))

    def delete(self, account: str) -> None:
        self.human.model("party.party", "delete", [int(account)])

    def pass_time(self, days: float) -> None:
        """Nothing: the server's clock is its own."""

    def close(self) -> None:
        """Nothing: the server goes on for the next rig."""


def open_rig(folder: Path) -> TrytonRig:
    return TrytonRig()
