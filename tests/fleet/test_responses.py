"""Evidence travels whole: packed on one machine, unpacked on another, and asked for again conditionally."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.errors import WarehouseError
from accounts.protocols import StoredResponse
from flows.fleet_responses import PackedResponses, pack_known, unpack
from warehouse.responses import FileResponseStore

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def response(url: str, body: bytes, at: datetime = NOW, **headers: str) -> StoredResponse:
    return StoredResponse(url, url, 200, headers, body, hashlib.sha256(body).hexdigest(), at)


def test_a_pack_brings_responses_and_confirmations_into_another_store(tmp_path: Path) -> None:
    home = FileResponseStore(tmp_path / "home")
    home.put(response("http://a.example/", b"old", etag='"1"'))
    home.put(response("http://b.example/", b"no condition"))
    assert (
        pack_known(
            home, ["http://a.example/", "http://b.example/", "http://c.example/"], tmp_path / "known.zip"
        )
        == 1
    )
    later = NOW + timedelta(days=1)
    with PackedResponses(tmp_path / "new.zip", tmp_path / "known.zip") as packed:
        known = packed.head("http://a.example/")
        assert known is not None
        assert (packed.read(known), known.headers) == (b"old", {"etag": '"1"'})
        assert packed.head("http://b.example/") is None
        packed.touch("http://a.example/", later)
        packed.put(response("http://d.example/", b"same", later))
        packed.put(response("http://e.example/", b"same", later))
        fresh = packed.head("http://e.example/")
        assert fresh is not None
        assert fresh.with_body(packed.read(fresh) or b"") == response("http://e.example/", b"same", later)
        packed.put(response("http://a.example/", b"changed", later))
        assert packed.read(known) == b"old", "what was confirmed a moment ago is still there"
    unpack(tmp_path / "new.zip", home)
    found = home.get("http://e.example/")
    assert found is not None
    assert (found.body, found.fetched_at) == (b"same", later)
    assert home.prune(NOW + timedelta(hours=1)) == 1  # a was confirmed later; b was not
    assert home.get("http://a.example/") is not None
    with zipfile.ZipFile(tmp_path / "new.zip") as pack:
        assert len(pack.namelist()) == 3  # two bodies, one index


def test_a_damaged_pack_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with PackedResponses(file) as packed:
        packed.put(response("http://a.example/", b"body" * 100))
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(WarehouseError, match="damaged"):
        unpack(file, FileResponseStore(tmp_path / "home"))
