"""One measured figure."""

from __future__ import annotations

from dataclasses import dataclass


class Unavailable(Exception):
    """What a measurement needs is not here; says what."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its unit; `limit` is what it must not exceed, where there is one."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""
