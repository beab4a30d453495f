"""A night over the bundled sample: every cell of its truth."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.catalogue import shipped_catalogue
from accounts.values import Hints
from accounts.values.place import country_code
from tests.flows.night import SAMPLE, Night

with (SAMPLE / "truth.csv").open(encoding="utf-8", newline="") as _file:
    TRUTH = list(csv.DictReader(_file))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("sample")
        patch.chdir(folder)
        night = Night(folder)
        night.nightly("--apply")
        yield night


def key(night: Night, account: str, field: str, text: str) -> str:
    hints = Hints(country_code(night.cells()[account]["country"]))
    return shipped_catalogue()[field].value_type.key(text, hints)


@pytest.mark.xdist_group("sample_night")
@pytest.mark.parametrize("row", TRUTH, ids=[f"{r['account_id']}-{r['field']}" for r in TRUTH])
def test_the_sample_night_does_right(night: Night, row: dict[str, str]) -> None:
    account, field = row["account_id"], row["field"]
    with (SAMPLE / "accounts.csv").open(encoding="utf-8", newline="") as file:
        before = {r["id"]: r for r in csv.DictReader(file)}[account][field]
    after = night.cells()[account][field]
    right = {key(night, account, field, value) for value in row["values"].split(" ; ")}
    if row["expect"] in ("fill", "replace"):
        assert key(night, account, field, after) in right
        assert bool(before) is (row["expect"] == "replace")
    else:
        assert after == before
    if row["expect"] == "review":
        items = [
            i
            for i in night.json("review", "list")["items"]
            if (i["account_id"], i["field"]) == (account, field)
        ]
        assert len(items) == 1
        assert key(night, account, field, items[0]["proposed"]) in right


@pytest.mark.xdist_group("sample_night")
def test_the_dead_site_is_a_failure_not_an_empty_source(night: Night) -> None:
    last = night.json("runs")["items"][0]
    assert last["counts"]["failed_calls"] >= 1
    report = Path(night.folder, ".evergreen", "runs", last["run_id"], "report.html").read_text(
        encoding="utf-8"
    )
    assert "oldpier-chandlery.example" in report
