"""One night over the bundled sample does what its truth says, cell by cell."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from accounts.catalogue import shipped_catalogue
from accounts.change import Verdict
from accounts.values import Hints
from accounts.values.place import country_code
from crm.planfile import read_plan
from flows.night import NightOptions, run_night
from flows.services import open_services

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


Night = tuple[dict[str, dict[str, str]], dict[str, dict[str, str]], set[tuple[str, str]]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The cells before and after, and what is held for review."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copy(SAMPLE / "accounts.csv", folder)
    (folder / "evergreen.toml").write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    with open_services(
        folder / "evergreen.toml", as_of="2026-11-22", replay=SAMPLE / "web.jsonl"
    ) as services:
        report = run_night(services, NightOptions(apply=True))
    assert report.status == "done"
    asked = {
        (c.account_id, c.field)
        for c in read_plan(Path(report.paths["plan"])).changes
        if c.verdict is Verdict.REVIEW
    }
    before, after = (
        {r["id"]: r for r in table(p)} for p in (SAMPLE / "accounts.csv", folder / "accounts.csv")
    )
    return before, after, asked


def cases() -> Iterator[ParameterSet]:
    for row in table(SAMPLE / "truth.csv"):
        name = f"{row['account_id']}-{row['field']}-{row['expect']}"
        yield pytest.param(row, id=name)


@pytest.mark.parametrize("row", list(cases()))
def test_the_night_does_what_the_truth_says(night: Night, row: dict[str, str]) -> None:
    before, after, asked = night
    key, name = row["account_id"], row["field"]
    was, now = before[key][name], after[key][name]
    hints = Hints(country=country_code(before[key]["country"]))
    kind = shipped_catalogue()[name].value_type
    if row["expect"] in ("fill", "replace"):
        assert kind.key(now, hints) in {kind.key(v, hints) for v in row["values"].split(" ; ")}
    else:
        assert now == was
        assert ((key, name) in asked) == (row["expect"] == "review")


def test_nothing_that_stood_there_changes_but_what_the_truth_replaces(night: Night) -> None:
    before, after, _ = night
    replaced = {
        (r["account_id"], r["field"]) for r in table(SAMPLE / "truth.csv") if r["expect"] == "replace"
    }
    changed = {(k, n) for k, row in before.items() for n, v in row.items() if v and after[k][n] != v}
    assert changed == replaced
