"""A folder with a configuration and accounts, and the verbs run in it as a user would."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from accounts.errors import EvergreenError
from cli.main import evergreen

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample"


class Night:
    """One user's folder."""

    def __init__(
        self, folder: Path, accounts: Path = SAMPLE / "accounts.csv", web: Path = SAMPLE / "web.jsonl"
    ) -> None:
        self.folder, self.web = folder, web
        self.file = folder / "accounts.csv"
        self.config = folder / "evergreen.toml"
        shutil.copyfile(accounts, self.file)
        self.before = self.file.read_bytes()
        self.config.write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")

    def run(self, *words: str) -> Result:
        """Runs a verb; an Evergreen error counts as its exit code, its text as output."""
        result = CliRunner().invoke(evergreen, [*words, "--config", str(self.config)])
        if isinstance(result.exception, EvergreenError):
            result.exit_code = result.exception.exit_code
        elif result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *words: str, expect: int = 0) -> dict[str, Any]:
        """Runs a verb with `--json` and reads its object."""
        result = self.run(*words, "--json")
        assert result.exit_code == expect, result.output + repr(result.exception)
        told: dict[str, Any] = json.loads(result.stdout)
        return told

    def nightly(self, *words: str, expect: int = 0, as_of: str = "2026-11-22") -> dict[str, Any]:
        """A night without Prefect over the saved web."""
        return self.json(
            "nightly", "--no-prefect", "--replay", str(self.web), "--as-of", as_of, *words, expect=expect
        )

    def cells(self) -> dict[str, dict[str, str]]:
        """The file's rows by id."""
        with self.file.open(encoding="utf-8", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def type_in(self, account: str, column: str, value: str) -> None:
        """A person edits one cell."""
        rows = self.cells()
        rows[account][column] = value
        with self.file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(next(iter(rows.values()))), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.values())
