"""Reading what is published: before the first night, across a new one, and while one is swapped in."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi.testclient import TestClient

from accounts.config import load_config
from console.app import create_app
from console.snapshots import Snapshots
from tests.console.conftest import BASE
from warehouse.snapshot import publish
from warehouse.store import open_warehouse


def test_before_the_first_night_the_console_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "evergreen.toml"
    config.write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    client = TestClient(create_app(config), base_url=BASE)
    page = client.get("/")
    assert page.status_code == 503 and "evergreen nightly" in page.text and 'value="night"' in page.text
    assert client.get("/api/v1/runs").json()["remedy"]
    assert client.get("/jobs").status_code == 200


def test_a_new_snapshot_is_read_and_the_old_one_answers_while_it_is_swapped(folder: Path) -> None:
    home = folder / ".evergreen"
    snapshots = Snapshots(load_config(folder / "evergreen.toml"))
    first = snapshots.newest()
    assert first.once("k", lambda: 1) == 1 and first.once("k", lambda: 2) == 1
    with open_warehouse(home) as warehouse:
        warehouse.run("DELETE FROM review_item")
        publish(warehouse, "20261123T020000-0003")
    snapshots._looked = 0
    second = snapshots.newest()
    assert second is not first and second.value("SELECT count(*) FROM review_item") == 0
    (home / "snapshots" / "current").write_text("20261124T020000-0004", encoding="utf-8")
    snapshots._looked = 0
    assert snapshots.newest() is second
    shutil.rmtree(home / "snapshots")
    assert second.run_id.startswith("20261123T020000-0003")


def test_a_snapshot_of_an_earlier_evergreen_is_read_with_what_it_lacks_empty(folder: Path) -> None:
    for path in (folder / ".evergreen" / "snapshots").glob("*/*.parquet"):
        if path.stem in ("story", "hiring", "score", "brief", "posting", "audit_result"):
            path.unlink()
    client = TestClient(create_app(folder / "evergreen.toml"), base_url=BASE)
    for path in ("/", "/accounts/A00", "/sources", "/review", "/stale"):
        assert client.get(path).status_code == 200


def test_what_is_kept_per_snapshot_is_bounded(folder: Path) -> None:
    reading = Snapshots(load_config(folder / "evergreen.toml")).newest()
    for n in range(1000):
        reading.once(n, object)
    assert len(reading._known) <= 400 and len(reading._making) <= 400
