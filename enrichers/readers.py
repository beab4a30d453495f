"""Readers of saved responses: bytes in, records out, no network. What `evergreen read SOURCE FILE` runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Reader = Callable[[bytes], Iterable[Mapping[str, Any]]]
"""The records of one response. Raises SourceBroken where the bytes are no such response."""

_READERS: dict[str, Reader] = {}


def reader(name: str) -> Callable[[Reader], Reader]:
    """Registers a function as the reader of one kind of response. Raises ValueError where the name is taken."""

    def register(function: Reader) -> Reader:
        if _READERS.setdefault(name, function) is not function:
            raise ValueError(f"two readers are named {name!r}")
        return function

    return register


def readers() -> dict[str, Reader]:
    """All readers by name, as far as their modules have been imported (`enrichers.sources.import_tree`)."""
    return dict(sorted(_READERS.items()))
