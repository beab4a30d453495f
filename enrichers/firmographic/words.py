"""Word lists from the data folder, compiled once when first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import yaml


@cache
def read_yaml(name: str) -> Mapping[str, Any]:
    """A data file of this package. Raises FileNotFoundError where it was not shipped."""
    text = resources.files("enrichers.firmographic").joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - it is the safe loader in C
    return loaded


@cache
def _needed(file: str, key: str) -> tuple[str, ...]:
    """A text for each expression under a key that whatever it matches holds, in lower case; none where one has no such text."""
    found = [longest_text(word) for word in read_yaml(file)[key]]
    return tuple(dict.fromkeys(found)) if all(found) else ()


def longest_text(expression: str) -> str:
    """The longest text, in lower case, that every match of an expression holds; empty where there is none."""
    runs = [""]
    for operation, value in _parser.parse(expression, re.IGNORECASE | re.MULTILINE):
        if operation is sre.LITERAL:
            runs[-1] += chr(value).lower()
        else:
            runs.append("")
    return max(runs, key=len)


def speaks_of(file: str, key: str, text: str) -> bool:
    """True where an expression under a key matches; most texts are told off by what every match would hold."""
    needed, lowered = _needed(file, key), text.lower()
    if needed and not any(word in lowered for word in needed):
        return False
    return pattern_of(file, key).search(text) is not None


@cache
def pattern_of(file: str, key: str) -> re.Pattern[str]:
    """One alternation of all expressions under a key of a data file, case-insensitive; `^` and `$` are a line's ends."""
    return re.compile("|".join(f"(?:{word})" for word in read_yaml(file)[key]), re.IGNORECASE | re.MULTILINE)
