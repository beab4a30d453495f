"""The CRM `odoo`: companies among Odoo's partners, over JSON-2 or XML-RPC.

Odoo has no precondition: the engine re-reads just before and looks again after. It keeps a history of few fields only (name,
phone, email, tax id); an edit of any other field in the moment between our reading and our writing leaves no trace.
`write` gives one set of values to all its records, so a batch of different values goes in by `load`, Odoo's import, whose rows
are all taken or none, each bad one named.

A text into a many2one would succeed and empty the field. Here it cannot happen: such fields take only what their own table
holds, and any other many2one stops the plan before its first write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.account import Actor
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import ConfigError, CrmCallRefused, CrmRefused
from crm.base import Schema
from crm.odoo_partner import SHAPES, STATES, TYPES, WORDED, Pointers, blank_or, read_stamp, stamp
from crm.odoo_rpc import OdooSession
from crm.odoo_write import OdooWriter
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import Wire
from crm.remote.mapping import MappedField
from crm.remote.options import Options
from crm.remote.records import Fault, Property, PropertyEvent, Record, Row, RowResult, Shape

PARTNER = "res.partner"
_PAGE = 500
#: What Odoo's mail module traces as shipped.
_TRACED = frozenset({"name", "email", "phone", "vat"})
_ABOUT = ["type", "string", "readonly", "store", "relation", "selection"]


@register("odoo")
def open_odoo(config: Config, catalogue: Catalogue, clock: Clock) -> OdooCrm:
    """The `odoo` CRM of a configuration. Raises ConfigError where address, database or key are missing."""
    return OdooCrm(config, catalogue, clock)


class OdooCrm(RemoteCrm):
    """An Odoo database as a CRM."""

    kind = "odoo"
    wire = Wire(blank=False)
    rows_a_call = 200
    reads_a_call = 200
    own_rows = 500
    keeps_history = True

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self.session = OdooSession(options, self.meter, clock)
        self.pointers = Pointers()
        self._where = [["is_company", "=", True], *_domain(config)]
        self._field_names: dict[int, str] | None = None
        self._traced: frozenset[str] = frozenset()
        self._writer = OdooWriter(self, imports=options.flag("load", True))

    def our_names(self) -> frozenset[str]:
        """Our login, which is what we call ourselves in records and histories."""
        return frozenset({self.session.user})

    def properties(self) -> Iterable[Property]:
        """The fields of a partner; mapped pointers to places and industries as pick lists of what there is."""
        mapped = {m.property for m in self.mapping}
        for name, told in self.session.read(PARTNER, "fields_get", attributes=_ABOUT).items():
            shape = SHAPES.get(told["type"], Shape.OTHER)
            options: Mapping[str, str] = {}
            if told.get("relation") in WORDED and name in mapped:
                shape, options = Shape.PICKLIST, dict.fromkeys(self._words(told["relation"]).values(), "")
            elif shape is Shape.PICKLIST:
                options = {str(key): str(label) for key, label in told.get("selection") or ()}
            raw = told["type"] if told["type"] != "many2one" else f"many2one to {told.get('relation')}"
            yield Property(
                name, shape, told.get("string") or "", not told.get("readonly") and name != "id", options,
                shape is Shape.PICKLIST, custom=name.startswith("x_"), raw=raw,
            )  # fmt: skip

    def describe(self) -> Schema:
        """As every CRM; warns where Odoo keeps no history, or keeps it from us."""
        schema = super().describe()
        try:
            self.session.read("mail.tracking.value", "search", domain=[], limit=1)
        except CrmCallRefused:
            self._deny_history()
            told = (
                "Our user may not read who changed what (mail.tracking.value): edits are told by record only."
            )
            return replace(schema, warnings=(*schema.warnings, told))
        self._names_by_number()
        blind = [m.property for m in self.mapping.lane("golden") if self._is_blind(m.property)]
        told = f"Odoo keeps no history of {', '.join(blind)}: an edit saved while we write there leaves no trace."
        return replace(schema, warnings=(*schema.warnings, told)) if blind else schema

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """Companies by id; archived ones are left out, as they are in Odoo's own lists."""
        last, changed = 0, [["write_date", ">=", stamp(since)]] if since else []
        while True:
            found = self._read([["id", ">", last], *self._where, *changed], names, _PAGE)
            if found:
                yield found
                last = int(found[-1].id)
            if len(found) < _PAGE:
                return

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These companies; one that is archived or no company any more is gone."""
        numbers = [int(i) for i in ids if i.isascii() and i.isdigit() and len(i) < 10]
        return self._read([["id", "in", numbers], *self._where], names, len(numbers)) if numbers else []

    def gone(self, since: datetime) -> Iterable[str]:
        """Partners archived since a time. Rows deleted or merged away leave no trace to read."""
        domain = [["active", "=", False], ["write_date", ">=", stamp(since)]]
        found = self.session.read(PARTNER, "search", domain=domain, context={"active_test": False})
        return [str(number) for number in found]

    def history(self, ids: Collection[str] | None, since: datetime) -> Iterable[PropertyEvent]:
        """Tracked changes, oldest first: Odoo's messages name the partner, their tracking values field and texts."""
        if self._field_names == {}:
            return []
        about = [["res_id", "in", sorted(map(int, ids))]] if ids is not None else []
        fixed = [
            ["model", "=", PARTNER],
            ["date", ">=", stamp(since)],
            ["tracking_value_ids", "!=", False],
            *about,
        ]
        found: list[PropertyEvent] = []
        last = 0
        try:
            while True:
                messages = self.session.read(
                    "mail.message", "search_read", domain=[["id", ">", last], *fixed],
                    fields=["res_id", "tracking_value_ids"], limit=_PAGE, order="id",
                )  # fmt: skip
                found += self._tracked(messages)
                if len(messages) < _PAGE:
                    return sorted(found, key=lambda event: event.at)
                last = messages[-1]["id"]
        except CrmCallRefused as error:
            if error.fault != Fault.PERMISSION:
                raise
            self._deny_history()
            return []

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One `write` where all rows get the same, else one `load` a set of columns."""
        return self._writer.write(rows)

    def write_own(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """The same: our own fields have no one to meet."""
        return self._writer.write(rows)

    def create(self, fields: Sequence[MappedField]) -> Sequence[str]:
        """Makes fields of partners. Raises CrmRefused where our user is no administrator."""
        try:
            [model] = self.session.read("ir.model", "search", domain=[["model", "=", PARTNER]])
            made = [
                {"name": m.property, "model_id": model, "ttype": TYPES[m.shape or Shape.TEXT], "state": "manual",
                 "field_description": m.label or m.property}
                for m in fields
            ]  # fmt: skip
            self.session.write("ir.model.fields", "create", vals_list=made)
        except CrmCallRefused as error:
            if error.fault != Fault.PERMISSION:
                raise
            names = ", ".join(m.property for m in fields)
            raise CrmRefused(
                f"Odoo does not let our user make fields: {error.raw}", crm=self.kind, raw=error.raw,
                remedy=f"Let an administrator run `evergreen setup-crm`, or make {names} under Settings, Technical, Fields.",
            ) from error  # fmt: skip
        return [m.property for m in fields]

    def relation(self, name: str) -> str | None:
        """The model a mapped pointer points to, None for any other property."""
        prop = self.schema().get(name)
        known = prop.raw.removeprefix("many2one to ") if prop is not None else ""
        return known if known in WORDED else None

    def _read(self, domain: Sequence[Any], names: Sequence[str], limit: int) -> list[Record]:
        asked = [*names, "write_date", "write_uid"]
        rows = self.session.read(PARTNER, "search_read", domain=domain, fields=asked, limit=limit, order="id")
        return [self._record(row, names) for row in rows]

    def _record(self, row: Mapping[str, Any], names: Sequence[str]) -> Record:
        there = self.schema()
        values: dict[str, Any] = {}
        for name in names:
            relation = self.relation(name)
            values[name] = (
                self.pointers.word(relation, row[name]) if relation else blank_or(there[name].raw, row[name])
            )
        by, hands = self._who(row.get("write_uid"))
        return Record(str(row["id"]), values, read_stamp(row["write_date"]), by, hands)

    def _who(self, raw: Any) -> tuple[str | None, Actor | None]:
        """A user's name, ours by our login; Odoo's own robot is a machine."""
        if not raw:
            return None, None
        number, name = raw
        if number == self.session.number:
            return self.session.user, None
        return str(name), Actor.MACHINE if number == 1 else None

    def _words(self, relation: str) -> Mapping[int, str]:
        """The words of a table, read once."""
        if relation not in self.pointers.words:
            extra = ["country_id"] if relation == STATES else []
            rows = self.session.read(relation, "search_read", domain=[], fields=[WORDED[relation], *extra])
            self.pointers.words[relation] = {
                row["id"]: str(row[WORDED[relation]]) for row in rows if row[WORDED[relation]]
            }
            if relation == STATES:
                codes = self._words("res.country")
                self.pointers.states = {
                    (codes.get(row["country_id"][0], ""), row["name"]): row["id"]
                    for row in rows
                    if row["country_id"]
                }
        return self.pointers.words[relation]

    def _tracked(self, messages: Sequence[Mapping[str, Any]]) -> list[PropertyEvent]:
        partner = {value: m["res_id"] for m in messages for value in m["tracking_value_ids"]}
        if not partner:
            return []
        names = self._names_by_number()
        rows = self.session.read(
            "mail.tracking.value", "read", ids=sorted(partner),
            fields=["field_id", "old_value_char", "new_value_char", "create_uid", "create_date"],
        )  # fmt: skip
        found = []
        for row in rows:
            name, at = (
                names.get(row["field_id"][0]) if row["field_id"] else None,
                read_stamp(row["create_date"]),
            )
            by, hands = self._who(row["create_uid"])
            if name is not None and at is not None:
                old, new = row["old_value_char"] or None, row["new_value_char"] or None
                found.append(PropertyEvent(str(partner[row["id"]]), name, old, new, by or "", at, hands))
        return found

    def _names_by_number(self) -> Mapping[int, str]:
        """Names of the mapped text fields by their id in `ir.model.fields`: only their tracking values hold whole texts."""
        if self._field_names is None:
            rows = self._field_rows()
            self._traced = frozenset(
                row["name"] for row in rows if row.get("tracking", row["name"] in _TRACED)
            )
            self._field_names = {row["id"]: row["name"] for row in rows if self._is_text(row["name"])}
        return self._field_names

    def _field_rows(self) -> list[dict[str, Any]]:
        """The mapped fields as Odoo keeps them, with whether it traces their changes where it says so."""
        domain = [["model", "=", PARTNER], ["name", "in", [m.property for m in self.mapping]]]
        rows: list[dict[str, Any]]
        try:
            rows = self.session.read(
                "ir.model.fields", "search_read", domain=domain, fields=["name", "tracking"]
            )
        except CrmCallRefused:
            rows = self.session.read("ir.model.fields", "search_read", domain=domain, fields=["name"])
        return rows

    def _is_blind(self, name: str) -> bool:
        """True for a property other people write, too, and whose changes Odoo does not keep."""
        prop = self.schema().get(name)
        return prop is not None and prop.writable and not prop.custom and name not in self._traced

    def _is_text(self, name: str) -> bool:
        prop = self.schema().get(name)
        return prop is not None and prop.raw == "char"

    def _deny_history(self) -> None:
        self._field_names = {}


def _domain(config: Config) -> list[Any]:
    where = config.crm.options.get("where", [])
    if not isinstance(where, list):
        raise ConfigError(
            "[crm.options] where is no list.", remedy='Write an Odoo domain: [["customer_rank", ">", 0]].', path=config.path,
            key="crm.options.where",
        )  # fmt: skip
    return where
