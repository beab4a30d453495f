"""How far any spending of a budget of looks could go in the demo world: even rounds, and an oracle.

No page is fetched here: a look at a company whose site answers catches what has happened since the last look. *Even rounds*
look at all companies in turn, the best that one period for all can do. The *oracle* knows the true rate at which
every company changes what its site shows, and looks where rate × days² / 2 is greatest, which is what minimises
the mean days until a change is caught: then the periods go by 1 / √rate. Both look at every company once first, as the
policies do, and know of a site that has gone only once they looked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from demo.changes import CHANCES, CHANGED_FIELDS, Event
from demo.companies import Firm, Standing
from demo.pace import pace_of
from demo.sites import Condition, Site
from demo.world import World

#: Gone for good or for a while: nothing can be read.
_SILENT = frozenset({Condition.DEAD, Condition.SLOW})
#: What the registers tell of a listed company, whatever its site shows.
_LISTED = frozenset({"phone", "street", "city", "region", "postcode", "legal_name"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The night each change would be caught on, None where it would not."""

    even: Mapping[Event, int | None]
    oracle: Mapping[Event, int | None]


@dataclass(slots=True)
class _Watched:
    """One company as the model knows it."""

    seen: int | None = None
    tried: int | None = None
    failures: int = 0
    rate: float = 0.0

    def may(self, night: int) -> bool:
        """A failed look is repeated at once, then after 1, 3, 7 … nights, as the pipeline does."""
        if not self.failures or self.tried is None:
            return True
        return night - self.tried >= min(30, (1 << min(self.failures, 10) - 1) - 1)

    def days(self, night: int) -> int:
        last = self.seen if self.seen is not None else self.tried
        return night - last if last is not None else 0


Worth = Callable[[_Watched, int], float]


def bounds_of(seed: int, companies: int, nights: int, budget: int, visible: Collection[Event]) -> Bounds:
    """What even rounds and the oracle catch of the visible changes with a budget of looks a night."""
    return Bounds(
        _spend(seed, companies, nights, budget, visible, lambda w, night: w.days(night)),
        _spend(seed, companies, nights, budget, visible, _oracle),
    )


def _oracle(watched: _Watched, night: int) -> float:
    return watched.rate * watched.days(night) ** 2 / 2 * 0.5**watched.failures


def _spend(
    seed: int, companies: int, nights: int, budget: int, visible: Collection[Event], worth: Worth
) -> dict[Event, int | None]:
    world = World(seed, companies)
    watched = [_Watched() for _ in range(companies)]
    waiting: dict[int, list[Event]] = defaultdict(list)
    caught: dict[Event, int | None] = dict.fromkeys(visible)
    for night in range(nights):
        for event in world.turn() if night else ():
            if event in caught:
                waiting[event.number].append(event)
        open_ = [number for number in range(companies) if watched[number].may(night)]
        open_.sort(key=lambda n: (watched[n].tried is not None, -worth(watched[n], night), n))
        for number in open_[:budget]:
            firm = world.firm(number)
            if _look(watched[number], firm, world.site(firm), seed, night):
                caught |= dict.fromkeys(waiting.pop(number, ()), night)
    return caught


def _look(watched: _Watched, firm: Firm, site: Site, seed: int, night: int) -> bool:
    watched.tried = night
    if site.condition in _SILENT:
        watched.failures += 1
        return False
    watched.seen, watched.failures = night, 0
    watched.rate = true_rate(firm, site, seed)
    return True


def true_rate(firm: Firm, site: Site, seed: int) -> float:
    """How often a day something changes that a look at this company sees; next to nothing once it is gone."""
    if firm.standing is not Standing.ACTIVE or site.condition is not Condition.OK:
        return 1e-6
    shown = site.shows | {"website"} | (_LISTED if firm.cik else frozenset())
    told = sum(chance for kind, chance in CHANCES.items() if shown.intersection(CHANGED_FIELDS.get(kind, ())))
    return told * pace_of(firm, seed)
