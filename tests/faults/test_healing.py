"""Two nights at once, a full disk, a clock that jumps, files that are damaged: told in words, healed by the next run."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.test_sigkill import assert_healed
from tests.faults.world import KILLED, Driver, Ended, World

#: Ages in words or JSON that lie in the future.
_FUTURE = re.compile(r"(?<![\w-])-\d+ days?|_days\": -\d")


def told(ended: Ended) -> str:
    """What an unsuccessful run says last: the error and its remedy, never a traceback."""
    last = ended.stderr.rsplit("evergreen: ", 1)
    assert len(last) == 2, ended.stderr
    assert "Traceback" not in last[1]
    return last[1]


def healed(ended: Ended) -> str:
    """What a run says it has healed."""
    assert ended.code == 0, ended.stderr
    return "; ".join(ended.json["healed"])


class TestTwoNightsAtOnce:
    def test_the_second_is_told_to_wait_and_the_first_is_not_disturbed(
        self, world: World, driver: Driver, undisturbed: Undisturbed
    ) -> None:
        first = driver.start(world.folder, *world.night_words(), at="intended", act="wait")
        while not (world.folder / "waiting").exists():
            time.sleep(0.02)
        second = world.nightly()
        assert second.code == 3
        assert "Another process has the warehouse" in told(second)
        assert "Wait for that run to end" in told(second)
        assert world.file.read_bytes() == world.before
        (world.folder / "go").touch()
        assert driver.wait(first, world.folder).code == 0
        assert_healed(world, undisturbed, set(), 0)

    def test_of_two_started_together_one_writes(
        self, world: World, driver: Driver, undisturbed: Undisturbed
    ) -> None:
        both = [driver.start(world.folder, *world.night_words()) for _ in range(2)]
        codes = [driver.wait(pid, world.folder).code for pid in both]
        assert 0 in codes
        assert set(codes) <= {0, 3}
        assert_healed(world, undisturbed, set(), codes.count(0) - 1)


class TestDiskFull:
    @pytest.mark.parametrize(
        "place",
        ["body stored", "shard file", "rows on their way", "plan file", "backup", "new CRM file", "report"],
    )
    def test_at_a_place_is_told_and_healed(self, place: str, world: World, undisturbed: Undisturbed) -> None:
        ended = world.nightly(at=place, act="full")
        assert ended.code == 3
        assert re.search("[Ss]pace|[Rr]oom", told(ended))
        self.heal(world, undisturbed)

    @pytest.mark.parametrize("size", [4_000, 8_000, 20_000, 60_000, 75_000, 80_000, 90_000, 300_000])
    def test_at_any_file_is_told_and_healed(self, size: int, world: World, undisturbed: Undisturbed) -> None:
        """No file may grow beyond a size: a real failure of a real write, in Python, SQLite or DuckDB."""
        ended = world.nightly(fsize=size)
        if ended.code:
            assert ended.code == 3
            assert re.search("[Ss]pace|[Rr]oom", told(ended))
        self.heal(world, undisturbed)

    def heal(self, world: World, undisturbed: Undisturbed) -> None:
        assert world.file.read_bytes() in (world.before, undisturbed.file)
        held = world.acknowledged()
        ended = world.nightly()
        assert ended.code == 0, ended.stderr
        assert world.file.read_bytes() == undisturbed.file
        assert held <= world.acknowledged()
        world.assert_written_once()
        assert world.litter() == set()
        assert {r["status"] for r in world.good("runs")["items"][1:]} <= {"failed", "crashed", "done"}
        world.undo_all()
        assert world.file.read_bytes() == world.before


class TestClockJumps:
    def test_a_year_back_rewrites_nothing_and_no_age_lies_in_the_future(
        self, world: World, undisturbed: Undisturbed
    ) -> None:
        assert world.nightly().code == 0
        for as_of in ("2025-11-22", "2026-11-23"):
            ended = world.nightly(as_of=as_of)
            assert ended.code == 0, ended.stderr
            assert world.file.read_bytes() == undisturbed.file
            said = [Path(ended.json["paths"][n]).read_text(encoding="utf-8") for n in ("plan", "report")]
            for words in (["stale"], ["explain", "D04"], ["review", "list"]):
                shown = world.run(*words, "--json")
                assert shown.code in (0, 1), shown.stderr
                said.append(shown.stdout)
            assert [found for text in said for found in _FUTURE.findall(text)] == []
        world.assert_written_once()

    def test_what_a_run_set_back_has_made_is_not_tidied_away_as_old(self, world: World) -> None:
        config = world.folder / "evergreen.toml"
        text = config.read_text(encoding="utf-8") + "keep_run_files = 1\n\n[warehouse]\nkeep_snapshots = 1\n"
        config.write_text(text, encoding="utf-8")
        for as_of in ("2026-11-22", "2026-11-23", "2025-11-22"):
            ended = world.nightly(as_of=as_of)
            assert ended.code == 0, ended.stderr
        assert Path(ended.json["paths"]["report"]).exists()
        assert world.good("runs")["items"][0]["run_id"] == ended.json["run_id"]


class TestDamagedFiles:
    def test_stored_responses_come_back_with_the_next_fetch(self, world: World) -> None:
        assert world.nightly().code == 0
        responses = world.home / "responses"
        bodies = sorted((responses / "bodies").rglob("*.gz"))
        for number, body in enumerate(bodies):
            body.write_bytes(b"garbage" if number % 2 else body.read_bytes()[:20])
        for path in responses.glob("index.sqlite*"):
            path.write_bytes(b"garbage" * 1000)
        ended = world.nightly(as_of="2026-11-23")
        assert ended.code == 0, ended.stderr
        assert "index of stored responses" in ended.stderr
        assert (responses / "index.damaged").exists()
        told = world.good("explain", "D01", "phone")["items"][0]
        sha256 = told["evidence"][0]["body_sha256"]
        with gzip.open(responses / "bodies" / sha256[:2] / sha256[2:4] / f"{sha256}.gz") as file:
            assert b"719" in file.read()
        world.assert_written_once()

    def test_a_shard_is_set_aside_and_its_accounts_are_asked_again(
        self, world: World, undisturbed: Undisturbed
    ) -> None:
        assert world.nightly(at="all shards written").code == KILLED
        (run,) = (world.home / "runs").iterdir()
        cut, gone = run / "00001.observation.ndjson", run / "00002.observation.ndjson"
        cut.write_bytes(cut.read_bytes()[:-30])
        gone.unlink()
        (run / "00003.done").write_text("", encoding="utf-8")
        ended = world.nightly()
        assert "died after reading 2 shards" in healed(ended)
        assert "left 2 shards whose files are damaged" in healed(ended)
        assert (run / "00001.observation.damaged.ndjson").exists()
        assert ended.json["counts"]["looked_at"] in (8, 9), "the dead site's account is asked every time"
        assert world.file.read_bytes() == undisturbed.file
        again = world.nightly()
        assert healed(again) == "", "it is told once"

    def test_a_snapshot_half_published_is_told_and_published_anew(self, world: World) -> None:
        assert world.nightly(at="snapshot half written").code == KILLED
        assert list((world.home / "snapshots").glob(".*.part"))
        ended = world.nightly()
        assert "died while it published" in healed(ended)
        assert not list((world.home / "snapshots").glob(".*.part"))
        assert world.good("runs")["items"][0]["run_id"] == ended.json["run_id"]

    @pytest.mark.parametrize("damage", ["cut", "gone", "pointer"])
    def test_a_damaged_snapshot_is_named_and_published_anew(self, damage: str, world: World) -> None:
        assert world.nightly().code == 0
        pointer = world.home / "snapshots" / "current"
        table = world.home / "snapshots" / pointer.read_text(encoding="utf-8") / "staleness.parquet"
        if damage == "cut":
            table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
        elif damage == "pointer":
            pointer.write_text("20010101T000000-0001", encoding="utf-8")
        else:
            table.unlink()
        shown = world.run("stale")
        assert shown.code == 3
        assert "damaged or gone" in told(shown)
        assert "`evergreen nightly` publishes it anew" in told(shown)
        assert "damaged or gone" in healed(world.nightly())
        assert world.run("stale").code == 1

    def test_a_plan_cut_short_is_refused_and_made_again(self, world: World, undisturbed: Undisturbed) -> None:
        plan = Path(
            world.good(*(w for w in world.night_words() if w not in ("--apply", "--json")))["paths"]["plan"]
        )
        plan.write_bytes(plan.read_bytes()[: plan.stat().st_size // 2])
        ended = world.run("apply", str(plan), "--apply")
        assert ended.code == 2
        assert str(plan) in told(ended)
        assert "Make the plan again" in told(ended)
        assert world.file.read_bytes() == world.before
        assert world.nightly().code == 0
        assert world.file.read_bytes() == undisturbed.file

    @pytest.mark.parametrize("name", ["decisions.sqlite", "warehouse.duckdb"])
    def test_what_cannot_be_made_again_is_named_and_left_as_it_is(self, name: str, world: World) -> None:
        """People's decisions and the ledger: going on without them could clobber an edit, so nothing goes on."""
        assert world.nightly().code == 0
        path, after = world.home / name, world.file.read_bytes()
        path.write_bytes(b"garbage" * 5000)
        ended = world.nightly(as_of="2026-11-23")
        assert ended.code == 3
        assert name in told(ended)
        assert "evergreen restore" in told(ended)
        assert path.read_bytes() == b"garbage" * 5000
        assert world.file.read_bytes() == after

    def test_a_report_lists_what_was_healed(self, world: World) -> None:
        assert world.nightly(at="sent").code == KILLED
        ended = world.nightly()
        assert re.search(r"(\d+) writes of a dead run were open; read back, \1 of them stand", healed(ended))
        report = Path(ended.json["paths"]["report"]).read_text(encoding="utf-8")
        assert "writes of a dead run were open" in report
        assert json.dumps(ended.json)
