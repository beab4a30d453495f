"""The tables of this package: knowledge as YAML under `intelligence/data`, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def data(name: str) -> Any:
    """One table by its stem."""
    return yaml.safe_load((resources.files("intelligence") / "data" / f"{name}.yml").read_text("utf-8"))
