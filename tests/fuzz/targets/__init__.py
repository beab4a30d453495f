"""All targets, by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from tests.fuzz.target import Target


def targets() -> Mapping[str, Target]:
    """Every target in the modules of this package, which each offer them in `TARGETS`."""
    found: dict[str, Target] = {}
    for module in pkgutil.iter_modules(__path__):
        for target in importlib.import_module(f"{__name__}.{module.name}").TARGETS:
            assert target.name not in found, target.name
            found[target.name] = target
    return found
