"""Technologies as observations: the field `technologies`, and the suites a seller asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.observation import Evidence, Observation
from enrichers.observe import observe, passage
from enrichers.technographic.technology import Origin, Technology

EXTRACTOR = "technologies/1"
MAIN, SUBDOMAIN = "main", "subdomain"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A technology, the evidence for it, and whether it was the company's main site or a subdomain that showed it."""

    technology: Technology
    evidence: Evidence
    place: str = MAIN


@dataclass(frozen=True, slots=True)
class Suite:
    """What fills one field: categories, and the parts of a page (or of DNS) that count."""

    field: str
    categories: frozenset[str]
    where: frozenset[str]
    prefer: str

    def takes(self, technology: Technology) -> bool:
        """True where the technology is such a suite, shown where it counts."""
        right = bool(self.categories & set(technology.categories))
        return right and (not self.where or technology.where in self.where)

    def rank(self, technology: Technology) -> tuple[bool, float]:
        """What orders two of them."""
        return technology.evidence.startswith(
            f"{self.prefer}: "
        ) if self.prefer else False, technology.confidence


@cache
def suites() -> tuple[Suite, ...]:
    """The suites of the catalogue."""
    text = files("enrichers.technographic").joinpath("suites.yml").read_text(encoding="utf-8")
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return tuple(
        Suite(name, frozenset(s["categories"]), frozenset(s.get("where", ())), s.get("prefer", ""))
        for name, s in read.items()
    )


def observations(
    sightings: Sequence[Sighting],
    *,
    catalogue: Catalogue,
    account_id: str,
    source: str,
    record_id: str,
    clock: Clock,
) -> tuple[Observation, ...]:
    """Each observed technology once, by its surest sighting, and the surest suite of each kind.

    What is only implied by another, or inferred from weak signs, is nothing a CRM should say: it is left out.
    """
    best = list(_surest(s for s in sightings if s.technology.origin is Origin.OBSERVED))
    facts = [("technologies", sighting) for sighting in best]
    for suite in suites():
        taken = [s for s in best if s.place == MAIN and suite.takes(s.technology)]
        if taken:
            facts.append((suite.field, max(taken, key=lambda s: suite.rank(s.technology))))
    made = (
        observe(
            catalogue, account_id, field, s.technology.name, source=source, record_id=record_id, evidence=s.evidence,
            confidence=s.technology.confidence, extractor=f"{EXTRACTOR} {s.technology.where}", at=clock.now(),
            kind=s.place if field == "technologies" else None, display=_printed(s.technology),
        )
        for field, s in facts
    )  # fmt: skip
    return tuple(observation for observation in made if observation is not None)


def evidence_passage(technology: Technology) -> str:
    """What a reader is shown: the part of the page and what matched there."""
    return passage(f"{technology.where}: {technology.evidence}")


def _surest(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """One sighting a technology: on the main site before a subdomain, an earlier page before a later one of equal weight."""
    best: dict[str, Sighting] = {}
    for sighting in sightings:
        known = best.get(sighting.technology.name)
        if known is None or _order(sighting) > _order(known):
            best[sighting.technology.name] = sighting
    yield from best.values()


def _order(sighting: Sighting) -> tuple[bool, float]:
    return sighting.place == MAIN, sighting.technology.confidence


def _printed(technology: Technology) -> str:
    return f"{technology.name} {technology.version}" if technology.version else technology.name
