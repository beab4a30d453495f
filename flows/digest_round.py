"""One round of digests: reads the snapshot, tells every channel, or shows what it would be told."""

from __future__ import annotations

import os
from collections.abc import Mapping

from accounts.config import Config
from accounts.secrets import blocks_named
from enrichers.web.transport import Transport
from flows.alerting import Telling, channels, preview, readers, tell, unreached_owners
from flows.digest import gather_news
from flows.digest_text import Lang
from flows.digest_told import ToldStore
from flows.services import catalogue_for, clock_for
from warehouse.decisions import DecisionStore
from warehouse.snapshot import open_snapshot
from warehouse.standing import Decided


def make_round(
    config: Config, *, send: bool = False, lang: Lang | None = None, as_of: str | None = None,
    environment: Mapping[str, str] | None = None, transport: Transport | None = None,
) -> tuple[list[Telling], dict[str, int]]:  # fmt: skip
    """What every channel was told, or without `send` would be; and owners who cannot be reached, with how much is theirs.

    A preview asks for no secrets; where no channel is configured it shows what RevOps would be told. Raises ConfigError,
    WarehouseError.
    """
    now = clock_for(as_of).now()
    with open_snapshot(config.home) as snapshot:
        decided = Decided(DecisionStore(config.home).all())
        news = gather_news(snapshot, decided, catalogue_for(config), config.alerts, now)
    store = ToldStore(config.home)
    unreached = unreached_owners(config, news)
    if not send:
        return [preview(config, reader, store, news) for reader in readers(config, lang)], unreached
    _fetch_blocks(config)
    told = channels(config, os.environ if environment is None else environment, transport, lang)
    return [tell(config, channel, store, news, now) for channel in told], unreached


def _fetch_blocks(config: Config) -> None:
    named = list(blocks_named(config.alerts.model_dump()))
    if named:
        from flows.prefect_blocks import fill_from_blocks  # noqa: PLC0415 - only where blocks are named

        fill_from_blocks(named)
