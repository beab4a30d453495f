"""How well an account fits the customers that are wanted, as the configuration describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.golden import GoldenValue


@dataclass(frozen=True, slots=True)
class Wanted:
    """The wanted customer. Words are looked for in the industry and the description, countries are ISO codes."""

    industries: Sequence[str] = ()
    countries: Sequence[str] = ()
    technologies: Sequence[str] = ()
    employees_min: int | None = None
    employees_max: int | None = None


def fit_of(wanted: Wanted, golden: Mapping[str, GoldenValue]) -> float | None:
    """The share (0–1) of the criteria an account meets, of those that can be judged; None where none can."""
    answers = [
        _holds(wanted.industries, golden, ("industry", "description", "business_scope")),
        _holds(wanted.technologies, golden, ("technologies",)),
        _is_in(wanted.countries, golden),
        _has_size(wanted, golden),
    ]
    judged = [answer for answer in answers if answer is not None]
    return sum(judged) / len(judged) if judged else None


def _holds(words: Sequence[str], golden: Mapping[str, GoldenValue], names: Sequence[str]) -> bool | None:
    texts = [golden[name].value.casefold() for name in names if name in golden]
    if not words or not texts:
        return None
    return any(word.casefold() in text for word in words for text in texts)


def _is_in(countries: Sequence[str], golden: Mapping[str, GoldenValue]) -> bool | None:
    if not countries or "country" not in golden:
        return None
    return golden["country"].key.upper() in {c.upper() for c in countries}


def _has_size(wanted: Wanted, golden: Mapping[str, GoldenValue]) -> bool | None:
    if (wanted.employees_min is None and wanted.employees_max is None) or "employees" not in golden:
        return None
    number = re.search(r"\d+", golden["employees"].value.replace(",", ""))
    if number is None:
        return None
    size = int(number.group())
    return (
        (wanted.employees_min or 0)
        <= size
        <= (wanted.employees_max if wanted.employees_max is not None else size)
    )
