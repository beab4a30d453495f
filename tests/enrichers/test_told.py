"""The documents tell of every source and board system there is."""

from __future__ import annotations

from pathlib import Path

from enrichers.hiring.boards import boards
from enrichers.sources import find_sources

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_revops_read_of_every_source_its_key_and_its_licence():
    page = (DOCS / "revops.md").read_text(encoding="utf-8")
    classes, _ = find_sources()
    for name, cls in classes.items():
        if not cls.__module__.startswith("enrichers."):
            continue
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert getattr(cls, "key_env", "") in row, name
        assert not getattr(cls, "opt_in", "") or "switched on" in row, name
        assert (cls.cost == 0) == ("| free |" in row or "by your plan" in row), name


def test_engineers_read_of_every_board_system():
    page = (DOCS / "engineers.md").read_text(encoding="utf-8")
    for board in boards():
        assert f"`{board.kind}`" in page, board.kind
