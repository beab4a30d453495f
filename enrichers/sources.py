"""All sources: those in the tree, found by importing it, and those outside, found by entry point.

A source is on unless `[sources.NAME] enabled = false` or it lacks its key. A class that needs a key names the environment
variable in `key_env`; `[sources.NAME] key_env` or `key_file` name another place. `[sources.NAME] kind = "table"` makes a
source of a table of one's own.
"""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import enrichers
from accounts.config import Config
from accounts.errors import ConfigError
from accounts.secrets import PLACES, find_secret
from enrichers.base import _SOURCES, Source, SourceContext, source
from enrichers.discreet import discreet
from enrichers.own.table import open_table

GROUP = "evergreen.sources"
_OWN_SETTINGS = frozenset({"enabled", *(f"key{place}" for place in PLACES)})


def import_tree() -> None:
    """Imports every module under `enrichers`, so that sources and readers register themselves."""
    for module in pkgutil.walk_packages(enrichers.__path__, "enrichers."):
        importlib.import_module(module.name)


def find_sources() -> tuple[dict[str, type[Source]], dict[str, str]]:
    """All source classes by name, and those outside the tree that could not be loaded with the reason.

    Raises ConfigError where two sources have one name.
    """
    import_tree()
    broken: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        try:
            cls = entry.load()
        except Exception as error:
            broken[entry.name] = f"its plug-in {entry.value} cannot be loaded: {error}"
            continue
        try:
            source(cls)
        except (ValueError, AttributeError) as error:
            raise ConfigError(
                f"The plug-in {entry.value} is no source we can use: {error}.",
                remedy="Remove that distribution.",
            ) from error
    return dict(sorted(_SOURCES.items())), broken


def active_sources(
    config: Config,
    make_context: Callable[[Mapping[str, Any]], SourceContext],
    environment: Mapping[str, str] | None = None,
) -> tuple[list[Source], list[tuple[str, str]]]:
    """The sources that are on, made with their settings, and the names of the others with the reason.

    Raises ConfigError for settings of a source that does not exist.
    """
    environment = os.environ if environment is None else environment
    classes, broken = find_sources()
    tables = _tables(config, {*classes, *broken})
    _refuse_unknown(config, {*classes, *broken, *tables})
    on: list[Source] = []
    off = sorted(broken.items())
    for name, cls in classes.items():
        given = config.sources.get(name, {})
        settings = {key: value for key, value in given.items() if key not in _OWN_SETTINGS}
        opt_in = str(getattr(cls, "opt_in", ""))
        if not given.get("enabled", not opt_in):
            told = f"switched off by [sources.{name}] enabled = false"
            off.append(
                (name, f"{opt_in}: [sources.{name}] enabled = true switches it on" if opt_in else told)
            )
            continue
        wanted = [key for key in getattr(cls, "wants", ()) if not given.get(key)]
        if wanted:
            off.append((name, f"it needs {' and '.join(wanted)} under [sources.{name}]"))
            continue
        key, why = _key(config, name, cls, given, environment)
        if why:
            off.append((name, why))
            continue
        on.append(discreet(cls(make_context({**settings, "key": key} if key else settings)), key))
    for name, table in tables.items():
        if table.get("enabled", True):
            on.append(open_table(name, table, config.resolve(Path()), config.path, make_context(table)))
        else:
            off.append((name, f"switched off by [sources.{name}] enabled = false"))
    return on, off


def _tables(config: Config, taken: set[str]) -> dict[str, dict[str, Any]]:
    """The configured tables by name. Raises ConfigError for another kind, or a name that is taken."""
    tables = {name: given for name, given in config.sources.items() if "kind" in given}
    for name, given in tables.items():
        wrong = name in taken or given["kind"] != "table"
        if wrong:
            told = f"the name {name!r} is taken" if name in taken else f"there is no kind {given['kind']!r}"
            raise ConfigError(
                f"{config.path}: [sources.{name}]: {told}.",
                remedy='Give a table of your own another name, and kind = "table".',
                path=config.path,
                key=f"sources.{name}",
            )
    return tables


def _refuse_unknown(config: Config, known: set[str]) -> None:
    for name in config.sources:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"Did you mean [sources.{near[0]}]?" if near else f"Sources are {', '.join(sorted(known))}."
            )
            raise ConfigError(
                f"{config.path}: there is no source {name!r}.",
                remedy=hint,
                path=config.path,
                key=f"sources.{name}",
            )


def _key(
    config: Config, name: str, cls: type[Source], given: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[str, str]:
    """A source's key, or why it has none; both empty where it needs none."""
    variable = str(getattr(cls, "key_env", ""))
    if not variable and not any(given.get(f"key{place}") for place in PLACES):
        return "", ""
    try:
        key = find_secret("key", given, config.resolve(Path()), environment, variable)
    except ConfigError as error:
        return "", f"{error.what} {error.remedy}"
    named = str(given.get("key_env") or variable)
    return key or "", "" if key else f"it needs a key: set {named}, or key_file under [sources.{name}]"
