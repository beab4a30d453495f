"""Create our fields in the CRM: what is missing, and with `apply` the making of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accounts.clock import SystemClock
from accounts.config import load_config
from accounts.errors import ConfigError
from crm.remote.connector import RemoteCrm
from crm.remote.mapping import load_mapping
from crm.salesforce.package import add_section, write_package
from enrichers.sources import find_sources
from flows.services import catalogue_for, crm_for


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the CRM lacks, what it has, and what was made."""

    missing: tuple[str, ...]
    there: tuple[str, ...]
    made: tuple[str, ...]
    applied: bool


def set_up_crm(config_path: Path, fields: Sequence[str] = (), *, apply: bool = False) -> SetUp:
    """Makes columns for the fields asked for; where none is named, for all that a source in the tree can fill.

    Raises UnknownField, CrmError. Without `apply` nothing is written.
    """
    config = load_config(config_path)
    catalogue = catalogue_for(config)
    crm = crm_for(config, catalogue, SystemClock())
    provided = {
        name for source in find_sources()[0].values() for name in source.provides if name in catalogue
    }
    if isinstance(
        crm, RemoteCrm
    ):  # of what a source can fill, and of what we conclude, that which is ours to make
        provided = {m.field for m in crm.mapping if m.create}
    wanted = [catalogue[name].name for name in fields] or [f.name for f in catalogue if f.name in provided]
    missing = crm.describe().missing(wanted)
    made = tuple(crm.install(missing)) if apply and missing else ()
    return SetUp(missing, tuple(f for f in wanted if f not in missing), made, apply)


def write_package_of(config_path: Path, folder: Path, layout: Path | None = None) -> list[Path]:
    """Writes the CRM's deployable package, and our section into a page layout; returns the files. Talks to no CRM.

    Raises ConfigError for a CRM that knows no packages.
    """
    config = load_config(config_path)
    if config.crm.kind != "salesforce":
        raise ConfigError(
            f"The CRM {config.crm.kind} knows no metadata packages.",
            remedy="Leave --package out.",
            key="crm.kind",
        )
    mapping = load_mapping(
        "salesforce", catalogue_for(config), config.crm.columns, config.crm.options.get("extras")
    )
    written = write_package(folder, mapping, str(config.crm.options.get("api_version", "66.0")))
    if layout is not None and add_section(layout, mapping):
        written.append(layout)
    return written
