"""A simulated HubSpot portal: companies, their properties, search, batches, and the history of every value.

Shapes as in HubSpot's CRM API reference. Honest to its traps: every value is a string, a search lags and carries no rate headers,
a batch with an invalid property is refused whole, one with an unknown id is a 207, lists with history give 50.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from demo.simulate.accounts import start_accounts
from demo.simulate.hubspot_traits import GROUPS, complaint, definition, trait_of, traits
from demo.simulate.org import DUPLICATE, GONE, HELD, HUMAN, LOCKED, US, Edit, Entry, Org, OrgClock, Refusal
from demo.simulate.server import Answer, Request, Simulator, simulator

TOKEN, APP = "pat-simulated-0000", "4711"
_OBJECTS, _PROPERTIES = "/crm/v3/objects/companies", "/crm/v3/properties/companies"
_USERS = {HUMAN: 52, US: 0}
_MOST_LISTED, _MOST_WITH_HISTORY, _MOST_FOUND, _MOST_IN_BATCH, _WINDOW = 100, 50, 200, 100, 10_000
_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda held, asked: held == asked, "NEQ": lambda held, asked: held != asked,
    "GT": lambda held, asked: float(held) > float(asked), "GTE": lambda held, asked: float(held) >= float(asked),
    "LT": lambda held, asked: float(held) < float(asked), "LTE": lambda held, asked: float(held) <= float(asked),
}  # fmt: skip


@simulator("hubspot")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> HubSpotSimulator:
    """A portal with so many companies; `ours` False: without our own properties."""
    org = Org(traits(ours=ours), clock, id_of=lambda number: str(9_000_000_000 + number))
    for start in start_accounts(accounts):
        values = {
            "name": start.values.get("name", ""),
            "domain": start.values.get("website", "").split("/")[2].removeprefix("www.")
            if start.values.get("website")
            else "",
        }
        names = {
            "phone": "phone",
            "website": "website",
            "street": "address",
            "city": "city",
            "country": "country",
            "employees": "numberofemployees",
        }
        values |= {names[k]: v for k, v in start.values.items() if k in names}
        org.add(values, start.by, org.clock.now() - timedelta(days=900 - start.number % 800))
    return HubSpotSimulator(org)


class HubSpotSimulator(Simulator):
    """One portal behind one private app's token."""

    kind = "hubspot"

    def settings(self, folder: Path) -> str:
        """A configuration that points here; the token goes into a file beside it."""
        file = folder / "simulated-hubspot.token"
        file.write_text(TOKEN)
        file.chmod(0o600)
        return (
            f'[crm]\nkind = "hubspot"\nmachine_users = ["import"]\n\n[crm.options]\nurl = "{self.url}"\n'
            f'token_file = "{file.name}"\napp_id = "{APP}"\n'
        )

    def is_login(self, request: Request) -> bool:
        """Asking about the token itself costs nothing."""
        return request.path == "/oauth/v2/private-apps/get/access-token-info"

    def is_write(self, request: Request) -> bool:
        """Reads and searches are POSTs, too."""
        return request.method in ("POST", "PATCH") and not request.path.endswith(
            ("/batch/read", "/search", "/access-token-info")
        )

    def expired(self) -> Answer:
        """A token that is no longer good."""
        return _error(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.")

    def throttled(self) -> Answer:
        """Too many calls in ten seconds."""
        body = {"status": "error", "message": "You have reached your ten_secondly_rolling limit.", "errorType": "RATE_LIMIT",
                "correlationId": "c-429", "policyName": "TEN_SECONDLY_ROLLING"}  # fmt: skip
        return Answer(429, body, {"Retry-After": f"{self.org.faults.retry_after:g}"})

    def spent(self) -> Answer:
        """The day's calls are used up."""
        body = {"status": "error", "message": "You have reached your daily limit.", "errorType": "RATE_LIMIT",
                "correlationId": "c-429", "policyName": "DAILY", "requestId": "r-1"}  # fmt: skip
        return Answer(429, body, self._rate())

    def answer(self, request: Request) -> Answer:
        """The reply in HubSpot's shapes."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}" and not self.is_login(request):
            return _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        for pattern, method, reply in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found is not None and request.method == method:
                answer = reply(request, *found.groups())
                lean = request.path.endswith("/search")
                return Answer(
                    answer.status, answer.body, {**answer.headers, **({} if lean else self._rate())}
                )
        return _error(404, "OBJECT_NOT_FOUND", f"No resource at {request.path}")

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            (_OBJECTS, "GET", self._list),
            (f"{_OBJECTS}/search", "POST", self._search),
            (f"{_OBJECTS}/batch/read", "POST", self._read),
            (f"{_OBJECTS}/batch/update", "POST", self._update),
            (rf"{_OBJECTS}/(\d+)", "GET", self._one),
            (rf"{_OBJECTS}/(\d+)", "PATCH", self._patch),
            (_PROPERTIES, "GET", self._described),
            (_PROPERTIES, "POST", self._define),
            (f"{_PROPERTIES}/batch/create", "POST", self._define_many),
            ("/oauth/v2/private-apps/get/access-token-info", "POST", self._about_token),
        ]

    def _rate(self) -> dict[str, str]:
        left, limit = self.org.faults.calls_left, self.org.faults.calls_limit
        return {
            "X-HubSpot-RateLimit-Daily": str(limit),
            "X-HubSpot-RateLimit-Daily-Remaining": str(limit if left is None else left),
        }

    # -- reading -----------------------------------------------------------------------------------------------

    def _list(self, request: Request) -> Answer:
        archived = request.query.get("archived") == "true"
        with_history = _names(request.query.get("propertiesWithHistory"))
        most = _MOST_WITH_HISTORY if with_history else _MOST_LISTED
        limit = int(request.query.get("limit", 10))
        if limit > most:
            return _error(400, "VALIDATION_ERROR", f"limit must be at most {most}")
        entries = [e for e in self.org.entries.values() if (e.deleted is not None) == archived]
        start = int(request.query.get("after", 0))
        shown = entries[start : start + limit]
        body: dict[str, Any] = {
            "results": [self._shown(e, _names(request.query.get("properties")), with_history) for e in shown]
        }
        if start + limit < len(entries):
            body["paging"] = {"next": {"after": str(start + limit), "link": ""}}
        return Answer(200, body)

    def _search(self, request: Request) -> Answer:
        asked = request.json or {}
        filters = [f for group in asked.get("filterGroups", ()) for f in group.get("filters", ())]
        limit, start = int(asked.get("limit", 10)), int(asked.get("after") or 0)
        if limit > _MOST_FOUND or start + limit > _WINDOW:
            return _error(400, "VALIDATION_ERROR", "limit is at most 200, and a search ends at 10,000")
        horizon = self.org.clock.now() - self.org.faults.lag
        found = [
            e for e in self.org.live() if e.modified <= horizon and all(self._fits(e, f) for f in filters)
        ]
        for sort in reversed(asked.get("sorts") or ()):
            down = sort.get("direction") == "DESCENDING"
            found.sort(key=partial(self._ordered, name=sort["propertyName"]), reverse=down)
        body: dict[str, Any] = {
            "total": len(found),
            "results": [
                self._shown(e, asked.get("properties") or [], []) for e in found[start : start + limit]
            ],
        }
        if start + limit < len(found):
            body["paging"] = {"next": {"after": str(start + limit)}}
        return Answer(200, body)

    def _fits(self, entry: Entry, asked: Mapping[str, Any]) -> bool:
        held = self._held(entry, asked["propertyName"])
        operator = asked["operator"]
        if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
            return bool(held) is (operator == "HAS_PROPERTY")
        return bool(held) and _COMPARE[operator](str(held), str(asked["value"]))

    def _ordered(self, entry: Entry, name: str) -> tuple[float, str]:
        held = str(self._held(entry, name) or "")
        return (float(held), "") if held.replace(".", "", 1).isdigit() else (0.0, held)

    def _held(self, entry: Entry, name: str) -> Any:
        """A value as a search compares it: times in milliseconds."""
        if name == "hs_lastmodifieddate":
            return int(entry.modified.timestamp() * 1000)
        return entry.id if name == "hs_object_id" else entry.values.get(name)

    def _read(self, request: Request) -> Answer:
        asked = request.json or {}
        inputs = [str(row["id"]) for row in asked.get("inputs", ())]
        with_history = asked.get("propertiesWithHistory") or []
        if len(inputs) > (_MOST_WITH_HISTORY if with_history else _MOST_IN_BATCH):
            return _error(400, "VALIDATION_ERROR", "too many inputs")
        found = [e for name in dict.fromkeys(inputs) if (e := self.org.find(name)) is not None]
        rows = [self._shown(e, asked.get("properties") or [], with_history) for e in found]
        lost = [name for name in inputs if self.org.find(name) is None]
        return self._batch(rows, [_missing(lost)] if lost else [])

    def _one(self, request: Request, number: str) -> Answer:
        entry = self.org.find(number)
        if entry is None:
            return _error(404, "OBJECT_NOT_FOUND", "resource not found")
        with_history = _names(request.query.get("propertiesWithHistory"))
        return Answer(200, self._shown(entry, _names(request.query.get("properties")), with_history))

    def _shown(self, entry: Entry, names: list[str], with_history: list[str]) -> dict[str, Any]:
        visible = {trait.name for trait in self.org.visible()}
        values = {name: entry.values.get(name) for name in names if name in visible}
        values |= {
            "hs_object_id": entry.id,
            "hs_lastmodifieddate": _iso(entry.modified),
            "createdate": _iso(entry.created),
        }
        row: dict[str, Any] = {
            "id": entry.id, "properties": values, "createdAt": _iso(entry.created), "updatedAt": _iso(entry.modified),
            "archived": entry.deleted is not None,
        }  # fmt: skip
        if entry.deleted is not None:
            row["archivedAt"] = _iso(entry.deleted)
        if with_history:
            row["propertiesWithHistory"] = {
                name: found
                for name in with_history
                if name in visible and (found := self._versions(entry, name))
            }
        return row

    def _versions(self, entry: Entry, name: str) -> list[dict[str, Any]]:
        """Every value a property had, newest first."""
        edits = [edit for edit in self.org.history(entry.id) if edit.name == name]
        first = edits[0].old if edits else entry.values.get(name)
        born = [] if first in (None, "") else [Edit(entry.created, entry.id, name, None, first, "import")]
        return [_version(edit) for edit in reversed([*born, *edits])]

    # -- writing -----------------------------------------------------------------------------------------------

    def _update(self, request: Request) -> Answer:
        inputs = (request.json or {}).get("inputs") or []
        ids = [str(row["id"]) for row in inputs]
        if len(inputs) > _MOST_IN_BATCH or len(set(ids)) < len(ids):
            return _error(400, "VALIDATION_ERROR", "a batch holds at most 100 inputs, each id once")
        wrong = [error for row in inputs if (error := self._invalid(row["properties"])) is not None]
        if wrong:  # one invalid property fails the whole batch
            return _error(
                400,
                "VALIDATION_ERROR",
                "Property values were not valid: " + wrong[0]["message"],
                errors=wrong,
            )
        rows, errors = [], []
        for row in inputs:
            try:
                self.org.write(str(row["id"]), row["properties"])
                rows.append(self._shown(self.org.entries[str(row["id"])], list(row["properties"]), []))
            except Refusal as refusal:
                errors.append(_row_error(str(row["id"]), refusal))
        return self._batch(rows, errors)

    def _patch(self, request: Request, number: str) -> Answer:
        given = (request.json or {}).get("properties") or {}
        wrong = self._invalid(given)
        if wrong is not None:
            return _error(400, "VALIDATION_ERROR", wrong["message"], errors=[wrong])
        try:
            self.org.write(number, given)
        except Refusal as refusal:
            status = {LOCKED: 423, GONE: 404, DUPLICATE: 409}.get(refusal.code, 400)
            return _error(status, _CATEGORY.get(refusal.code, "VALIDATION_ERROR"), refusal.message)
        return Answer(200, self._shown(self.org.entries[number], list(given), []))

    def _invalid(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first thing wrong with the properties of an input, as HubSpot words it."""
        for name, value in values.items():
            trait = self.org.traits.get(name)
            if trait is None or name in self.org.faults.hidden:
                return _detail(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
            if not self.org.may_write(trait):
                return _detail(name, "READ_ONLY_VALUE", f'"{name}" is a read only property')
            told = self.org.faults.refuse.get(name) or complaint(trait, value)
            if told:
                return _detail(name, "INVALID_VALUE", told)
        return None

    def _batch(self, rows: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
        now = _iso(self.org.clock.now())
        body: dict[str, Any] = {"status": "COMPLETE", "results": rows, "startedAt": now, "completedAt": now}
        if errors:
            body |= {"numErrors": len(errors), "errors": errors}
        return Answer(207 if errors else 200, body)

    # -- properties --------------------------------------------------------------------------------------------

    def _described(self, request: Request) -> Answer:
        return Answer(
            200, {"results": [definition(trait, self.org.may_write(trait)) for trait in self.org.visible()]}
        )

    def _define(self, request: Request) -> Answer:
        return self._made([request.json or {}], single=True)

    def _define_many(self, request: Request) -> Answer:
        return self._made((request.json or {}).get("inputs") or [], single=False)

    def _made(self, wanted: list[Mapping[str, Any]], *, single: bool) -> Answer:
        rows, errors = [], []
        for told in wanted:
            if told["name"] in self.org.traits:
                message = f"A property named '{told['name']}' already exists."
                if single:
                    return _error(409, "CONFLICT", message)
                errors.append(
                    {
                        "status": "error",
                        "category": "CONFLICT",
                        "message": message,
                        "context": {"name": [told["name"]]},
                    }
                )
                continue
            if told.get("groupName") not in GROUPS:
                return _error(
                    400, "VALIDATION_ERROR", f"Property group {told.get('groupName')} does not exist"
                )
            trait = trait_of(told)
            self.org.traits[trait.name] = trait
            rows.append(definition(trait, True))
        if single:
            return Answer(201, rows[0])
        answer = self._batch(rows, errors)
        return Answer(201 if not errors else 207, answer.body)

    def _about_token(self, request: Request) -> Answer:
        if (request.json or {}).get("tokenKey") != TOKEN:
            return _error(404, "OBJECT_NOT_FOUND", "no such token")
        return Answer(
            200, {"userId": 52, "hubId": 1, "appId": int(APP), "scopes": ["crm.objects.companies.write"]}
        )


_CATEGORY = {LOCKED: "OBJECT_LOCKED", HELD: "OBJECT_LOCKED", GONE: "OBJECT_NOT_FOUND", DUPLICATE: "CONFLICT"}


def _names(text: str | None) -> list[str]:
    return [name for name in (text or "").split(",") if name]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _version(edit: Edit) -> dict[str, Any]:
    row = {"value": edit.new if edit.new is not None else "", "timestamp": _iso(edit.at)}
    if edit.by == US:
        return row | {"sourceType": "INTEGRATION", "sourceId": APP, "sourceLabel": "Evergreen"}
    if edit.by in _USERS:
        user = _USERS[edit.by]
        return row | {
            "sourceType": "CRM_UI",
            "sourceId": f"userId:{user}",
            "sourceLabel": edit.by,
            "updatedByUserId": user,
        }
    return row | {"sourceType": "IMPORT", "sourceId": "1", "sourceLabel": edit.by}


def _error(status: int, category: str, message: str, **more: Any) -> Answer:
    body = {
        "status": "error",
        "message": message,
        "correlationId": "0f5b1c4e-simulated",
        "category": category,
    }
    return Answer(status, body | more)


def _detail(name: str, code: str, message: str) -> dict[str, Any]:
    return {"message": message, "code": code, "context": {"propertyName": [name]}}


def _missing(ids: list[str]) -> dict[str, Any]:
    return {
        "status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some COMPANY objects, they may be deleted or not exist.",
        "context": {"ids": ids},
    }  # fmt: skip


def _row_error(number: str, refusal: Refusal) -> dict[str, Any]:
    category = _CATEGORY.get(refusal.code, "VALIDATION_ERROR")
    return {"status": "error", "category": category, "message": refusal.message, "context": {"ids": [number]}}
