"""Which of many patterns may match a text: one pass of Hyperscan where it is installed, else a literal each needs."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from enrichers.technographic.pattern import Pattern
from enrichers.technographic.store import Analysis, Store, key

hyperscan: Any
try:
    hyperscan = import_module("hyperscan")
except ImportError:  # the extra `technographics` is not installed
    hyperscan = None


_LONG = re.compile(r"(?<!\\)\{(\d*),\d{2,}\}")


class Prefilter(Protocol):
    """Narrows patterns down to those that may match."""

    def candidates(self, text: str) -> Sequence[int]:
        """Positions of the patterns that may match `text`, ascending; never misses one that does."""
        ...


class LiteralPrefilter:
    """A pattern may match where the literal it cannot do without occurs."""

    def __init__(self, patterns: Sequence[Pattern], analyses: Sequence[Analysis], _: Store) -> None:
        assert len(patterns) == len(analyses)
        self._literals = [analysis.literal for analysis in analyses]

    def candidates(self, text: str) -> Sequence[int]:
        """Positions of patterns whose literal occurs, and of those that have none."""
        lowered = text.lower()
        return [n for n, literal in enumerate(self._literals) if not literal or literal in lowered]


class HyperscanPrefilter:
    """A pattern may match where Hyperscan's approximation of it does. Patterns it refuses are always candidates.

    Each pattern is scanned for with its long repetitions opened, which matches wherever the bounded one does and
    keeps the database small.
    """

    def __init__(self, patterns: Sequence[Pattern], analyses: Sequence[Analysis], store: Store) -> None:
        assert len(patterns) == len(analyses)
        self._local = threading.local()
        self._scanned = [n for n, pattern in enumerate(patterns) if pattern.source]
        sources = [loosen(patterns[n].source).encode("utf-8", "replace") for n in self._scanned]
        name = f"{key(patterns)}.hs"
        self._database, refused = _load(store.read(name)) or _build(sources)
        store.write(name, _dump(self._database, refused))
        self._always = sorted(
            {self._scanned[n] for n in refused} | (set(range(len(patterns))) - set(self._scanned))
        )

    def candidates(self, text: str) -> Sequence[int]:
        """Positions of patterns that may match."""
        found = list(self._always)
        if self._database is not None:
            hits: list[int] = []
            self._database.scan(
                text.encode("utf-8", "replace"),
                match_event_handler=_collect,
                context=hits,
                scratch=self._scratch(),
            )
            found += [self._scanned[n] for n in hits]
        return sorted(set(found))

    def _scratch(self) -> Any:
        """Scratch space of this thread: Hyperscan allows no sharing."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = hyperscan.Scratch(self._database)
        return self._local.scratch


def loosen(source: str) -> str:
    """Opens long counted repetitions: what the result matches includes what `source` does.

    >>> loosen(r"a[^>]{0,120}b{1,2}")
    'a[^>]*b{1,2}'
    """
    return _LONG.sub(lambda match: "*" if match.group(1) in ("", "0") else "+", source)


def fastest_prefilter() -> type[LiteralPrefilter] | type[HyperscanPrefilter]:
    """The prefilter to use with what is installed."""
    return LiteralPrefilter if hyperscan is None else HyperscanPrefilter


def _collect(n: int, _start: int, _end: int, _flags: int, hits: list[int]) -> None:
    hits.append(n)


def _build(sources: Sequence[bytes]) -> tuple[Any, list[int]]:
    """A database of all sources Hyperscan takes, and the positions of those it refuses."""
    everything = range(len(sources))
    try:
        return (_compile(sources, everything) if sources else None), []
    except hyperscan.error:
        refused = _refused(sources, everything)
        taken = sorted(set(everything) - set(refused))
        return (_compile(sources, taken) if taken else None), refused


def _refused(sources: Sequence[bytes], positions: Sequence[int]) -> list[int]:
    """Found by halving, for the engine compiles all or nothing."""
    try:
        _compile(sources, positions)
    except hyperscan.error:
        if len(positions) == 1:
            return list(positions)
        half = len(positions) // 2
        return _refused(sources, positions[:half]) + _refused(sources, positions[half:])
    return []


def _compile(sources: Sequence[bytes], positions: Sequence[int]) -> Any:
    flags = (
        hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH
        | hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_ALLOWEMPTY | hyperscan.HS_FLAG_UTF8
    )  # fmt: skip
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[sources[n] for n in positions],
        ids=list(positions),
        elements=len(positions),
        flags=[flags] * len(positions),
    )
    return database


def _dump(database: Any, refused: Sequence[int]) -> bytes:
    head = ",".join(map(str, refused)).encode() + b"\n"
    return head + (hyperscan.dumpb(database) if database is not None else b"")


def _load(kept: bytes | None) -> tuple[Any, list[int]] | None:
    if not kept:
        return None
    head, _, body = kept.partition(b"\n")
    try:
        database = hyperscan.loadb(body, hyperscan.HS_MODE_BLOCK) if body else None
        return database, [int(n) for n in head.split(b",") if n]
    except (hyperscan.error, ValueError, TypeError):
        return None
