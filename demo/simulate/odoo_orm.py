"""The ORM of the Odoo simulator: its manners as recorded from Odoo 19, as far as a writer meets them.

One call is one transaction. `write` gives all ids the same values. A text into a many2one succeeds and empties the field.
A write that changes nothing still moves `write_date`, which counts whole seconds. Archived rows hide from searches. Only
tracked fields keep a history, and only administrators read it unless `history_for_all`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from demo.simulate.odoo_tables import (
    RELATIONS,
    USERS,
    OdooError,
    Row,
    complaint,
    crashed,
    day_of,
    forbidden,
    invalid,
    matches,
    missing_record,
    ordered,
    side_tables,
    stamp,
)  # fmt: skip
from demo.simulate.org import GONE, HELD, LOCKED, READ_ONLY, UNKNOWN, Edit, Entry, Org, Refusal, Trait

PARTNER, MESSAGE, TRACKING, FIELDS = "res.partner", "mail.message", "mail.tracking.value", "ir.model.fields"
_IDS = {login: number for number, (login, _) in USERS.items()}
_STAMPS = {
    "create_date": "datetime",
    "create_uid": "many2one",
    "write_date": "datetime",
    "write_uid": "many2one",
}
_MOST_COMPLAINTS = 10


class _NotKept(Exception):
    """Rolls a trial back."""


class OdooOrm:
    """`call` is what every protocol ends in. `admins` may read histories and make fields."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.tables = side_tables()
        self.admins = {2, 7}
        self.history_for_all = True
        self.user = 1

    def call(self, user: int, model: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """One method of one model. Raises OdooError with nothing done."""
        if model not in (PARTNER, MESSAGE, TRACKING, FIELDS, *self.tables):
            raise crashed("KeyError", model, 404)
        act: Callable[..., Any] | None = METHODS.get(method)
        if act is None:
            raise forbidden(f"Private methods (such as '{model}.{method}') cannot be called remotely.")
        if model in (MESSAGE, TRACKING) and user not in self.admins and not self.history_for_all:
            raise forbidden(f"You are not allowed to access '{model}' records.")
        self.user = user
        try:
            return act(self, model, *args, **kwargs)
        except TypeError as error:
            raise invalid(str(error)) from error

    # -- what clients call -------------------------------------------------------------------------------------

    def context_get(self, model: str, **_: Any) -> Row:
        """The user's own context; tells who calls."""
        return {"lang": "en_US", "tz": "UTC", "uid": self.user}

    def fields_get(
        self, model: str, allfields: Sequence[str] = (), attributes: Sequence[str] = (), **_: Any
    ) -> Row:
        """The fields the user may see."""
        if model != PARTNER:
            return {
                name: {"type": "char", "string": name, "readonly": False}
                for name in next(iter(self._rows(model)))
            }
        told = {trait.name: self._described(trait) for trait in self.org.visible()}
        told |= {
            n: {"type": kind, "string": n, "required": False, "readonly": True, "store": True}
            for n, kind in _STAMPS.items()
        }
        return {
            name: {k: v for k, v in {**row, "name": name}.items() if not attributes or k in attributes}
            for name, row in told.items()
            if not allfields or name in allfields
        }

    def search(
        self, model: str, domain: Sequence[Any] = (), offset: int = 0, limit: int | None = None,
        order: str | None = None, context: Mapping[str, Any] | None = None, **_: Any,
    ) -> list[int]:  # fmt: skip
        """Ids of rows that match; archived ones only where context or domain speak of them."""
        every = (context or {}).get("active_test") is False
        every = every or any(isinstance(t, list | tuple) and t[0] == "active" for t in domain)
        hidden = model == PARTNER and not every
        rows = (row for row in self._rows(model, domain) if not hidden or row["active"])
        found = [row["id"] for row in ordered((r for r in rows if matches(r, domain)), order)][offset or 0 :]
        return found[:limit] if limit else found

    def search_count(self, model: str, domain: Sequence[Any] = (), **more: Any) -> int:
        """How many rows match."""
        return len(self.search(model, domain, **more))

    def read(
        self,
        model: str,
        ids: Sequence[int] = (),
        fields: Sequence[str] | None = None,
        load: str = "",
        **_: Any,
    ) -> list[Row]:
        """Rows by id; one that is gone is left out, silently."""
        if model == PARTNER:
            for name in fields or ():
                if name in self.org.faults.hidden:
                    raise forbidden(
                        f"You do not have enough rights to access the field {name!r} on Contact ({PARTNER})."
                    )
        wanted = set(ids)
        rows = {row["id"]: row for row in self._rows(model, [("id", "in", list(ids))]) if row["id"] in wanted}
        return [self._shown(model, rows[i], fields) for i in ids if i in rows]

    def search_read(
        self,
        model: str,
        domain: Sequence[Any] = (),
        fields: Sequence[str] | None = None,
        *args: Any,
        **more: Any,
    ) -> list[Row]:
        """Search, then read."""
        return self.read(model, self.search(model, domain, *args, **more), fields)

    def write(self, model: str, ids: Sequence[int], vals: Mapping[str, Any], **_: Any) -> bool:
        """The same values for all rows; one row that is gone, and nothing is written."""
        if model != PARTNER:
            raise forbidden(f"You are not allowed to modify '{model}' records.")
        for name in vals:
            if name not in self.org.traits:
                raise crashed("KeyError", f"'{name}'")
        gone = [i for i in ids if self.org.find(str(i)) is None]
        if gone:
            raise missing_record(model, gone)
        self._change([(i, vals) for i in ids])
        return True

    def create(self, model: str, vals_list: Any, **_: Any) -> Any:
        """New rows; one id for one dict, ids for a list."""
        if isinstance(vals_list, list):
            return [self.create(model, vals) for vals in vals_list]
        if model == FIELDS:
            return self._grow(vals_list)
        if model != PARTNER:
            raise forbidden(f"You are not allowed to create '{model}' records.")
        for name in vals_list:
            if name not in self.org.traits:
                raise crashed("ValueError", f"Invalid field {name!r} in {PARTNER!r}")
        values = {name: self._converted(self.org.traits[name], value) for name, value in vals_list.items()}
        return int(self.org.add({**values, "active": values.get("active", True)}, USERS[self.user][0]))

    def unlink(self, model: str, ids: Sequence[int], **_: Any) -> bool:
        """Deletes partners for good."""
        gone = [i for i in ids if self.org.find(str(i)) is None]
        if model != PARTNER or gone:
            raise missing_record(model, gone)
        for number in ids:
            self.org.delete(str(number))
        return True

    def load(self, model: str, fields: Sequence[str], data: Sequence[Sequence[Any]], **_: Any) -> Row:
        """The import: texts in, all rows or none; every bad row is told."""
        messages: list[Row] = []
        rows: list[tuple[int, Row]] = []
        for at, cells in enumerate(data):
            try:
                rows.append(self._parsed(dict(zip(fields, cells, strict=True))))
            except OdooError as error:
                messages.append(complaint(at, error.message))
        if not messages:
            try:
                self._change(rows)
            except OdooError as error:
                if error.fault == 1:
                    raise
                messages = self._bad_rows(rows)
        return {
            "ids": False if messages else [number for number, _ in rows],
            "messages": messages,
            "nextrow": 0,
        }

    def _bad_rows(self, rows: Sequence[tuple[int, Row]]) -> list[Row]:
        """Which rows fail by themselves; the import gives up after ten."""
        messages: list[Row] = []
        for at, row in enumerate(rows):
            try:
                self._change([row], keep=False)
            except OdooError as error:
                messages.append(complaint(at, error.message))
            if len(messages) >= _MOST_COMPLAINTS:
                return [*messages, {"type": "warning", "message": "Found more than 10 errors, interrupted."}]
        return messages

    # -- how it is done ----------------------------------------------------------------------------------------

    def _described(self, trait: Trait) -> Row:
        told: Row = {
            "type": trait.type, "string": trait.label or trait.name, "required": False,
            "readonly": not self.org.may_write(trait), "store": True,
        }  # fmt: skip
        if trait.type == "many2one":
            told["relation"] = RELATIONS[trait.name]
        if trait.type == "selection":
            told["selection"] = [[option, option] for option in trait.options]
        return told

    def _rows(self, model: str, domain: Sequence[Any] = ()) -> Iterator[Row]:
        if model == PARTNER:
            wanted = next(
                (t[2] for t in domain if isinstance(t, list | tuple) and tuple(t[:2]) == ("id", "in")), None
            )
            entries = (
                self.org.live() if wanted is None else [e for i in wanted if (e := self.org.find(str(i)))]
            )
            yield from map(self._partner, entries)
        elif model in (MESSAGE, TRACKING):
            yield from map(self._message if model == MESSAGE else self._tracking, self._tracked())
        elif model == FIELDS:
            for number, trait in enumerate(self.org.traits.values(), 1):
                yield {"id": number, "name": trait.name, "model": PARTNER, "ttype": trait.type, "field_description": trait.label,
                       "tracking": int(trait.tracked), "state": "manual" if trait.custom else "base"}  # fmt: skip
        else:
            yield from self.tables[model].values()

    def _partner(self, entry: Entry) -> Row:
        blank = {t.name: 0 if t.type in ("integer", "float") else False for t in self.org.traits.values()}
        return {
            **blank, "active": True, **entry.values, "id": int(entry.id), "display_name": entry.values.get("name", ""),
            "create_date": stamp(entry.created), "write_date": stamp(entry.modified),
            "create_uid": _IDS.get(entry.modified_by, 1), "write_uid": _IDS[entry.modified_by],
        }  # fmt: skip

    def _tracked(self) -> Iterator[tuple[int, Edit]]:
        for number, edit in enumerate(self.org.edits, 1):
            if self.org.traits[edit.name].tracked:
                yield number, edit

    def _message(self, told: tuple[int, Edit]) -> Row:
        number, edit = told
        return {
            "id": number,
            "model": PARTNER,
            "res_id": int(edit.id),
            "date": stamp(edit.at),
            "tracking_value_ids": [number],
        }

    def _tracking(self, told: tuple[int, Edit]) -> Row:
        number, edit = told
        field_id = 1 + list(self.org.traits).index(edit.name)
        return {
            "id": number, "field_id": field_id, "old_value_char": edit.old or False, "new_value_char": edit.new or False,
            "create_uid": _IDS[edit.by], "create_date": stamp(edit.at), "mail_message_id": number,
        }  # fmt: skip

    def _shown(self, model: str, row: Row, fields: Sequence[str] | None) -> Row:
        shown: Row = {"id": row["id"]}
        for name in fields or row:
            if name not in row:
                raise crashed("ValueError", f"Invalid field {name!r} on {model!r}")
            relation = RELATIONS.get(name) if model != FIELDS else None
            shown[name] = self._named(relation, row[name]) if relation and row[name] else row[name]
        if model == TRACKING and "field_id" in shown:
            trait = list(self.org.traits.values())[row["field_id"] - 1]
            shown["field_id"] = [row["field_id"], f"{trait.label} ({PARTNER})"]
        return shown

    def _named(self, relation: str, number: int) -> list[Any]:
        if relation == PARTNER:
            entry = self.org.find(str(number))
            return [number, entry.values.get("name", "") if entry else ""]
        return [number, self.tables[relation][number]["name"]]

    def _change(self, rows: Sequence[tuple[int, Mapping[str, Any]]], *, keep: bool = True) -> None:
        """Writes all rows or none; `keep` False: looks whether it could."""
        with suppress(_NotKept), self.org.transaction(str(number) for number, _ in rows):
            for number, vals in rows:
                self._write(number, {n: self._converted(self.org.traits[n], v) for n, v in vals.items()})
            if not keep:
                raise _NotKept

    def _write(self, number: int, values: Mapping[str, Any]) -> None:
        try:
            self.org.write(str(number), values, USERS[self.user][0])
        except Refusal as refusal:
            if refusal.code == GONE:
                raise missing_record(PARTNER, [number]) from refusal
            if refusal.code == LOCKED:
                raise crashed(
                    "psycopg2.errors.SerializationFailure",
                    "could not serialize access due to concurrent update",
                ) from refusal
            if refusal.code in (READ_ONLY, UNKNOWN):
                raise forbidden(
                    f"You do not have enough rights to access the field. {refusal.message}"
                ) from refusal
            name = "odoo.exceptions.UserError" if refusal.code == HELD else "odoo.exceptions.ValidationError"
            raise OdooError(name, refusal.message, 2, 422) from refusal

    def _converted(self, trait: Trait, value: Any) -> Any:
        if trait.type == "many2one":
            return self._pointed(trait, value)
        if trait.type == "boolean":
            return bool(value)
        if trait.type in ("integer", "float"):
            try:
                return (int if trait.type == "integer" else float)(value or 0)
            except (TypeError, ValueError) as error:
                raise crashed("ValueError", str(error)) from error
        if value in (False, None, ""):
            return None
        if trait.type == "selection" and value not in trait.options:
            raise crashed("ValueError", f"Wrong value for {PARTNER}.{trait.name}: {value!r}")
        return day_of(value) if trait.type == "date" else str(value)

    def _pointed(self, trait: Trait, value: Any) -> Any:
        """What a many2one makes of a value: a text empties it, whatever it says; so it was recorded."""
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        if not self.read(RELATIONS[trait.name], [value], ["id"]):
            raise missing_record(RELATIONS[trait.name], [value])
        return value

    def _parsed(self, cells: Row) -> tuple[int, Row]:
        """A row of an import: stricter than `write`, because it must make sense of texts."""
        number = int(cells.pop(".id"))
        if not self.search(PARTNER, [("id", "in", [number])]):
            raise invalid(f"Unknown database identifier '{number}'")
        return number, {name.removesuffix("/.id"): self._cell(name, text) for name, text in cells.items()}

    def _cell(self, name: str, text: Any) -> Any:
        bare = name.removesuffix("/.id")
        trait = self.org.traits.get(bare)
        if trait is None:
            raise crashed("ValueError", f"Invalid field {bare!r} in {PARTNER!r}")
        if text in ("", False, None):
            return False
        if trait.type == "many2one":
            rows = self._rows(RELATIONS[bare])
            found = [r["id"] for r in rows if str(r["id"] if bare != name else r["name"]) == str(text)]
            if not found:
                raise invalid(f"No matching record found for name '{text}' in field '{trait.label}'")
            return found[0]
        if trait.type in ("integer", "float"):
            try:
                return float(text) if trait.type == "float" else int(text)
            except ValueError as error:
                raise invalid(
                    f"'{text}' does not seem to be an {trait.type} for field '{trait.label}'"
                ) from error
        return text

    def _grow(self, vals: Mapping[str, Any]) -> int:
        """A field made by hand appears on partners."""
        if self.user not in self.admins:
            raise forbidden(f"You are not allowed to create 'Fields' ({FIELDS}) records.")
        name = str(vals["name"])
        if not name.startswith("x_"):
            raise invalid("Custom fields must have a name that starts with 'x_'!")
        if name in self.org.traits:
            raise invalid("Field names must be unique per model.")
        self.org.traits[name] = Trait(
            name,
            str(vals["ttype"]),
            str(vals.get("field_description", name)),
            10**9,
            custom=True,
            tracked=False,
        )
        return len(self.org.traits)


METHODS: Mapping[str, Callable[..., Any]] = {
    name: getattr(OdooOrm, name)
    for name in (
        "context_get", "fields_get", "search", "search_count", "read", "search_read", "write", "create", "unlink", "load",
    )
}  # fmt: skip
