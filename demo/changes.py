"""What happens to companies from one night to the next. Planted here, and nowhere else: the truth follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from demo.companies import Firm, Standing, draw_officers, draw_premises
from demo.lines import draw_line
from demo.names import rename
from demo.words import dice, places


class Happening(StrEnum):
    """Kinds of events, each with its chance a company and night in `CHANCES`."""

    NEW_PHONE = "new_phone"
    NEW_MAILBOX = "new_mailbox"
    MOVED = "moved"
    MOVED_TOWN = "moved_town"
    RENAMED = "renamed"
    EXECUTIVE = "executive_change"
    HEADCOUNT = "headcount"
    NEW_DOMAIN = "new_domain"
    CLOSED = "closed"
    TAKEN_OVER = "taken_over"
    SITE_DOWN = "site_down"
    REDESIGN = "redesign"


CHANCES = {
    Happening.NEW_PHONE: 0.004,
    Happening.NEW_MAILBOX: 0.002,
    Happening.MOVED: 0.003,
    Happening.MOVED_TOWN: 0.001,
    Happening.RENAMED: 0.003,
    Happening.EXECUTIVE: 0.003,
    Happening.HEADCOUNT: 0.008,
    Happening.NEW_DOMAIN: 0.001,
    Happening.CLOSED: 0.002,
    Happening.TAKEN_OVER: 0.001,
    Happening.SITE_DOWN: 0.004,
    Happening.REDESIGN: 0.004,
}

#: Catalogue fields that are no longer what they were.
CHANGED_FIELDS = {
    Happening.NEW_PHONE: ("phone",),
    Happening.NEW_MAILBOX: ("email",),
    Happening.MOVED: ("street",),
    Happening.MOVED_TOWN: ("street", "city", "region", "postcode", "phone"),
    Happening.RENAMED: ("legal_name",),
    Happening.EXECUTIVE: ("key_executives",),
    Happening.HEADCOUNT: ("employees",),
    Happening.NEW_DOMAIN: ("website", "email"),
    Happening.CLOSED: ("website",),
    Happening.TAKEN_OVER: ("website",),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a company before a night."""

    number: int
    night: int
    kind: Happening


def events_of(seed: int, number: int, night: int, pace: float = 1.0) -> tuple[Happening, ...]:
    """What happens to a company before a night; nothing before the first (0), at most one thing a night.

    `pace` is how many times more often than the average company this one changes.
    """
    if night <= 0:
        return ()
    roll = dice(seed, "night", night, number).random()
    for kind, chance in CHANCES.items():
        if roll < chance * pace:
            return (kind,)
        roll -= chance * pace
    return ()


def happen(firm: Firm, kind: Happening, seed: int, night: int, population: int) -> Firm:
    """The company after an event. One that is closed or taken over has no more events."""
    if firm.standing is not Standing.ACTIVE:
        return firm
    rng = dice(seed, "happen", night, firm.number)
    if kind is Happening.TAKEN_OVER:
        owner = rng.randrange(population)
        return firm if owner == firm.number else replace(firm, standing=Standing.TAKEN_OVER, owner=owner)
    return (
        _EFFECTS[kind](firm, rng) if kind in _EFFECTS else replace(firm, down_until=night + rng.randint(1, 3))
    )


def _moved_town(firm: Firm, rng: Random) -> Firm:
    place = rng.choice([p for p in places(firm.country) if p != firm.place])
    street, district = draw_premises(firm.language, place, rng)
    phone, fax = draw_line(place, rng), draw_line(place, rng)
    return replace(firm, place=place, phone=phone, fax=fax, street=street, district=district)


def _moved(firm: Firm, rng: Random) -> Firm:
    street, district = draw_premises(firm.language, firm.place, rng)
    return replace(firm, street=street, district=district)


def _renamed(firm: Firm, rng: Random) -> Firm:
    naming = rename(firm.naming, firm.language, firm.place, rng)
    return replace(firm, naming=naming, old_names=(*firm.old_names, firm.naming.legal_name))


def _new_mailbox(firm: Firm, rng: Random) -> Firm:
    return replace(
        firm,
        mailbox=rng.choice([box for box in ("info", "sales", "service", "welcome") if box != firm.mailbox]),
    )


def _new_domain(firm: Firm, _: Random) -> Firm:
    return replace(
        firm, domain=f"go-{firm.naming.slug}.example", old_domains=(*firm.old_domains, firm.domain)
    )


_EFFECTS: dict[Happening, Callable[[Firm, Random], Firm]] = {
    Happening.NEW_PHONE: lambda firm, rng: replace(firm, phone=draw_line(firm.place, rng)),
    Happening.NEW_MAILBOX: _new_mailbox,
    Happening.MOVED: _moved,
    Happening.MOVED_TOWN: _moved_town,
    Happening.RENAMED: _renamed,
    Happening.EXECUTIVE: lambda firm, rng: replace(firm, officers=draw_officers(firm.language, rng)),
    Happening.HEADCOUNT: lambda firm, rng: replace(
        firm, employees=max(2, round(firm.employees * rng.choice((0.6, 0.8, 1.25, 1.5))))
    ),
    Happening.NEW_DOMAIN: _new_domain,
    Happening.CLOSED: lambda firm, _: replace(firm, standing=Standing.CLOSED),
    Happening.REDESIGN: lambda firm, _: replace(firm, redesigns=firm.redesigns + 1),
}
