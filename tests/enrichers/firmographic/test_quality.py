"""The figures on labelled pages, where those are at hand. Bars lie a little under what was measured."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from enrichers.firmographic.read import read_page, settle
from enrichers.web.charset import decode

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "web" / "pages"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="labelled pages are not here"),
]


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def last_digits(text: str) -> str:
    return re.sub(r"\D", "", re.split(r"(?i)\s*(?:x|ext\.?|转)\s*\d+\s*$", text)[0])[-7:]


@pytest.fixture(scope="module")
def pages():
    read = []
    for path in sorted(DATA.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if not truth.get("template"):
            body = gzip.decompress((DATA / f"{truth['id']}.html.gz").read_bytes())
            read.append((truth, settle([read_page(decode(body, {}), truth["url"])])))
    return read


def test_the_first_name_is_an_accepted_one(pages):
    asked = [(truth, found) for truth, found in pages if truth["organisation_accept"]]
    right = sum(
        bool({plain(f.value) for field in ("name", "legal_name") for f in found.get(field, [])[:1]} & {plain(v) for v in truth["organisation_accept"]})
        for truth, found in asked
    )  # fmt: skip
    assert right / len(asked) >= 0.92


def test_phones_are_found_and_nothing_else_is(pages):
    hit = wrong = missed = 0
    for truth, found in pages:
        if truth.get("phones") and truth["id"].startswith(("en-ws", "zh-co")):
            wanted, fax = (
                {last_digits(v) for v in truth["phones"]},
                {last_digits(v) for v in truth.get("fax", [])},
            )
            said = {f.canonical[-7:] if f.canonical else last_digits(f.value) for f in found.get("phone", [])}
            hit, wrong, missed = (
                hit + len(said & wanted),
                wrong + len(said - wanted - fax),
                missed + len(wanted - said),
            )
    assert 2 * hit / (2 * hit + wrong + missed) >= 0.95


def test_confidence_of_names_is_honest(pages):
    sure = [
        plain(found["name"][0].value) in {plain(v) for v in truth["organisation_accept"]}
        for truth, found in pages
        if truth["organisation_accept"] and found.get("name") and found["name"][0].confidence >= 0.75
    ]
    assert sum(sure) / len(sure) >= 0.85
