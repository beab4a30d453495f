"""A simulated Siebel server: accounts over REST, errors as 500 with an SBL code. As far as Oracle's guide says.

Invented where it is silent: which code a refusal has, the words, and that calls are ever limited (by a gateway before it).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.simulate.accounts import start_accounts
from demo.simulate.org import (
    DUPLICATE,
    GONE,
    HELD,
    LOCKED,
    READ_ONLY,
    UNKNOWN,
    US,
    Entry,
    Org,
    OrgClock,
    Refusal,
    Trait,
)
from demo.simulate.server import Answer, Request, Simulator, simulator

PASSWORD = "secret-of-the-simulator"  # noqa: S105 - nobody is let in by it
_PATH, _FORMAT, _MOST = "/siebel/v1.0/data/Account/Account", "%m/%d/%Y %H:%M:%S", 100
_TEXTS = ("Name", "Main Phone Number", "Home Page", "Primary Account Address", "Primary Account City", "Primary Account State",
          "Primary Account Postal Code", "Primary Account Country", "Number of Employees", "Annual Revenue", "Description")  # fmt: skip
_OURS = ("Legal Name", "USCC", "Last Signals", "Hiring Trend", "Business Needs", "Score", "Tier", "Brief", "Freshness",
         "Enriched At", "Hold", "Wrong")  # fmt: skip
_CODES = {
    LOCKED: "SBL-DAT-00523", HELD: "SBL-DAT-00471", GONE: "SBL-EAI-04397", DUPLICATE: "SBL-DAT-00382", READ_ONLY: "SBL-DAT-00279",
    UNKNOWN: "SBL-EAI-04383",
}  # fmt: skip


@simulator("siebel")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> SiebelSimulator:
    """A server with so many accounts; `ours` False: without our own fields."""
    traits = [Trait(name, "text", name, 2000, tracked=False) for name in _TEXTS]
    traits += [
        Trait(f"Evergreen {name}", "text", name, 16_000, custom=True) for name in (_OURS if ours else ())
    ]
    org = Org(traits, clock, id_of=lambda number: f"88-{number:X}")
    names = {
        "name": "Name", "phone": "Main Phone Number", "website": "Home Page", "street": "Primary Account Address",
        "city": "Primary Account City", "country": "Primary Account Country", "employees": "Number of Employees",
        "description": "Description",
    }  # fmt: skip
    for start in start_accounts(accounts):
        values = {names[k]: v for k, v in start.values.items() if k in names}
        org.add(values, start.by, org.clock.now() - timedelta(days=900 - start.number % 800))
    return SiebelSimulator(org)


class SiebelSimulator(Simulator):
    """One server, one user."""

    kind = "siebel"

    def settings(self, folder: Path) -> str:
        """A configuration that points here; the password goes into a file beside it."""
        file = folder / "simulated-siebel.password"
        file.write_text(PASSWORD)
        file.chmod(0o600)
        return (
            f'[crm]\nkind = "siebel"\nmachine_users = ["import"]\n\n[crm.options]\nurl = "{self.url}"\nuser = "{US}"\n'
            f'password_file = "{file.name}"\n'
        )

    def is_login(self, request: Request) -> bool:
        """There is none: every call carries the password."""
        return False

    def expired(self) -> Answer:
        """A password that is not taken."""
        return Answer(401, {"ERROR": "Authentication failed"})

    def answer(self, request: Request) -> Answer:
        """The reply in Siebel's shapes."""
        login = b64encode(f"{US}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return self.expired()
        if request.path == f"{_PATH}/describe":
            return Answer(
                200, {"swagger": "2.0", "definitions": {"Account": {"properties": self._described()}}}
            )
        if request.path == _PATH and request.method == "GET":
            return self._query(request.query)
        if request.path.startswith(f"{_PATH}/") and request.method == "PUT":
            return self._put(request.path.removeprefix(f"{_PATH}/"), request.json or {})
        return Answer(404, {"ERROR": f"The resource {request.path} is not there"})

    def _described(self) -> dict[str, Any]:
        return {
            t.name: {"type": "string", "maxLength": t.length, "readOnly": not self.org.may_write(t)}
            for t in self.org.visible()
        }

    def _query(self, query: Mapping[str, str]) -> Answer:
        size, start = int(query.get("PageSize", 10)), int(query.get("StartRowNum", 0))
        if size > _MOST:
            return _refused("SBL-EAI-50173", f"PageSize is at most {_MOST}")
        visible = [trait.name for trait in self.org.visible()]
        asked = [name for name in query.get("fields", "").split(",") if name] or visible
        unknown = [name for name in asked if name not in {*visible, "Id", "Updated", "Updated By Name"}]
        if unknown:
            return _refused(
                _CODES[UNKNOWN],
                f"Field '{unknown[0]}' does not exist in definition for business component 'Account'",
            )
        found = sorted(
            (e for e in self.org.live() if _fits(e, query.get("searchspec", ""))), key=lambda e: e.id
        )
        rows = [self._shown(entry, asked) for entry in found[start : start + size]]
        if not rows:
            return Answer(404, {"ERROR": "There is no data for the requested resource"})
        bare = len(rows) == 1 and query.get("uniformresponse") != "y"
        return Answer(200, {"items": rows[0] if bare else rows})

    def _shown(self, entry: Entry, names: list[str]) -> dict[str, Any]:
        held = {
            "Id": entry.id,
            "Updated": entry.modified.astimezone(UTC).strftime(_FORMAT),
            "Updated By Name": entry.modified_by,
        }
        return {**held, **{name: entry.values.get(name, "") for name in names if name not in held}}

    def _put(self, number: str, values: Mapping[str, Any]) -> Answer:
        given = {name: value for name, value in values.items() if name != "Id"}
        try:
            self.org.write(number, given)
        except Refusal as refusal:
            named = f" [{', '.join(refusal.names)}]" if refusal.names else ""
            return _refused(_CODES.get(refusal.code, "SBL-DAT-00225"), refusal.message + named)
        link = {"rel": "self", "href": f"{self.url}{_PATH}/{number}", "name": "Account"}
        return Answer(200, {"items": {"Id": number, "Link": link}})


def _fits(entry: Entry, spec: str) -> bool:
    listed = re.findall(r"\[Id\] = '([^']+)'", spec)
    if listed:
        return entry.id in listed
    since = re.search(r"\[Updated\] >= '([^']+)'", spec)
    if since is None:
        return True
    return entry.modified.replace(microsecond=0) >= datetime.strptime(since[1], _FORMAT).replace(tzinfo=UTC)


def _refused(code: str, words: str) -> Answer:
    return Answer(500, {"ERROR": f"{words} ({code})"})
