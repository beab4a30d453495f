"""EDGAR's codes of states and countries, as the world writes them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from accounts.values.place import country_code


@dataclass(frozen=True, slots=True)
class Place:
    """Country (ISO 3166 alpha-2) and region of an address; empty where not derivable."""

    country: str = ""
    region: str = ""


@cache
def _places() -> dict[str, Place]:
    with (
        resources.files("enrichers.registry")
        .joinpath("data", "edgar_places.csv")
        .open(encoding="utf-8") as file
    ):
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["code"]: Place(row["country"], row["region"]) for row in rows}


def place_of(code: str, description: str) -> Place:
    """The place a code and its description name; no country where the two contradict each other.

    >>> place_of("TX", "TX"), place_of("A6", "Ontario, Canada").country, place_of("F4", "Japan").country
    (Place(country='US', region='TX'), 'CA', '')
    """
    place = _places().get(code.strip().upper())
    named = country_code(description.rsplit(",", 1)[-1]) if len(description.strip()) > 2 else None
    if place is None:
        return Place(named or "")
    if place.country == "US":  # its description is a state, and Georgia is two things
        return place
    return Place() if named not in (None, place.country) else place
