"""Bad input: each says what is wrong and what to do, and loses nothing."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from accounts.errors import EvergreenError
from tests.flows.night import Night
from warehouse.store import open_warehouse


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.chdir(tmp_path)
    return Night(tmp_path)


def refusal(night: Night, *words: str, code: int) -> str:
    """The words of the error a verb ends with."""
    before = night.file.read_bytes() if night.file.exists() else b""
    result = night.run(*words)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, EvergreenError), result.output
    if night.file.exists():
        assert night.file.read_bytes() == before
    assert result.exception.remedy, "an error says what to do"
    return str(result.exception)


def nightly(night: Night) -> tuple[str, ...]:
    return ("nightly", "--apply", "--no-prefect", "--replay", str(night.web), "--as-of", "2026-11-22")


def test_missing_key_column(night: Night) -> None:
    night.file.write_bytes(night.before.replace(b"id,name", b"number,name", 1))
    told = refusal(night, *nightly(night), code=3)
    assert "id" in told
    assert "[crm] key" in told or "key" in told


def test_duplicate_keys(night: Night) -> None:
    night.file.write_bytes(night.before.replace(b"\nD02,", b"\nD01,", 1))
    assert "D01" in refusal(night, *nightly(night), code=3)


def test_wrong_encoding(night: Night) -> None:
    night.config.write_text(night.config.read_text() + 'encoding = "ascii"\n')
    told = refusal(night, *nightly(night), code=3)
    assert "ascii" in told
    assert "encoding" in told


def test_no_such_file(night: Night) -> None:
    night.file.unlink()
    assert "accounts.csv" in refusal(night, *nightly(night), code=3)


def test_config_typo_names_the_nearest_key(night: Night) -> None:
    night.config.write_text(night.config.read_text() + "\n[run]\nbraeker = 0.5\n")
    told = refusal(night, "nightly", code=2)
    assert "run.braeker" in told
    assert "breaker" in told


def test_a_secret_in_the_configuration_is_refused_and_not_repeated(night: Night) -> None:
    night.config.write_text(night.config.read_text() + '\n[sources.edgar]\napi_key = "hunter2"\n')
    told = refusal(night, "nightly", code=2)
    assert "sources.edgar.api_key" in told
    assert "hunter2" not in told


def test_a_field_unknown_to_the_catalogue(night: Night) -> None:
    night.config.write_text(night.config.read_text() + "\n[fields.phon]\nttl_days = 100\n")
    assert "phone" in refusal(night, "nightly", code=2)


def test_a_broken_replay_file_is_named_with_its_line(night: Night, tmp_path: Path) -> None:
    broken = tmp_path / "web.jsonl"
    broken.write_text('{"url": "http://a.example/", "status": 404}\nnot json\n')
    told = refusal(night, "nightly", "--no-prefect", "--replay", str(broken), code=2)
    assert "line 2" in told


def test_an_as_of_that_is_no_date(night: Night) -> None:
    assert "yesterday" in refusal(night, "nightly", "--as-of", "yesterday", code=2)


def test_a_second_writer_is_told_who_holds_the_warehouse(night: Night) -> None:
    with open_warehouse(night.folder / ".evergreen"):
        told = refusal(night, *nightly(night), code=3)
    assert ".evergreen" in told


def test_reading_before_the_first_run_says_what_to_do(night: Night) -> None:
    for words in (("stale",), ("runs",), ("explain", "D01"), ("review", "list")):
        assert "evergreen nightly" in refusal(night, *words, code=3)


def test_no_network_at_all_is_reported_and_nothing_is_written(night: Night, tmp_path: Path) -> None:
    silent = tmp_path / "web.jsonl"
    silent.write_text("")
    told = night.json(
        "nightly", "--apply", "--no-prefect", "--replay", str(silent), "--as-of", "2026-11-22", expect=3
    )
    assert told["counts"]["failed_calls"] > 0
    assert all(s["rows"] == s["not_found"] == s["answered"] == 0 for s in told["sources"])
    assert night.file.read_bytes() == night.before
    again = night.nightly("--apply")
    assert again["counts"]["filled"] > 0, "a failed source is asked again the next night"


def test_a_person_edits_the_file_while_we_run(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between pull and apply a rep fills the phone we are about to fill; theirs stays, and is asked about."""
    import flows.night as module

    decide = module.decide_changes

    def edit_then_decide(*given: object) -> object:
        change_set = decide(*given)  # type: ignore[arg-type]
        night.type_in("D01", "phone", "719-555-0100")
        return change_set

    monkeypatch.setattr(module, "decide_changes", edit_then_decide)
    told = night.nightly("--apply")
    rows = night.cells()
    assert rows["D01"]["phone"] == "719-555-0100"
    assert rows["D01"]["email"] == "office@junipergap-plumbing.example"
    assert told["outcomes"]["conflict"] == 1
    items = night.json("review", "list")["items"]
    asked = next(i for i in items if (i["account_id"], i["field"]) == ("D01", "phone"))
    assert asked["crm_value"] == "719-555-0100"
    assert asked["code"] == "changed_meanwhile"


def test_two_nights_at_once_one_applies_the_other_is_told(night: Night) -> None:
    ends: list[int] = []
    threads = [
        threading.Thread(target=lambda: ends.append(night.run(*nightly(night)).exit_code)) for _ in range(2)
    ]
    # One process, two warehouses on one file: DuckDB refuses the second as it refuses a second process.
    with open_warehouse(night.folder / ".evergreen"):
        threads[0].start()
        threads[0].join()
    threads[1].start()
    threads[1].join()
    assert sorted(ends) == [0, 3]


def test_a_hostile_page_costs_itself_and_no_more(night: Night, tmp_path: Path) -> None:
    """Script in every field, deep nesting, a formula for a name, a number that is a formula: inert everywhere."""
    web = tmp_path / "hostile.jsonl"
    page = tmp_path / "page.html"
    page.write_text(
        '<html><head><title>=HYPERLINK("http://evil.example","x")</title>'
        '<meta property="og:site_name" content="<script>alert(1)</script>"></head><body>'
        + "<div>" * 30_000
        + '<p>Phone: =cmd|"/c calc"!A1 &lt;script&gt;alert(1)&lt;/script&gt;</p><p>Tel: (719) 555-0142</p>'
        + '<a href="javascript:alert(1)">Contact</a><a href="http://127.0.0.1/admin">About us</a>'
        + "<address>=1+1, Colorado Springs, CO 80903</address></body></html>",
        encoding="utf-8",
    )
    web.write_text(
        json.dumps({"url": "http://junipergap-plumbing.example/", "file": "page.html", "status": 200}) + "\n"
    )
    told = night.json("nightly", "--apply", "--no-prefect", "--replay", str(web), "--as-of", "2026-11-22")
    report = Path(told["paths"]["report"]).read_text(encoding="utf-8")
    assert "<script" not in report
    assert "javascript:" not in report.replace("javascript: ", "")
    for row in night.cells().values():
        for text in row.values():
            assert not text.startswith(("=", "@", "\t")), text
