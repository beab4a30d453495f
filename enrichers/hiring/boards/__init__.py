"""One file a job board system; each names its `BOARD`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from enrichers.hiring.board import Board


@cache
def boards() -> tuple[Board, ...]:
    """All board systems, by the names of their files."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").BOARD for name in names)


def board_named(kind: str) -> Board | None:
    """The board system of that name, or None."""
    return next((board for board in boards() if board.kind == kind), None)
