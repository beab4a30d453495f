"""How rows get into Odoo: one `write` for equal values, one `load` for different ones, and the bad row found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from accounts.errors import CrmCallRefused
from crm.odoo_partner import STATES, Unwritable, cell
from crm.odoo_rpc import class_of
from crm.remote.records import Fault, Row, RowResult

if TYPE_CHECKING:
    from crm.odoo import OdooCrm

PARTNER = "res.partner"
#: So many records denied in a row, and it is our rights and not the records.
_DENIALS = 3
Results = dict[str, RowResult]


class OdooWriter:
    """Writes rows of one connector. `imports` False: only `write`, a call for every different set of values."""

    def __init__(self, crm: OdooCrm, *, imports: bool) -> None:
        self._crm, self._imports = crm, imports
        self._denied: Counter[tuple[str, ...]] = Counter()

    def write(self, rows: Sequence[Row]) -> list[RowResult]:
        """What became of each row, in order."""
        results: Results = {}
        wanted: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            try:
                wanted[row.id] = self._values(row)
            except Unwritable as error:
                results[row.id] = RowResult(Fault.VALIDATION, str(error), (error.name,))
        groups: dict[tuple[str, ...], list[str]] = {}
        for number, values in wanted.items():
            groups.setdefault(tuple(sorted(values)), []).append(number)
        for ids in groups.values():
            results |= self._group(ids, wanted)
        return [results[row.id] for row in rows]

    def _values(self, row: Row) -> dict[str, Any]:
        """A row's values with pointers as ids."""
        country = row.properties.get("country_id")
        if country is None and row.seen is not None:
            country = row.seen.properties.get("country_id")
        found = {}
        for name, value in row.properties.items():
            relation = self._crm.relation(name)
            if relation is None:
                found[name] = False if value is None else value
            else:
                where = country if relation == STATES else None
                found[name] = self._crm.pointers.target(name, relation, value, where)
        return found

    def _group(self, ids: Sequence[str], wanted: Mapping[str, Mapping[str, Any]]) -> Results:
        """Rows that set the same columns. What was denied to us for some, and never granted, is not tried for all."""
        columns = tuple(sorted(wanted[ids[0]]))
        if self._denied[columns] >= _DENIALS:
            return dict.fromkeys(
                ids, RowResult(Fault.PERMISSION, "It was denied to us for other records before.")
            )
        results = self._grouped(ids, wanted)
        denied = sum(result.fault is Fault.PERMISSION for result in results.values())
        self._denied[columns] = self._denied[columns] + denied if denied == len(results) else 0
        return results

    def _grouped(self, ids: Sequence[str], wanted: Mapping[str, Mapping[str, Any]]) -> Results:
        sets: dict[str, list[str]] = {}
        for number in ids:
            sets.setdefault(repr(sorted(wanted[number].items())), []).append(number)
        if len(sets) > 1 and self._imports:
            return self._load(ids, wanted)
        results: Results = {}
        for equal in sets.values():
            results |= self._same(equal, wanted[equal[0]])
        return results

    def _same(self, ids: Sequence[str], values: Mapping[str, Any]) -> Results:
        """The same values into all of these."""
        try:
            self._crm.session.write(PARTNER, "write", ids=[int(i) for i in ids], vals=dict(values))
        except CrmCallRefused as error:
            if len(ids) == 1:
                return {ids[0]: self._blamed(ids[0], values, error)}
            return self._split(ids, error, lambda some: self._same(some, values))
        return dict.fromkeys(ids, RowResult())

    def _load(self, ids: Sequence[str], wanted: Mapping[str, Mapping[str, Any]]) -> Results:
        """Different values into each, as an import: all rows or none, the bad ones named."""
        if len(ids) == 1:
            return self._same(ids, wanted[ids[0]])
        columns = sorted(wanted[ids[0]])
        kinds = {name: prop.raw for name, prop in self._crm.schema().items()}
        heads = [f"{name}/.id" if self._crm.relation(name) else name for name in columns]
        data = [[i, *(cell(kinds[name], wanted[i][name]) for name in columns)] for i in ids]
        try:
            told = self._crm.session.write(PARTNER, "load", fields=[".id", *heads], data=data)
        except CrmCallRefused as error:
            return self._split(ids, error, lambda some: self._load(some, wanted))
        if told.get("ids"):
            return dict.fromkeys(ids, RowResult())
        return self._without_the_bad(ids, wanted, told.get("messages") or [])

    def _without_the_bad(
        self,
        ids: Sequence[str],
        wanted: Mapping[str, Mapping[str, Any]],
        messages: Sequence[Mapping[str, Any]],
    ) -> Results:
        """Nothing was taken in: what the import complains of is looked at one by one, the others go again."""
        bad = {
            ids[n]: str(m.get("message"))
            for m in messages
            if m.get("type") != "warning"
            for n in _rows_of(m, len(ids))
        }
        if not bad:
            said = (
                "; ".join(str(m.get("message")) for m in messages)
                or "Odoo's import took nothing and says nothing."
            )
            return dict.fromkeys(ids, RowResult(class_of(said, Fault.VALIDATION), said))
        results: Results = {}
        for number, said in bad.items():
            fault = class_of(said, Fault.VALIDATION)
            if len(wanted[number]) > 1 and fault is Fault.VALIDATION:
                results |= self._same([number], wanted[number])
            else:
                results[number] = RowResult(fault, said)
        rest = [i for i in ids if i not in bad]
        if not rest or (len(bad) >= _DENIALS and all(results[i].fault is Fault.PERMISSION for i in bad)):
            return results | dict.fromkeys(rest, RowResult(Fault.PERMISSION, next(iter(bad.values()))))
        return results | self._load(rest, wanted)

    def _split(self, ids: Sequence[str], error: CrmCallRefused, again: Any) -> Results:
        """All were refused because of some: halves, down to the bad ones. What Odoo does not know, it knows of none."""
        fault = Fault(error.fault)
        if len(ids) == 1 or fault in (Fault.UNKNOWN_FIELD, Fault.AUTH_EXPIRED):
            return dict.fromkeys(ids, RowResult(fault, error.raw))
        if fault is Fault.PERMISSION:
            probe: Results = again(ids[:1])
            if probe[ids[0]].fault is Fault.PERMISSION:
                return dict.fromkeys(ids, probe[ids[0]])
            rest: Results = again(ids[1:])
            return probe | rest
        half = len(ids) // 2
        first: Results = again(ids[:half])
        second: Results = again(ids[half:])
        return first | second

    def _blamed(self, number: str, values: Mapping[str, Any], error: CrmCallRefused) -> RowResult:
        """Odoo's rules do not say which field they mind: each is tried by itself, where there are several."""
        fault = Fault(error.fault)
        if len(values) == 1 or fault not in (Fault.VALIDATION, Fault.PERMISSION):
            return RowResult(fault, error.raw, tuple(values) if len(values) == 1 else ())
        refused: dict[str, CrmCallRefused] = {}
        for name, value in values.items():
            try:
                self._crm.session.write(PARTNER, "write", ids=[int(number)], vals={name: value})
            except CrmCallRefused as alone:
                refused[name] = alone
        if not refused:
            return RowResult()
        first = next(iter(refused.values()))
        return RowResult(
            Fault(first.fault), first.raw, tuple(refused), tuple(n for n in values if n not in refused)
        )


def _rows_of(message: Mapping[str, Any], count: int) -> range:
    """The rows a complaint of the import is about."""
    rows = message.get("rows") or {}
    start = rows.get("from", message.get("record"))
    if not isinstance(start, int):
        return range(0)
    return range(max(0, start), min(count, rows.get("to", start) + 1))
