"""Every recorded response of the world parses, and what is no response of its kind is told to be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.errors import SourceBroken
from enrichers.readers import readers
from enrichers.sources import import_tree

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sources"
NAMES = (
    ("edgar/404_*", "edgar-submissions"), ("edgar/companyfacts_*", "edgar-facts"), ("edgar/company_tickers*", "edgar-tickers"),
    ("edgar/*submissions-0*.json", "edgar-filings"), ("edgar/*submissions*", "edgar-submissions"), ("edgar/*.idx", "edgar-daily"), ("edgar/doc_*", "edgar-document"),
    ("rss/google_news*", "google-news"), ("rss/*", "feed"), ("gdelt/*", "gdelt"), ("gleif/*", "gleif"), ("wikidata/*", "wikidata"),
)  # fmt: skip
NO_ROWS = ("empty", "rss/", "sparse")


def reader_of(file: Path) -> str:
    shown = file.relative_to(SHARED)
    if shown.parts[0] == "ats":
        return file.stem.partition("_")[0]
    return next(name for pattern, name in NAMES if shown.match(pattern))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_every_recorded_response_parses_and_the_missing_one_is_told():
    import_tree()
    known = readers()
    files = sorted(path for path in SHARED.rglob("*") if path.is_file() and path.name != "README.md")
    assert len(files) > 50
    for file in files:
        if file.name.startswith("404_"):
            with pytest.raises(SourceBroken):
                list(known[reader_of(file)](file.read_bytes()))
            continue
        rows = list(known[reader_of(file)](file.read_bytes()))
        assert rows or any(word in str(file.relative_to(SHARED)) for word in NO_ROWS), file
