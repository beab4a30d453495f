"""Word lists from the data folder, compiled once when first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def read_yaml(name: str) -> Mapping[str, Any]:
    """A data file of this package. Raises FileNotFoundError where it was not shipped."""
    text = resources.files("enrichers.firmographic").joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - it is the safe loader in C
    return loaded


@cache
def pattern_of(file: str, key: str) -> re.Pattern[str]:
    """One alternation of all expressions under a key of a data file, case-insensitive; `^` and `$` are a line's ends."""
    return re.compile("|".join(f"(?:{word})" for word in read_yaml(file)[key]), re.IGNORECASE | re.MULTILINE)
