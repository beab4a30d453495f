"""What reps do to the CRM between two nights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.crm_export import REPS, Row, knows_better, stamp, typed_value
from demo.words import dice
from demo.world import World

_TOUCHED = ("phone", "email", "street", "employees", "legal_name", "city")
#: Chance that a rep edits a row in one day.
_EDITS = 0.01


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell a person set; `value` is blank where they cleared it."""

    account_id: str
    field: str
    value: str
    at: datetime


def edit_rows(world: World, rows: list[Row]) -> list[Edit]:
    """Edits rows the way reps do in the hours before tonight, in place; returns what was set.

    Half of what they type is what the company's site says, a third is what only they know, the rest is cleared.
    """
    made: list[Edit] = []
    for row in rows:
        rng = dice(world.seed, "rep", row.id, world.night)
        if row.number is None or rng.random() >= _EDITS:
            continue
        firm, name, roll = world.firm(row.number), rng.choice(_TOUCHED), rng.random()
        value = (
            typed_value(name, firm, rng)
            if roll < 0.5
            else knows_better(firm, name, rng)
            if roll < 0.85
            else ""
        )
        if value == row.cells[name]:
            continue
        at = world.now() - timedelta(minutes=rng.randint(60, 900))
        row.cells[name] = value
        row.typed[name] = at
        stamp(row, at, rng.choice(REPS))
        made.append(Edit(row.id, name, value, at))
    return made
