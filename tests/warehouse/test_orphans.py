"""Bodies of responses whose process died before the index knew of them."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.protocols import StoredResponse
from warehouse.orphans import EVERY, drop_orphans, erase_orphans
from warehouse.response_index import BEGUN
from warehouse.responses import FileResponseStore

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two kept bodies, one orphan of three days and one of an hour, last gone through long ago."""
    store = FileResponseStore(tmp_path)
    for name in ("one", "two"):
        body = name.encode()
        sha256 = hashlib.sha256(body).hexdigest()
        store.put(
            StoredResponse(f"https://{name}.example/", f"https://{name}.example/", 200, {}, body, sha256, OLD)
        )
    store.close()
    for name, made in (("orphan", OLD), ("young", NOW - timedelta(hours=1))):
        path = body_of(tmp_path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"never noted")
        os.utime(path, (made.timestamp(), made.timestamp()))
    for path in (body_of(tmp_path, n) for n in ("one", "two")):
        os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    (tmp_path / "swept").touch()
    os.utime(tmp_path / BEGUN, ((OLD - EVERY).timestamp(),) * 2)
    last_swept(tmp_path, NOW - EVERY - timedelta(days=1))
    return tmp_path


def body_of(folder: Path, text: str) -> Path:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return folder / "bodies" / sha256[:2] / sha256[2:4] / f"{sha256}.gz"


def last_swept(folder: Path, at: datetime) -> None:
    os.utime(folder / "swept", (at.timestamp(), at.timestamp()))


def there(folder: Path) -> set[str]:
    return {name for name in ("one", "two", "orphan", "young") if body_of(folder, name).exists()}


def test_only_old_bodies_that_nobody_names_go(folder: Path) -> None:
    assert drop_orphans(folder, NOW) == 1
    assert there(folder) == {"one", "two", "young"}
    store = FileResponseStore(folder)
    found = store.get("https://one.example/")
    store.close()
    assert found is not None and found.body == b"one"


def test_the_folder_is_gone_through_once_in_a_while(folder: Path) -> None:
    last_swept(folder, NOW - EVERY + timedelta(hours=1))
    assert drop_orphans(folder, NOW) == 0
    (folder / "swept").unlink()
    assert drop_orphans(folder, NOW) == 0, "a folder that is new holds nothing old"
    assert (folder / "swept").exists()
    assert there(folder) == {"one", "two", "orphan", "young"}


@pytest.mark.parametrize("state", ["set aside", "missing", "damaged"])
def test_nothing_goes_while_the_index_cannot_say_what_is_evidence(state: str, folder: Path) -> None:
    index = folder / "index.sqlite"
    if state == "set aside":
        index.with_suffix(".damaged").write_bytes(b"garbage")
    elif state == "missing":
        index.unlink()
    else:
        for part in folder.glob("index.sqlite*"):
            part.unlink()
        index.write_bytes(b"garbage" * 1000)
    assert drop_orphans(folder, NOW) == 0
    assert there(folder) == {"one", "two", "orphan", "young"}


def test_nothing_goes_that_is_older_than_the_index(folder: Path) -> None:
    for part in folder.glob("index.sqlite*"):
        part.unlink()
    FileResponseStore(folder).prune(OLD - EVERY)  # as every night does: an index is begun anew
    assert drop_orphans(folder, NOW) == 0
    assert there(folder) == {"one", "two", "orphan", "young"}


def test_an_erasure_leaves_nothing_that_nobody_names(folder: Path) -> None:
    last_swept(folder, NOW)
    assert erase_orphans(folder) == 2
    assert there(folder) == {"one", "two"}
    (folder / "index.sqlite").unlink()
    assert erase_orphans(folder) == 2
    assert erase_orphans(folder / "not there") == 0
