"""A user's folder whose runs may be killed, and what must hold of it afterwards."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "demo" / "sample"
AS_OF = "2026-11-22"
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How a run of `evergreen` ended, and what it said."""

    code: int
    seconds: float
    stdout: str
    stderr: str
    peak: int = 0
    killed: int = 0

    @property
    def json(self) -> dict[str, Any]:
        """The object it printed."""
        told: dict[str, Any] = json.loads(self.stdout)
        return told


class Driver:
    """The warm process that forks runs; one per test process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.driver"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def __enter__(self) -> Driver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def start(
        self, folder: Path, *words: str, at: str | None = None, act: str = "die", fsize: int | None = None
    ) -> int:
        """Starts `evergreen words…`; `act` happens at the place `at`; no file may grow beyond `fsize` bytes."""
        told = {"folder": str(folder), "words": words, "at": at, "act": act, "fsize": fsize}
        return int(self._ask({"do": "start", **told})["pid"])

    def wait(
        self, pid: int, folder: Path, kill_after: float | None = None, kill_worker: int | None = None
    ) -> Ended:
        """How a started run ended; with `kill_after` it, or one of its workers, is killed so many seconds after its start."""
        told = self._ask({"do": "wait", "pid": pid, "kill_after": kill_after, "kill_worker": kill_worker})
        said = [folder / f"{name}.{pid}" for name in ("stdout", "stderr")]
        texts = [p.read_text(encoding="utf-8") if p.exists() else "" for p in said]
        for path in said:
            path.unlink(missing_ok=True)
        return Ended(told["code"], told["seconds"], *texts, peak=told["peak"], killed=told["killed"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


class World:
    """A folder with a configuration and the sample's accounts."""

    def __init__(self, driver: Driver, folder: Path, processes: int = 1) -> None:
        self.driver, self.folder = driver, folder
        folder.mkdir(exist_ok=True)
        self.file, self.home = folder / "accounts.csv", folder / ".evergreen"
        shutil.copyfile(SAMPLE / "accounts.csv", self.file)
        self.before = self.file.read_bytes()
        (folder / "evergreen.toml").write_text(
            '[crm]\nkind = "file"\npath = "accounts.csv"\n\n[run]\nshard_size = 4\n'
            f"processes = {processes}\n",
            encoding="utf-8",
        )

    def run(
        self, *words: str, at: str | None = None, act: str = "die", fsize: int | None = None,
        kill_after: float | None = None, kill_worker: int | None = None,
    ) -> Ended:  # fmt: skip
        """Runs a verb to its end, whatever that is."""
        pid = self.driver.start(self.folder, *words, at=at, act=act, fsize=fsize)
        return self.driver.wait(pid, self.folder, kill_after, kill_worker)

    def nightly(self, *words: str, as_of: str = AS_OF, **fate: Any) -> Ended:
        """A night that writes, over the saved web; `fate` is what `run` takes."""
        return self.run(*self.night_words(*words, as_of=as_of), **fate)

    def night_words(self, *words: str, as_of: str = AS_OF) -> list[str]:
        """The words of a night that writes."""
        replay = str(SAMPLE / "web.jsonl")
        return [
            "nightly", "--apply", "--no-prefect", "--replay", replay, "--as-of", as_of, "--json", *words
        ]  # fmt: skip

    def good(self, *words: str) -> dict[str, Any]:
        """What a verb says that must succeed."""
        ended = self.run(*words, "--json")
        assert ended.code == 0, ended.stderr
        return ended.json

    def cells(self) -> dict[str, dict[str, str]]:
        """The CRM file's rows by id."""
        with self.file.open(encoding="utf-8", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the warehouse as it lies on the disk, read from a copy; nothing where there is none yet."""
        copy = self.folder / "copy"
        copy.mkdir()
        try:
            for path in self.home.glob("warehouse.duckdb*"):
                shutil.copyfile(path, copy / path.name)
            with duckdb.connect(str(copy / "warehouse.duckdb")) as db:
                return db.execute(query).fetchall()
        except (duckdb.CatalogException, duckdb.IOException):
            return []
        finally:
            shutil.rmtree(copy)

    def acknowledged(self) -> set[str]:
        """The ids of all observations that a finished shard or the warehouse holds."""
        ids = {row[0] for row in self.rows("SELECT id FROM observation")}
        for done in self.home.glob("runs/*/*.done"):
            lines = done.with_suffix(".observation.ndjson").read_text(encoding="utf-8").splitlines()
            ids |= {json.loads(line)["id"] for line in lines}
        return ids

    def written_by(self) -> list[str]:
        """The runs that wrote to the CRM, newest first."""
        return [
            row[0]
            for row in self.rows(
                "SELECT id FROM run WHERE kind <> 'undo' AND id IN"
                " (SELECT run_id FROM outcome WHERE status = 'written') ORDER BY number DESC"
            )
        ]

    def assert_written_once(self) -> None:
        """No value was written twice, nothing is left open, and the CRM holds what the ledger says."""
        wrote = self.rows("SELECT account_id, field, value FROM outcome WHERE status = 'written'")
        assert [cell for cell, times in Counter(wrote).items() if times > 1] == []
        assert self.rows("SELECT * FROM intent") == []
        assert self.rows("SELECT * FROM outcome WHERE status NOT IN ('written', 'held', 'unchanged')") == []
        cells = self.cells()
        for account, field, column, read_back in self.rows(
            "SELECT account_id, field, json_extract_string(change, '$.column'), read_back FROM outcome"
            " WHERE status = 'written'"
        ):
            assert cells[account][column] == read_back, (account, field)

    def undo_all(self) -> None:
        """Puts back what every run wrote, the newest first."""
        for run in self.written_by():
            self.good("undo", run, "--apply")

    def litter(self) -> set[str]:
        """Files of half-done work that lie about; drafts of responses go when they are an hour old."""
        marks = (".part", "evergreen-tmp", "evergreen-lock", ".ndjson", ".done")
        return {
            str(p.relative_to(self.folder))
            for p in self.folder.rglob("*")
            if any(mark in p.name for mark in marks) and p.parent.name != "drafts"
        }
