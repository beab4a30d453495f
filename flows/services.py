"""Everything a run needs, put together once from the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from accounts.catalogue import Catalogue, shipped_catalogue
from accounts.clock import Clock, FixedClock, SystemClock, parse_instant
from accounts.config import Config, WebConfig, load_config
from accounts.errors import ConfigError
from accounts.protocols import ResponseStore
from accounts.secrets import blocks_named
from crm.base import Crm
from crm.registry import open_crm
from enrichers.base import Source, SourceContext, Web
from enrichers.sources import active_sources
from enrichers.taped import Taped
from warehouse.decisions import DecisionStore
from warehouse.disk import room_needed
from warehouse.ledger import DuckLedger
from warehouse.standing import Decided
from warehouse.store import Warehouse, open_warehouse


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one run; made by `open_services`, closed with it."""

    config: Config
    catalogue: Catalogue
    clock: Clock
    crm: Crm
    warehouse: Warehouse
    ledger: DuckLedger
    decisions: DecisionStore
    decided: Decided
    sources: tuple[Source, ...]
    sources_off: tuple[tuple[str, str], ...] = ()
    web: Taped | None = None
    replay: Path | None = None

    @property
    def runs_folder(self) -> Path:
        """Where runs keep their shards, plans and reports."""
        return self.config.home / "runs"

    def keep_evidence(self) -> None:
        """Makes the pages read until now outlive a crash. Raises WarehouseError where they cannot be stored."""
        if self.web is not None:
            self.web.flush()


def clock_for(as_of: str | None) -> Clock:
    """The clock a run goes by. Raises ConfigError for an `--as-of` that is no date."""
    if as_of is None:
        return SystemClock()
    try:
        return FixedClock(parse_instant(as_of))
    except ValueError:
        raise ConfigError(
            f"--as-of {as_of!r} is no date.",
            remedy="Write it as 2026-11-22 or 2026-11-22T02:00:00Z.",
            key="as_of",
        ) from None


def catalogue_for(config: Config) -> Catalogue:
    """The shipped catalogue with the configuration's overrides. Raises UnknownField naming the nearest field."""
    return shipped_catalogue().overridden({name: given.given() for name, given in config.fields.items()})


def validate(config_path: Path, as_of: str | None = None) -> None:
    """Reads configuration, field overrides and clock, so that a fault is told before anything slow is started."""
    catalogue_for(load_config(config_path))
    clock_for(as_of)


def crm_for(config: Config, catalogue: Catalogue, clock: Clock) -> Crm:
    """The CRM the configuration names."""
    return open_crm(config, catalogue, clock)


@contextmanager
def open_services(
    config_path: Path, *, as_of: str | None = None, replay: Path | None = None, offline: bool = False
) -> Iterator[Services]:
    """Opens the warehouse for writing and puts the parts together.

    `replay` answers every request from saved responses; `offline` leaves the sources out (undo, apply).
    Raises ConfigError, CrmError, WriterBusy; and WarehouseError where a full disk stopped what was done with them.
    """
    config = load_config(config_path)
    fetch_blocks(config)
    clock = clock_for(as_of)
    catalogue = catalogue_for(config)
    crm = crm_for(config, catalogue, clock)
    web, sources, off = (None, (), ()) if offline else sources_for(config, clock, replay)
    with (
        room_needed(config.home),
        open_warehouse(
            config.home, memory_limit=config.warehouse.memory_limit, lake=config.warehouse.lake
        ) as warehouse,
    ):
        decisions = DecisionStore(config.home)
        services = Services(
            config, catalogue, clock, crm, warehouse, DuckLedger(warehouse, clock), decisions,
            Decided(decisions.all()), tuple(sources), tuple(off), web, replay,
        )  # fmt: skip
        yield services
        services.keep_evidence()


def fetch_blocks(config: Config) -> None:
    """Puts the secrets that lie in Prefect blocks where the parts look for them."""
    named = list(blocks_named({"crm": config.crm.options, "sources": config.sources}))
    if named:
        from flows.prefect_blocks import fill_from_blocks  # noqa: PLC0415 - only where blocks are named

        fill_from_blocks(named)


def web_for(config: Config, clock: Clock, replay: Path | None, store: ResponseStore | None = None) -> Web:
    """The world as the sources see it: live and polite, or replayed from saved responses.

    Responses are kept beside the warehouse, or in a `store` that is given.
    """
    from enrichers.web.client import WebClient  # noqa: PLC0415 - commands that read nothing start faster
    from enrichers.web.replay import replay_client  # noqa: PLC0415
    from warehouse.responses import FileResponseStore  # noqa: PLC0415

    web: WebConfig = config.web
    store = store if store is not None else FileResponseStore(config.home / "responses")
    if replay is not None:
        return replay_client(replay, clock, web, store)
    return WebClient(web, clock, store)


def sources_for(
    config: Config, clock: Clock, replay: Path | None, store: ResponseStore | None = None
) -> tuple[Taped, Sequence[Source], Sequence[tuple[str, str]]]:
    """The web that notes what is asked, the sources that are on over it, and the others with the reason."""
    web = Taped(web_for(config, clock, replay, store))
    on, off = active_sources(config, lambda settings: SourceContext(web, clock, settings))
    return web, on, off
