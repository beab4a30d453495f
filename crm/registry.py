"""Finds and opens the CRM that the configuration names."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from importlib.metadata import entry_points

import crm
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import ConfigError
from crm.base import Crm

Opener = Callable[[Config, Catalogue, Clock], Crm]

ENTRY_POINTS = "evergreen.crms"
_OPENERS: dict[str, Opener] = {}


def register(kind: str) -> Callable[[Opener], Opener]:
    """Registers the function that opens a kind of CRM: one module in `crm/`, found by being there."""

    def keep(opener: Opener) -> Opener:
        _OPENERS[kind] = opener
        return opener

    return keep


def kinds() -> tuple[str, ...]:
    """The kinds of CRM there are, in the tree and installed beside it."""
    for module in pkgutil.iter_modules(crm.__path__):
        importlib.import_module(f"crm.{module.name}")
    return tuple(sorted({*_OPENERS, *(point.name for point in entry_points(group=ENTRY_POINTS))}))


def open_crm(config: Config, catalogue: Catalogue, clock: Clock) -> Crm:
    """The CRM of `[crm] kind`: the module `crm/KIND.py`, or an entry point of the group `evergreen.crms`.

    Raises ConfigError for a kind that does not exist, naming the nearest.
    """
    kind = config.crm.kind
    if kind in {module.name for module in pkgutil.iter_modules(crm.__path__)}:
        importlib.import_module(f"crm.{kind}")
    if kind in _OPENERS:
        return _OPENERS[kind](config, catalogue, clock)
    for point in entry_points(group=ENTRY_POINTS, name=kind):
        opener: Opener = point.load()
        return opener(config, catalogue, clock)
    near = difflib.get_close_matches(kind, kinds(), n=1)
    raise ConfigError(
        f"[crm] kind is {kind!r}, which does not exist.",
        remedy=f"Did you mean {near[0]}?" if near else f"There are {', '.join(kinds())}.",
        key="crm.kind",
    )
