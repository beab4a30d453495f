"""What a budget of looks buys, what more would buy, and what stays unseen: sums over the work list, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.run import WorkItem
from flows.planning import Plan


@dataclass(frozen=True, slots=True)
class Lot:
    """Some looks of the work list: `changed` is how many values they are expected to find changed, as far as rates are known.

    `urgent` looks are at accounts never looked at, contradicted since, or asked for; nobody knows what they find.
    """

    looks: int
    urgent: int
    requests: float
    changed: float
    benefit: float


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget laid over the work list.

    `bought` is what it pays for, `more` the next `step` looks, `left` all that is left without it. `unseen` are the fields of what
    is left, those with the most changed values first; `oldest` is how many days ago the one of them that waits longest was
    looked at. `known` tells whether rates of change order the list; else all of `changed` is 0.
    """

    bought: Lot
    more: Lot
    left: Lot
    step: int
    unseen: tuple[tuple[str, float], ...]
    oldest: float | None
    known: bool


def lay_out(work: Plan, step: int = 100) -> Budget:
    """What the plan's budget buys, the next `step` looks would, and what is left."""
    chosen = [task.item for task in work.tasks]
    fields: dict[str, float] = defaultdict(float)
    for item in work.waiting:
        for need in item.needs:
            fields[need.field] += need.chance
    days = [item.days for item in work.waiting if item.days is not None]
    return Budget(
        bought=lot_of(chosen),
        more=lot_of(work.waiting[:step]),
        left=lot_of(work.waiting),
        step=step,
        unseen=tuple(
            (field, count)
            for field, count in sorted(fields.items(), key=lambda f: (-f[1], f[0]))
            if count > 0
        ),
        oldest=max(days, default=None),
        known=any(item.requests > 0 for item in (*chosen, *work.waiting)),
    )


def lot_of(items: Sequence[WorkItem] | Iterable[WorkItem]) -> Lot:
    """The sums of some items."""
    some = list(items)
    return Lot(
        looks=len(some),
        urgent=sum(item.urgent for item in some),
        requests=sum(item.requests for item in some),
        changed=sum(item.expected for item in some),
        benefit=sum(item.benefit for item in some),
    )
