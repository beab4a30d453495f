"""Forget: after it nothing under the warehouse's folder tells of whom it was asked, and the rest stands as before."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.change import ReviewAction, ReviewDecision
from accounts.protocols import StoredResponse
from tests.flows.everything import told_in
from tests.flows.night import Night
from warehouse.decisions import DecisionStore
from warehouse.erasures import was_forgotten
from warehouse.responses import FileResponseStore
from warehouse.snapshot import publish
from warehouse.store import Warehouse, open_warehouse

NAME, MARK = "Rosalind Achterberg", "achterberg"
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after one night that wrote."""
    night = Night(tmp_path_factory.mktemp("lived"))
    night.nightly("--apply")
    return night.folder


@pytest.fixture
def night(lived: Path, tmp_path: Path) -> Night:
    """A copy of that folder for each test."""
    night = Night(tmp_path)
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    return night


def home(night: Night) -> Path:
    return night.folder / ".evergreen"


def files(night: Night) -> dict[Path, bytes]:
    """The files but the databases' scratch, which changes by being looked at."""
    found = (p for p in home(night).rglob("*") if p.is_file() and p.parent.name != "tmp")
    return {p: p.read_bytes() for p in found if not p.name.endswith((".duckdb", "-shm", "-wal"))}


def store(night: Night, url: str, body: bytes) -> None:
    responses = FileResponseStore(home(night) / "responses")
    sha256 = hashlib.sha256(body).hexdigest()
    responses.put(StoredResponse(url, url, 200, {}, body, sha256, NOW))
    responses.close()


def bodies(night: Night) -> dict[str, bytes]:
    folder = home(night) / "responses" / "bodies"
    return {p.stem: gzip.decompress(p.read_bytes()) for p in folder.rglob("*.gz")}


def plant_rows(warehouse: Warehouse) -> None:
    """The name into every text column of every table, a row each."""
    skipped = {"schema_version", "field_spec", "authority", "erasure"}
    for table in set(warehouse.tables()) - skipped:
        kinds = dict(warehouse.columns(f'"{table}"'))
        for name, kind in kinds.items():
            told: Any = {
                "VARCHAR": f"the {NAME}, Dr.",
                "VARCHAR[]": ["x", NAME.lower()],
                "JSON": {"a": [NAME.upper()]},
            }
            if kind not in told or name in ("account_id", "status", "actor"):
                continue
            row = {"account_id": "D02", "status": "done", "id": "x", name: told[kind]}
            if "valid_to" in kinds:
                row["valid_to"] = NOW
            warehouse.append(f'"{table}"', [{k: v for k, v in row.items() if k in kinds}])


def plant(night: Night) -> None:
    """The name everywhere a night could have left it."""
    with open_warehouse(home(night)) as warehouse:
        plant_rows(warehouse)
        publish(warehouse, "20261122T235959-0001")
    said = ReviewDecision("i1", ReviewAction.KEEP, "me", NOW, "D02", "phone", "k", f"ask {NAME}")
    DecisionStore(home(night)).add(said)
    store(night, "https://larkmoor.example/team", b"<p>Rosalind <b>Achterberg</b>, CEO</p>")
    store(night, "https://larkmoor.example/16", "Rosalind Achterberg".encode("utf-16"))
    store(night, "https://larkmoor.example/rosalind-achterberg", b"nothing here")
    store(night, "https://larkmoor.example/api", b'{"ceo": "\\u0052osalind Achterberg"}')
    run = next((home(night) / "runs").iterdir())
    (run / "report.html").write_text("<td>Rosalind&nbsp;Achterberg</td>", encoding="utf-8")
    with (run / "changes.csv").open("a", encoding="utf-8") as file:
        file.write(f"D02,{NAME}\r\n")
    left = home(night) / "runs" / "20261101T000000-0009"
    left.mkdir()
    lines = [
        json.dumps({"account_id": "D02", "passage": NAME}),
        json.dumps({"account_id": "D03"}),
        '{"a": "Rosalind Ach',
    ]
    (left / "00000.observation.ndjson").write_text("\n".join(lines), encoding="utf-8")
    (home(night) / "backups").mkdir(exist_ok=True)
    (home(night) / "backups" / "old.csv").write_text(f"id,ceo\nD02,{NAME}\n", encoding="utf-8")
    (home(night) / "before-20260101T000000").mkdir()
    (home(night) / "before-20260101T000000" / "x.csv").write_text(NAME, encoding="utf-8")
    (home(night) / "tmp" / "dead.ndjson").write_text(NAME, encoding="utf-8")


def test_a_person_is_erased_everywhere(night: Night) -> None:
    plant(night)
    untouched = {
        s
        for s, b in bodies(night).items()
        if MARK not in b.decode("utf-8", "ignore").lower() and b"\0" not in b
    }
    told = night.json("forget", NAME, "--yes", "--by", "the officer")
    assert told_in(home(night), MARK) == []
    assert told["kind"] == "person" and told["done"]
    assert {"observation", "signal", "golden", "outcome", "decisions", "bodies", "run_files"} <= set(
        told["counts"]
    )
    assert untouched - set(bodies(night)) <= {hashlib.sha256(b"nothing here").hexdigest()}
    left = home(night) / "runs" / "20261101T000000-0009" / "00000.observation.ndjson"
    assert '"D03"' in left.read_text()
    assert night.json("runs")["items"][0]["kind"] == "forget"
    assert night.run("forget", NAME, "--yes").exit_code == 2


def test_without_yes_everything_is_counted_and_nothing_changed(night: Night) -> None:
    plant(night)
    before = files(night)
    preview = night.json("forget", NAME)
    after = files(night)
    assert not preview["done"] and before == after
    assert len(told_in(home(night), MARK)) > 20
    assert preview["removed"] == ["before-20260101T000000"]
    assert night.json("forget", NAME, "--yes")["counts"] == preview["counts"]


def test_the_record_says_that_it_was_done_and_not_of_whom(night: Night) -> None:
    plant(night)
    night.json("forget", NAME, "--yes", "--by", "the officer")
    with open_warehouse(home(night)) as warehouse:
        [row] = warehouse.rows("FROM erasure")
        assert row["by"] == "the officer" and row["finished_at"] is not None
        assert json.loads(row["counts"])["observation"] > 0
        assert was_forgotten(warehouse, " rosalind  ACHTERBERG") is not None
        assert was_forgotten(warehouse, "Rosalind Achterburg") is None


def test_a_value_keeps_its_evidence_when_only_the_passage_names_the_person(night: Night) -> None:
    with open_warehouse(home(night)) as warehouse:
        warehouse.run(f"UPDATE observation SET passage = passage || ' call {NAME}' WHERE account_id = 'D02'")
        before = warehouse.rows("SELECT id, value FROM observation ORDER BY ALL")
        golden = warehouse.rows("SELECT field, value FROM golden WHERE valid_to IS NULL ORDER BY ALL")
    night.json("forget", NAME, "--yes")
    with open_warehouse(home(night)) as warehouse:
        assert warehouse.rows("SELECT id, value FROM observation ORDER BY ALL") == before
        assert warehouse.rows("SELECT field, value FROM golden WHERE valid_to IS NULL ORDER BY ALL") == golden
        passages = warehouse.rows("SELECT passage FROM observation WHERE account_id = 'D02'")
        assert all("call [erased]" in row["passage"] for row in passages)


def test_a_value_that_told_the_name_gives_way_to_the_next_best(night: Night) -> None:
    with open_warehouse(home(night)) as warehouse:
        rows = "FROM observation WHERE account_id = 'D02' AND field = 'phone' LIMIT 1"
        for value, confidence in ((f"{NAME} Road 1", 0.95), ("Mill Lane 4", 0.6)):
            warehouse.run(
                f"INSERT INTO observation SELECT * REPLACE ('{value}' AS id, '{value}' AS value, lower('{value}') AS key, "
                f"'street' AS field, NULL AS kind, {confidence} AS confidence) {rows}"
            )
        from warehouse.golden import settle_golden

        settle_golden(warehouse, "r", ["D02"], NOW)
        street = "SELECT value FROM golden WHERE account_id = 'D02' AND field = 'street' AND valid_to IS NULL"
        assert warehouse.value(street) == f"{NAME} Road 1"
        publish(warehouse, "20261122T235959-0001")
    night.json("forget", NAME, "--yes")
    with open_warehouse(home(night)) as warehouse:
        assert warehouse.value(street) in ("Mill Lane 4", "Unit 4, Kirkgill Mills")
    assert told_in(home(night), MARK) == []


def test_cells_of_the_crm_and_backups_are_named_for_people_to_mend(night: Night, tmp_path: Path) -> None:
    rows = night.cells()
    with night.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*next(iter(rows.values())), "description"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            row | {"description": f"Run by {NAME}" if key == "D02" else ""} for key, row in rows.items()
        )
    night.nightly()
    night.json("backup", str(tmp_path / "b.zip"))
    told = night.json("forget", NAME, "--yes")
    assert told["in_crm"] == [{"account_id": "D02", "field": "description"}]
    assert told["backups"] == [str(tmp_path / "b.zip")]
    assert told_in(home(night), MARK) == []
    restored = night.json("restore", str(tmp_path / "b.zip"), "--force")
    assert restored["erasures_after"] == 1
    night.json("forget", NAME, "--yes")
    assert told_in(home(night), MARK) == []


def test_an_account_is_erased_everywhere_and_the_others_stay(night: Night) -> None:
    night.run("review", "lock", "D02:phone", "--note", "mine")
    with open_warehouse(home(night)) as warehouse:
        others = warehouse.rows("SELECT * FROM observation WHERE account_id <> 'D02' ORDER BY id")
        golden = warehouse.rows("SELECT * FROM golden WHERE account_id <> 'D02' ORDER BY ALL")
    before = bodies(night)
    assert told_in(home(night), "larkmoor")
    told = night.json("forget", "D02", "--yes")
    assert told["kind"] == "account" and told["counts"]["bodies"] > 0 and told["counts"]["decisions"] == 1
    assert told_in(home(night), "'D02'") == told_in(home(night), '"D02"') == []
    assert told_in(home(night), "larkmoor") == []
    with open_warehouse(home(night)) as warehouse:
        assert warehouse.rows("SELECT * FROM observation WHERE account_id <> 'D02' ORDER BY id") == others
        assert warehouse.rows("SELECT * FROM golden WHERE account_id <> 'D02' ORDER BY ALL") == golden
        assert was_forgotten(warehouse, "D02") is not None
    kept = bodies(night)
    assert {s for s, b in before.items() if b"Larkmoor" not in b} == set(kept)
    assert night.run("forget", "D02", "--account").exit_code == 2


def test_what_an_account_shares_with_another_stays(night: Night) -> None:
    shared = b"<p>Larkmoor Joinery and Juniper Gap</p>"
    store(night, "https://directory.example/list", shared)
    digest = hashlib.sha256(shared).hexdigest()
    with open_warehouse(home(night)) as warehouse:
        for account in ("D01", "D02"):
            row = {
                "id": account,
                "account_id": account,
                "url": "https://directory.example/list",
                "body_sha256": digest,
            }
            warehouse.append("observation", [row])
    night.json("forget", "D02", "--yes")
    assert digest in bodies(night)


def test_a_plan_without_the_account_can_still_be_applied(tmp_path: Path) -> None:
    night = Night(tmp_path)
    run = night.nightly()["run_id"]
    night.json("forget", "D02", "--yes")
    rows = night.cells()
    told = night.run("apply", run, "--apply")
    assert told.exit_code == 0, told.output
    assert night.cells()["D02"] == rows["D02"] and night.cells() != rows


def test_an_erasure_cut_short_is_finished_by_the_next(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(night)
    with monkeypatch.context() as patch:
        patch.setattr("flows.forgetting.rewrite", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        assert night.run("forget", NAME, "--yes").exit_code == 1  # as after Ctrl-C
    assert told_in(home(night) / "snapshots", MARK)
    told = night.json("forget", NAME, "--yes")
    assert told["finished_earlier"] == 1
    assert told_in(home(night), MARK) == []


def test_nobody_of_that_name_and_names_too_short_are_told(night: Night) -> None:
    for words in (["Nobody Atall"], ["D99", "--account"], ["Al"]):
        assert night.run("forget", *words).exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16", "ascii"])
def test_a_chinese_name_is_found_in_pages_of_any_encoding(night: Night, encoding: str) -> None:
    name = "欧阳" + "修文"
    page = f"<p>董事長：{'歐陽' if encoding == 'big5' else '欧阳'}<b>修文</b></p>"
    store(night, "https://x.example/team", page.encode(encoding, "xmlcharrefreplace"))
    kept = "<p>欧阳先生</p>".encode()
    store(night, "https://x.example/other", kept)
    assert night.json("forget", name, "--yes")["counts"] == {"pages": 1, "bodies": 1}
    assert hashlib.sha256(kept).hexdigest() in bodies(night)
