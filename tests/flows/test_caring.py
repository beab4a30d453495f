"""Backup, restore and compact, as a user runs them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from accounts.errors import ConfigError
from tests.flows.night import Night
from warehouse.store import migrations


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A folder after one night that wrote; tests of this module add to it and never rely on each other."""
    night = Night(tmp_path_factory.mktemp("lived"))
    night.nightly("--apply")
    item = night.json("review", "list")["items"][0]
    night.run("review", "keep", item["id"], "--note", "asked them")
    return night


def home(night: Night) -> Path:
    return night.folder / ".evergreen"


def known(night: Night) -> dict[str, Any]:
    told = {"runs": night.json("runs"), "stale": night.run("stale", "--json").stdout}
    told["review"] = night.json("review", "list")
    told["explain"] = night.json("explain", "D02")
    told["bodies"] = sorted(p.name for p in (home(night) / "responses" / "bodies").rglob("*.gz"))
    return told


def other(night: Night, folder: Path) -> Night:
    """Another machine with the same configuration and CRM, and nothing else."""
    folder.mkdir()
    return Night(folder, accounts=night.file)


def test_a_backup_restored_elsewhere_knows_the_same(lived: Night, tmp_path: Path) -> None:
    told = lived.json("backup", str(tmp_path / "b.zip"))
    assert told["files"] > 5
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    there = other(lived, tmp_path / "there")
    assert there.json("restore", str(tmp_path / "b.zip"))["kept"] is None
    assert known(there) == known(lived)
    again = there.nightly("--apply")
    assert again["counts"]["filled"] == again["counts"]["replaced"] == 0
    assert not list(home(there).glob(".restore*"))


def test_undo_works_after_a_restore(lived: Night, tmp_path: Path) -> None:
    lived.json("backup", str(tmp_path))
    [archive] = tmp_path.glob("evergreen-*.zip")
    there = other(lived, tmp_path / "there")
    there.json("restore", str(archive))
    assert there.json("undo", "last", "--apply")["counts"]["restored"] > 0
    (tmp_path / "fresh").mkdir()
    assert there.cells() == Night(tmp_path / "fresh").cells()


def test_a_living_warehouse_is_replaced_only_by_force_and_kept_beside(lived: Night, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    lived.json("backup", str(archive))
    there = other(lived, tmp_path / "there")
    there.nightly()
    before = known(there)
    refused = there.run("restore", str(archive))
    assert refused.exit_code == 2 and "--force" in str(refused.exception)
    assert known(there) == before
    kept = Path(there.json("restore", str(archive), "--force")["kept"])
    assert kept.parent == home(there) and (kept / "warehouse.duckdb").stat().st_size > 0
    assert known(there) == known(lived)
    assert not list(home(there).glob("*.wal"))
    assert there.json("restore", str(archive), "--force")["kept"] != str(kept)


def test_a_warehouse_that_cannot_be_opened_is_restored_over(lived: Night, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    lived.json("backup", str(archive))
    there = other(lived, tmp_path / "there")
    home(there).mkdir()
    (home(there) / "warehouse.duckdb").write_bytes(b"not a database" * 1000)
    kept = there.json("restore", str(archive), "--force")["kept"]
    assert (Path(kept) / "warehouse.duckdb").read_bytes().startswith(b"not a database")
    assert known(there) == known(lived)


def tampered(archive: Path, target: Path, edit: Any) -> Path:
    """A copy of an archive with entries edited: `edit` maps (name, bytes) to pairs to write."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            for name, data in edit(info.filename, old.read(info)):
                new.writestr(name, data)
    return target


def with_manifest(**changes: Any) -> Any:
    def edit(name: str, data: bytes) -> list[tuple[str, bytes]]:
        if name != "manifest.json":
            return [(name, data)]
        return [(name, json.dumps(json.loads(data) | changes).encode())]

    return edit


def smuggled(path: str) -> Any:
    body = b"gotcha"
    entry = {"path": path, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    def edit(name: str, data: bytes) -> list[tuple[str, bytes]]:
        if name != "manifest.json":
            return [(name, data)]
        raw = json.loads(data)
        raw["files"].append(entry)
        return [(path, body), (name, json.dumps(raw).encode())]

    return edit


def one_byte_off(name: str, data: bytes) -> list[tuple[str, bytes]]:
    return [(name, data[:-1] + bytes([data[-1] ^ 1]) if name == "decisions.sqlite" else data)]


def dropped(name: str, data: bytes) -> list[tuple[str, bytes]]:
    return [] if name == "decisions.sqlite" else [(name, data)]


def lies_about_size(name: str, data: bytes) -> list[tuple[str, bytes]]:
    if name != "manifest.json":
        return [(name, data)]
    raw = json.loads(data)
    raw["files"][0]["bytes"] = 10
    return [(name, json.dumps(raw).encode())]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (one_byte_off, "digest"),
        (dropped, "not those its manifest lists"),
        (lies_about_size, "digest"),
        (smuggled("../evergreen.toml"), "none of a warehouse's"),
        (smuggled("runs/../../evergreen.toml"), "none of a warehouse's"),
        (smuggled("/tmp/evergreen"), "none of a warehouse's"),
        (smuggled("runs\\..\\evil"), "none of a warehouse's"),
        (smuggled("evergreen.toml"), "none of a warehouse's"),
        (with_manifest(format="other"), "another program"),
        (with_manifest(files="x"), "manifest"),
        (with_manifest(snapshot="../../x"), "snapshot"),
        (with_manifest(schema_version=migrations()[-1][0] + 1), "newer Evergreen"),
    ],
    ids=lambda part: part if isinstance(part, str) else "edit",
)
def test_a_damaged_or_hostile_archive_changes_nothing(
    lived: Night, tmp_path: Path, edit: Any, words: str
) -> None:
    lived.json("backup", str(tmp_path / "b.zip"))
    bad = tampered(tmp_path / "b.zip", tmp_path / "bad.zip", edit)
    there = other(lived, tmp_path / "there")
    told = there.run("restore", str(bad))
    assert told.exit_code in (2, 3) and words in str(told.exception)
    assert sorted(p.name for p in there.folder.iterdir()) == [".evergreen", "accounts.csv", "evergreen.toml"]
    assert not list(home(there).iterdir())


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.999])
def test_a_cut_archive_is_refused(lived: Night, tmp_path: Path, keep: float) -> None:
    lived.json("backup", str(tmp_path / "b.zip"))
    whole = (tmp_path / "b.zip").read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(keep if keep in (0, 100) else len(whole) * keep)])
    assert lived.run("restore", str(cut), "--check").exit_code == 2
    assert lived.run("restore", str(tmp_path / "b.zip"), "--check").exit_code == 0


def test_a_backup_never_goes_where_it_may_be_lost(lived: Night, tmp_path: Path) -> None:
    assert lived.run("backup", str(home(lived) / "b.zip")).exit_code == 2
    (tmp_path / "b.zip").write_text("mine")
    assert lived.run("backup", str(tmp_path / "b.zip")).exit_code == 2
    assert (tmp_path / "b.zip").read_text() == "mine"
    assert lived.run("backup", str(tmp_path / "b.zip"), "--force").exit_code == 0
    assert lived.run("backup", str(tmp_path / "accounts" / "x" / "b.zip")).exit_code == 0
    assert not list(tmp_path.rglob("*.part"))


def test_without_a_warehouse_there_is_nothing_to_save(tmp_path: Path) -> None:
    told = Night(tmp_path).run("backup", str(tmp_path / "b.zip"))
    assert isinstance(told.exception, ConfigError) and "no warehouse" in str(told.exception)
    assert not (tmp_path / ".evergreen").exists()


@pytest.mark.parametrize("verb", [("backup", "b.zip"), ("restore", "b.zip", "--force"), ("compact",)])
def test_another_writer_is_waited_for(lived: Night, tmp_path: Path, verb: tuple[str, ...]) -> None:
    lived.json("backup", str(tmp_path / "b.zip"))
    code = (
        "import sys, pathlib; from warehouse.store import open_warehouse\n"
        "w = open_warehouse(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(home(lived))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        words = [str(tmp_path / w) if w == "b.zip" else w for w in verb]
        told = lived.run(*words, *(["--force"] if verb[0] == "backup" else []))
        holder.communicate("")
    assert told.exit_code == 3 and "Another process" in str(told.exception)


def test_compacting_changes_nothing_a_reader_sees(lived: Night) -> None:
    before, explain = known(lived), lived.json("explain", "D08")
    os.utime(lived.file)
    told = lived.json("compact")
    assert told["bytes_after"] <= told["bytes_before"]
    assert known(lived) == before and lived.json("explain", "D08") == explain
    assert lived.nightly("--apply")["counts"]["filled"] == 0


def test_an_erasure_done_after_the_backup_is_not_forgotten(lived: Night, tmp_path: Path) -> None:
    there = other(lived, tmp_path / "there")
    there.nightly()
    there.json("backup", str(tmp_path / "b.zip"))
    there.json("forget", "D02", "--yes")
    told = there.json("restore", str(tmp_path / "b.zip"), "--force")
    assert (told["erasures_after"], told["erased_accounts"]) == (1, ["D02"])
    assert "evergreen forget D02" in there.run("restore", str(tmp_path / "b.zip"), "--force").output
    there.json("forget", "D02", "--yes")
    assert not list(home(there).glob("before-*"))


def test_a_swap_that_fails_is_taken_back(
    lived: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived.json("backup", str(tmp_path / "b.zip"))
    there = other(lived, tmp_path / "there")
    there.nightly()
    before, rename = known(there), Path.rename

    def stumbling(path: Path, target: Path) -> Path:
        if path.name == "decisions.sqlite" and ".restore" in str(path):
            raise OSError(5, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stumbling)
        told = there.run("restore", str(tmp_path / "b.zip"), "--force")
    assert told.exit_code == 3 and "as it was" in str(told.exception)
    assert known(there) == before
    assert not [*home(there).glob(".restore*"), *home(there).glob("before-*")]
