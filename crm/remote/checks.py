"""Why one change must not be sent: no such property, no value, a value of the wrong kind, one the pick list lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.change import Change, ChangeKind
from crm.remote.formats import Unfit, encode
from crm.remote.mapping import MappedField
from crm.safety import CLEAR_MARK, formula_problem

if TYPE_CHECKING:
    from crm.remote.connector import RemoteCrm


def change_problem(crm: RemoteCrm, change: Change) -> str | None:
    """What is wrong with a change, in words, or None. The property itself fits: that was checked before."""
    mapped = crm.mapping.get(change.field)
    if mapped is None or mapped.property != change.column:
        return f"There is no property {change.column!r} for {change.field}."
    if change.kind is ChangeKind.RESTORE:
        return None
    if change.kind is ChangeKind.CLEAR:
        return None if change.value is None else "A clearing change carries a value."
    return _value_problem(crm, mapped, change.value)


def _value_problem(crm: RemoteCrm, mapped: MappedField, value: str | None) -> str | None:
    if value is None or not value.strip():
        return "There is no value; absence never clears."
    if value.strip() == CLEAR_MARK:
        return f"{CLEAR_MARK} is the mark for clearing, not a value."
    typed = crm.catalogue[mapped.field].value_type.problem(value)
    unsafe = typed or (formula_problem(value) if mapped.lane == "golden" else None)
    if unsafe is not None:
        return f"The value {unsafe}."
    prop = crm.schema()[mapped.property]
    try:
        encode(crm.wire, prop, mapped.translated(value))
    except Unfit as error:
        if prop.restricted:
            crm.unmapped[mapped.field, value] += 1
        return f"The value {error}."
    return None
