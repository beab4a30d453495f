"""Names taken apart by several processes are those taken apart by one."""

from __future__ import annotations

import random

import pytest

from matchers import parsing
from matchers.names import parse_all
from tests.matchers.test_bounds import invented


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_shared_out_or_not(monkeypatch: pytest.MonkeyPatch, copies: int) -> None:
    monkeypatch.setattr(parsing, "_WORTH_SHARING", 50)
    monkeypatch.setattr(parsing, "cores", lambda: copies)
    monkeypatch.setattr(parsing, "can_fork", lambda: True)
    rng = random.Random(copies)
    odd = ["", "N/A", "🙂", "\ud800", "臺灣積體電路", "a\0b\n有限公司", "x" * 10_000]
    raws = [*odd, *(invented(rng) for _ in range(400)), *odd]
    found = parsing.parse_many(raws)
    assert found == parse_all(raws)
    assert found[0] is found[-len(odd)]
