"""Undo as a Prefect flow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import

from flows.services import open_services  # noqa: E402
from flows.undoing import undo  # noqa: E402


@flow(name="evergreen-undo", persist_result=False, log_prints=False)
def undo_run(
    run: str,
    config: str = "evergreen.toml",
    account: str | None = None,
    field: str | None = None,
    apply: bool = False,
) -> dict[str, Any]:
    """Put back what a run wrote (id or `last`), where it is still ours; a preview unless `apply`."""
    with open_services(Path(config), offline=True) as services:
        return undo(services, run, account=account, field=field, apply=apply).as_json()
