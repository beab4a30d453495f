"""The bundled sample is sound in itself: its files fit each other, and nothing in it can be real."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from accounts.values import Hints, value_type
from accounts.values.identifier import uscc_checks
from accounts.values.place import country_code
from accounts.values.web import registrable_domain

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample"
TABLE = {"phone": "phone", "email": "email", "website": "website", "employees": "headcount"}


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def responses() -> list[dict[str, object]]:
    return [json.loads(line) for line in (SAMPLE / "web.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_saved_body_is_there_and_every_body_is_used() -> None:
    named = {str(r["file"]) for r in responses() if "file" in r}
    assert named == {f"bodies/{p.name}" for p in (SAMPLE / "bodies").iterdir()}


def test_every_domain_is_reserved_or_the_registry() -> None:
    hosts = {registrable_domain(str(r["url"])) for r in responses()} | {
        registrable_domain(a["website"]) for a in rows("accounts.csv")
    }
    assert all(h and (h.endswith(".example") or h == "sec.gov") for h in hosts)


@pytest.mark.parametrize("row", rows("truth.csv"), ids=lambda r: f"{r['account_id']}-{r['field']}")
def test_truth_speaks_of_accounts_and_values_that_are_valid(row: dict[str, str]) -> None:
    account = {a["id"]: a for a in rows("accounts.csv")}[row["account_id"]]
    current = account[row["field"]]
    kind = value_type(TABLE.get(row["field"], "text"))
    hints = Hints(country=country_code(account["country"]))
    keys = {kind.key(v, hints) for v in row["values"].split(" ; ")}
    assert (not current) == (row["expect"] == "fill")
    assert (kind.key(current, hints) in keys) == (row["expect"] == "keep")
    assert all(kind.problem(v, hints) is None for v in row["values"].split(" ; "))


def test_every_credit_code_has_its_check_character() -> None:
    pages = (p.read_bytes().decode("utf-8", "replace") for p in (SAMPLE / "bodies").glob("*.html"))
    codes = [code for page in pages for code in re.findall(r"(?<![0-9A-Z])9[0-9A-Z]{17}(?![0-9A-Z])", page)]
    assert len(codes) >= 2
    assert all(uscc_checks(code) for code in codes)


def test_the_shenzhen_page_lies_about_its_encoding() -> None:
    body = (SAMPLE / "bodies" / "lantu-home.html").read_bytes()
    assert b"charset=utf-8" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert "澜图" in body.decode("gbk")
