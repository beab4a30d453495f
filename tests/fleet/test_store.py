"""What the fleet meets in: a folder and an object store promise the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.errors import ConfigError, WarehouseError
from flows.fleet_store import FolderStore, ShardStore, open_store
from tests.fleet.objects import CREDENTIALS, objects


@pytest.fixture(scope="module")
def bucket() -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        with objects() as port:
            yield port


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ShardStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "shared"))
    port = request.getfixturevalue("bucket")
    return open_store(f"s3://shards/{tmp_path.name}", f"http://127.0.0.1:{port}", "us-east-1")


def test_a_name_holds_the_newest_whole_file_or_nothing(store: ShardStore, tmp_path: Path) -> None:
    file, copy = tmp_path / "file", tmp_path / "copy"
    assert not store.get("run/a", copy)
    for text in ("one", "two"):
        file.write_text(text)
        store.put("run/a", file)
    store.put("run/deep/b", file)
    store.put("runner/c", file)
    assert store.get("run/a", copy)
    assert copy.read_text() == "two"
    assert store.names("run") == ["run/a", "run/deep/b"]
    assert store.names("") == ["run/a", "run/deep/b", "runner/c"]
    store.drop("run")
    assert store.names("") == ["runner/c"]


def test_a_draft_is_no_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.0123.part").write_text("half")
    assert store.names("run") == []


def test_a_store_out_of_reach_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**CREDENTIALS, "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    gone = open_store("s3://shards", "http://127.0.0.1:9", "us-east-1")
    with pytest.raises(WarehouseError, match="cannot be used"):
        gone.names("run")
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="cannot be used"):
        open_store(str(tmp_path / "file" / "below"))
    with pytest.raises(ConfigError, match="neither a folder"):
        open_store("ftp://shards")
