"""The CRM `tryton`: parties of a Tryton server over JSON-RPC, under its optimistic lock.

One account is one `party.party` with its first address, contact mechanisms and identifiers (`crm.tryton_party`). A batch is one
`write`, one transaction: Tryton refuses it whole when any record it touches has another timestamp than we read, so that no
edit of a person can be lost. Who changed a field comes from the stamps of the record behind it and from Tryton's own log.

Recorded against trytond 8.2.1 with party 8.2.0. As there found: an id into a many2one is not checked on SQLite and a dangling
one makes the address unreadable, so countries go by their codes and only to those that exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.catalogue import Catalogue
from accounts.change import Change, WriteOutcome, WriteStatus
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import ConfigError, CrmCallRefused, CrmRefused
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.options import Options
from crm.remote.records import Fault, Property, Record, Row, RowResult, Shape
from crm.tryton_party import ADDRESS, CHILDREN, PARTY, Raw, Touch, edited, field_names, record_of
from crm.tryton_rpc import TrytonSession, moment
from crm.tryton_write import Order, Places, Unwritable, order_of, stray_of

_PAGE, _LOG, _KEPT = 200, "ir.model.log", 5_000
_SHAPES = {
    "char": Shape.TEXT, "text": Shape.LONG_TEXT, "fulltext": Shape.LONG_TEXT, "integer": Shape.INTEGER,
    "float": Shape.NUMBER, "numeric": Shape.NUMBER, "boolean": Shape.BOOLEAN, "date": Shape.DATE,
    "datetime": Shape.MOMENT, "timestamp": Shape.MOMENT, "selection": Shape.PICKLIST,
    "many2one": Shape.REFERENCE,
}  # fmt: skip
_CONTACTS = {
    "phone": Shape.PHONE,
    "mobile": Shape.PHONE,
    "fax": Shape.PHONE,
    "email": Shape.EMAIL,
    "website": Shape.URL,
}


@register("tryton")
def open_tryton(config: Config, catalogue: Catalogue, clock: Clock) -> TrytonCrm:
    """The `tryton` CRM of a configuration. Raises ConfigError where address, database or password are missing."""
    return TrytonCrm(config, catalogue, clock)


class TrytonCrm(RemoteCrm):
    """A Tryton database as a CRM."""

    kind = "tryton"
    rows_a_call = 100
    reads_a_call = 200
    precondition = True
    keeps_history = True

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self._tryton = TrytonSession(options, self.meter, clock)
        self._where = config.crm.options.get("where", [])
        if not isinstance(self._where, list):
            raise ConfigError(
                "[crm.options] where is no list.", remedy='Write a Tryton domain: [["categories.name", "=", "Customer"]].',
                path=config.path, key="crm.options.where",
            )  # fmt: skip
        self._seen: dict[str, Raw] = {}
        self._known_places: Places | None = None
        self._log_told = options.flag("log", True)

    def our_names(self) -> frozenset[str]:
        """Our login."""
        return frozenset({self._tryton.user})

    def properties(self) -> Iterable[Property]:
        """The party's own fields, then what its address, contact mechanisms and identifiers can hold."""
        access = self._tryton.read(
            "ir.model.access", "get_access", [PARTY, ADDRESS, "party.contact_mechanism", "party.identifier"]
        )
        yield from self._scalars(PARTY, "", bool(access[PARTY]["write"]))
        yield from self._scalars(ADDRESS, "address.", bool(access[ADDRESS]["write"]))
        mechanisms = self._tryton.read("party.contact_mechanism", "fields_get", ["type"], 0)
        for kind, label in mechanisms.get("type", {}).get("selection", ()):
            writable = bool(access["party.contact_mechanism"]["write"])
            yield Property(f"contact.{kind}", _CONTACTS.get(kind, Shape.TEXT), label, writable, raw="char")
        for kind, label in self._tryton.read("party.identifier", "get_types"):
            if kind:
                yield Property(
                    f"identifier.{kind}",
                    Shape.TEXT,
                    label,
                    bool(access["party.identifier"]["write"]),
                    raw="char",
                )

    def _scalars(self, model: str, prefix: str, writable: bool) -> Iterator[Property]:
        for name, told in self._tryton.read(model, "fields_get", [], 0).items():
            shape = _SHAPES.get(told["type"])
            if shape is None:
                continue
            options: Mapping[str, str] = {}
            if model == ADDRESS and name in ("country", "subdivision"):
                shape, options = Shape.PICKLIST, self._place_options(name)
            elif shape is Shape.PICKLIST and isinstance(told.get("selection"), list):
                options = {str(key): str(label) for key, label in told["selection"] if key}
            may = writable and not told.get("readonly") and name not in ("id", "active")
            yield Property(
                f"{prefix}{name}", shape, told.get("string", ""), may, options, shape is Shape.PICKLIST,
                told.get("size") if isinstance(told.get("size"), int) else None, raw=told["type"],
            )  # fmt: skip

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """Active parties by id; changed ones are those whose own record or any record behind a property was written."""
        last = 0
        while True:
            domain = [["id", ">", last], *self._where, *([_changed(since)] if since else [])]
            found = self._parties(domain, names, _PAGE)
            if found:
                yield self._records(found, names)
                last = max(party["id"] for party in found)
            if len(found) < _PAGE:
                return

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These parties; inactive and merged ones are gone."""
        numbers = [int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < 16]
        found = self._parties([["id", "in", numbers], *self._where], names, len(numbers)) if numbers else []
        if len(self._seen) > _KEPT:
            self._seen.clear()
        self._seen.update((str(party["id"]), party) for party in found)
        return self._records(found, names)

    def gone(self, since: datetime) -> Iterable[str]:
        """Parties put out of use, or merged into another, since a time. Rows deleted for good leave no trace to read."""
        domain = [["active", "=", False], ["write_date", ">=", moment(since)]]
        found = self._tryton.read(PARTY, "search_read", domain, 0, None, None, ["id"], active_test=False)
        return [str(party["id"]) for party in found]

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        """As every CRM; where somebody made a record in the moment in which we made ours, ours goes again."""
        outcomes = super().send(changes)
        for outcome in outcomes:
            change = outcome.change
            filled = outcome.status is WriteStatus.CONFLICT and change.base is None and "." in change.column
            party = self._seen.get(change.account_id) if filled else None
            stray = (
                stray_of(party, change.column, change.value, self._tryton.user) if party is not None else None
            )
            if stray is not None:
                parent = CHILDREN[change.column.partition(".")[0]][0]
                self._tryton.write(PARTY, "write", [int(change.account_id)], {parent: [stray]})
        return outcomes

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One transaction for all rows that can go together; a row Tryton refuses is found and left out."""
        results: dict[str, RowResult] = {}
        orders: list[Order] = []
        for row in rows:
            try:
                order = order_of(row, self._party(row), self.schema(), self._places(), self._tryton.user)
            except Unwritable as error:
                results[row.id] = RowResult(Fault.VALIDATION, str(error), (error.name,))
                continue
            if order.values:
                orders.append(order)
            else:
                results[row.id] = RowResult()
        results.update(self._sent(orders))
        return [results[row.id] for row in rows]

    def _party(self, row: Row) -> Raw:
        party = self._seen.get(row.id)
        if party is None:
            list(self.records([row.id], self._names()))
            party = self._seen.get(row.id)
        return party if party is not None else {"id": int(row.id)}

    def _sent(self, orders: Sequence[Order]) -> dict[str, RowResult]:
        if not orders:
            return {}
        arguments = [part for o in orders for part in ([int(o.row.id)], dict(o.values))]
        stamps = {name: stamp for o in orders for name, stamp in o.stamps.items()}
        try:
            self._tryton.write(PARTY, "write", *arguments, _timestamp=stamps)
        except CrmCallRefused as error:
            return self._without_the_refused(orders, error)
        return {o.row.id: RowResult() for o in orders}

    def _without_the_refused(self, orders: Sequence[Order], error: CrmCallRefused) -> dict[str, RowResult]:
        """Nothing was written: finds whom the refusal is about and sends the others again."""
        fault = Fault(error.fault)
        if len(orders) == 1 or fault in (Fault.LOCKED_ROW, Fault.AUTH_EXPIRED):
            return {o.row.id: RowResult(fault, error.raw) for o in orders}
        if fault is Fault.STALE:
            fresh = {r.id: r.version for r in self.read_records({o.row.id for o in orders}).values()}
            moved = [o for o in orders if o.row.seen is None or fresh.get(o.row.id) != o.row.seen.version]
            if moved:
                rest = [o for o in orders if o not in moved]
                return {o.row.id: RowResult(fault, error.raw) for o in moved} | self._sent(rest)
        half = len(orders) // 2
        return self._sent(orders[:half]) | self._sent(orders[half:])

    def _parties(self, domain: Sequence[Any], names: Sequence[str], limit: int) -> list[Raw]:
        found: list[Raw] = self._tryton.read(
            PARTY, "search_read", domain, 0, limit, [["id", "ASC"]], field_names(names)
        )
        return found

    def _records(self, parties: Sequence[Raw], names: Sequence[str]) -> list[Record]:
        log = self._log(parties, names)
        return [record_of(party, names, log, self._tryton.user) for party in parties]

    def _log(self, parties: Sequence[Raw], names: Sequence[str]) -> Mapping[str, Sequence[Touch]]:
        """Tryton's log of the records that hold several properties and were written since they were made."""
        own = any("." not in name and name != "name" for name in names)
        asked = [f"{PARTY},{p['id']}" for p in parties if own and edited(p)]
        asked += [f"{ADDRESS},{a['id']}" for p in parties for a in p.get("addresses.", ()) if edited(a)]
        touches: dict[str, list[Touch]] = defaultdict(list)
        if not asked or not self._log_told:
            return touches
        domain = [["resource", "in", asked], ["event", "=", "write"]]
        try:
            rows = self._tryton.read(
                _LOG,
                "search_read",
                domain,
                0,
                None,
                None,
                ["resource", "target", "user.login", "create_date"],
            )
        except CrmRefused:  # kept from us: the stamps must do
            self._log_told = False
            return touches
        for row in rows:
            fields = frozenset((row["target"] or "").split(","))
            touches[row["resource"]].append(
                Touch(fields, (row["user."] or {}).get("login", ""), row["create_date"])
            )
        return touches

    def _place_options(self, name: str) -> Mapping[str, str]:
        places = self._places()
        if name == "country":
            return dict.fromkeys(places.countries, "")
        return {name: code for code, name in places.subdivisions}

    def _places(self) -> Places:
        if self._known_places is None:
            read = self._tryton.read
            countries = read("country.country", "search_read", [], 0, None, None, ["code"])
            code = {c["id"]: c["code"] for c in countries if c["code"]}
            parts = read("country.subdivision", "search_read", [], 0, None, None, ["name", "country"])
            self._known_places = Places(
                {c: i for i, c in code.items()},
                {(code[p["country"]], p["name"]): p["id"] for p in parts if p["country"] in code},
            )
        return self._known_places


def _changed(since: datetime) -> list[Any]:
    at = moment(since)
    fields = ("write_date", "create_date")
    records = ("", "addresses.", "contact_mechanisms.", "identifiers.")
    return ["OR", *([f"{record}{name}", ">=", at] for record in records for name in fields)]
