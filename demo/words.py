"""The word lists the world is made of, read once from `demo/data`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml


@cache
def words(name: str) -> dict[str, Any]:
    """One YAML file of `demo/data` by its stem."""
    text = resources.files("demo").joinpath("data", f"{name}.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@dataclass(frozen=True, slots=True)
class Place:
    """A town: `code` is the dialling code, with the part of the subscriber's number that is kept for fiction."""

    country: str
    city: str
    region: str
    code: str
    postcode: str
    credit_region: str = ""
    icp_letter: str = ""
    districts: tuple[str, ...] = ()


@cache
def places(country: str) -> tuple[Place, ...]:
    """The towns of a country, by ISO code."""
    return tuple(_place(country, *row) for row in words("places")[country])


def _place(
    country: str,
    city: str,
    region: str,
    code: str,
    postcode: str,
    credit_region: str = "",
    icp_letter: str = "",
    districts: tuple[str, ...] | list[str] = (),
) -> Place:
    return Place(country, city, region, code, postcode, credit_region, icp_letter, tuple(districts))


def dice(*parts: object) -> Random:
    """A generator that depends on its parts alone: the same world on every machine."""
    return Random("/".join(map(str, parts)))
