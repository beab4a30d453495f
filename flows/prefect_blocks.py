"""Secrets kept in Prefect blocks, handed over in the environment to what may not import Prefect."""

from __future__ import annotations

import os
from collections.abc import Iterable, MutableMapping

from accounts.errors import ConfigError
from accounts.secrets import block_variable
from flows.prefect_settings import settle_prefect


def fill_from_blocks(blocks: Iterable[str], environment: MutableMapping[str, str] | None = None) -> None:
    """Reads Secret blocks into the variables `accounts.secrets.block_variable` names; what is set already stays.

    Raises ConfigError for a block that cannot be loaded; the secret is in no message.
    """
    environment = os.environ if environment is None else environment
    missing = [block for block in blocks if block_variable(block) not in environment]
    if not missing:
        return
    settle_prefect()
    from prefect.blocks.system import Secret  # noqa: PLC0415 - Prefect takes seconds to import

    for block in missing:
        try:
            value = Secret.load(block).get()  # type: ignore[union-attr]
        except Exception as error:
            raise ConfigError(
                f"The Prefect block {block!r} cannot be loaded ({type(error).__name__}).",
                remedy=f"Make a Secret block of that name where PREFECT_API_URL points, or set {block_variable(block)}.",
                key=block,
            ) from None
        environment[block_variable(block)] = str(value)
