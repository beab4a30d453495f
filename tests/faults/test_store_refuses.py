"""The store a fleet meets in goes out of reach in the middle of a night and comes back."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import WarehouseError
from flows.fleet_store import FolderStore
from tests.fleet.nights import Nights, assert_same
from tests.fleet.test_shards import RUN, HandsHere, fleet, read_by

FOR_GOOD = 10_000


def refuse(monkeypatch: pytest.MonkeyPatch, first: int, times: int, error: int) -> list[str]:
    """The store refuses so many calls after the first ones; the list fills with what was refused."""
    refused, calls = list[str](), 0
    real_copy, real_walk = shutil.copyfileobj, Path.rglob

    def refusing(what: str) -> None:
        nonlocal calls
        calls += 1
        if first < calls <= first + times:
            refused.append(what)
            raise OSError(error, os.strerror(error))

    storing = threading.local()  # shards are stored side by side

    def copy(*given: Any) -> None:
        if name := getattr(storing, "name", None):
            refusing(name)
        real_copy(*given)

    def put(self: FolderStore, name: str, file: Path) -> None:
        storing.name = name
        try:
            real_put(self, name, file)
        finally:
            storing.name = None

    def walk(self: Path, pattern: str) -> Any:
        if "shared" in self.parts:
            refusing(str(self))
        return real_walk(self, pattern)

    real_put = FolderStore.put
    monkeypatch.setattr(shutil, "copyfileobj", copy)
    monkeypatch.setattr(FolderStore, "put", put)
    monkeypatch.setattr(Path, "rglob", walk)
    return refused


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "error"), [(0, errno.EIO), (1, errno.ENOSPC), (4, errno.EIO), (9, errno.ESTALE)]
)
def test_the_night_says_so_and_the_next_one_brings_what_one_machine_reads(
    first: int, error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Nights(tmp_path / "alone", run=RUN)
    alone.run()
    hands, night = HandsHere(FolderStore(tmp_path / "shared"), tmp_path), fleet(tmp_path)
    with monkeypatch.context() as patch:
        refused = refuse(patch, first, FOR_GOOD, error)
        with pytest.raises(WarehouseError, match=r"store .* cannot be used") as caught:
            read_by(patch, night, hands)
        assert refused
        assert "the next run goes on" in caught.value.remedy
    read_by(monkeypatch, night, hands)
    assert not hands.store.names("")
    assert night.told()["observation"] == alone.told()["observation"]
    if first == 0:
        assert_same(alone, night)
