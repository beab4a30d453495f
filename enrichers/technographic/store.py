"""What is worth keeping between runs about a set of patterns: their analysis and the compiled database.

Kept under the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`), one file a set, named by what went into it;
a file that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from enrichers.technographic.pattern import NEVER, Pattern, cost, required_literal

FORMAT = "2"


@dataclass(frozen=True, slots=True)
class Analysis:
    """A pattern's required literal ('' where there is none) and the steps it may take from one position."""

    literal: str
    cost: float


def default_folder() -> Path | None:
    """The cache folder, or None where the user has no home."""
    home = os.environ.get("XDG_CACHE_HOME") or (os.path.expanduser("~") + "/.cache")  # noqa: PTH111 - may stay unexpanded
    return None if home.startswith("~") else Path(home) / "evergreen" / "fingerprints"


class Store:
    """Analyses and databases by the patterns they were made of. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def analyses(self, patterns: Sequence[Pattern]) -> list[Analysis]:
        """The analysis of each pattern, in order."""
        name = f"{key(patterns)}.json"
        kept = self.read(name)
        if kept is not None:
            with contextlib.suppress(ValueError, TypeError):
                rows = json.loads(kept)
                if len(rows) == len(patterns):
                    return [Analysis(str(literal), float(steps)) for literal, steps in rows]
        found = [_analyse(pattern) for pattern in patterns]
        self.write(name, json.dumps([(a.literal, a.cost) for a in found]).encode())
        return found

    def read(self, name: str) -> bytes | None:
        """The kept bytes, or None."""
        if self._folder is None:
            return None
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Keeps bytes; a second process writing the same does no harm."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f"{name}.{os.getpid()}"
            draft.write_bytes(content)
            draft.replace(self._folder / name)


def _analyse(pattern: Pattern) -> Analysis:
    if pattern.regex is NEVER:
        return Analysis("", math.inf)
    return Analysis(required_literal(pattern.bounded), cost(pattern.bounded))


def key(patterns: Sequence[Pattern]) -> str:
    """A name for a sequence of patterns and the engine versions that read them."""
    try:
        engine = version("hyperscan")
    except PackageNotFoundError:
        engine = ""
    digest = hashlib.sha256(f"{FORMAT} {sys.version_info[:2]} {engine}".encode())
    for pattern in patterns:
        digest.update(pattern.source.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:32]
