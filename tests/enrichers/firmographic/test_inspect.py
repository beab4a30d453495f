from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from accounts.errors import ConfigError
from cli.verbs.inspect import command, inspect_live
from tests.enrichers.firmographic.pages import saved
from tests.enrichers.web.server import page, serve


def run(tmp_path: Path, rows: list[object], *options: str) -> list[dict]:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    result = CliRunner().invoke(command, [str(source), str(out), *options])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_saved_pages_keep_their_order_and_a_bad_row_stops_nobody(tmp_path):
    (tmp_path / "a.html").write_bytes(saved("harlow_contact.html"))
    (tmp_path / "b.html").write_bytes(saved("lanting_home.html").decode().encode("gbk", "ignore"))
    rows = run(
        tmp_path,
        [
            {"id": 1, "file": "a.html", "url": "https://harlowfinch.com/contact", "headers": None}, {"id": 2, "file": "gone.html"},
            "not json", {"id": 4, "file": "b.html", "url": None, "headers": {"Content-Type": "text/html"}}, {"id": 5}, [1],
        ],
    )  # fmt: skip
    assert [row["id"] for row in rows] == [1, 2, "line 3", 4, 5, "line 6"]
    assert [row["error"] is None for row in rows] == [True, False, False, True, False, False]
    assert all(set(row) >= {"id", "error", "firmographics", "technologies", "links"} for row in rows)
    assert rows[1]["firmographics"] == {} and rows[1]["links"] == {}
    facts = rows[0]["firmographics"]
    assert {"value": "303.555.0142", "canonical": "+13035550142", "kind": "main"}.items() <= facts["phones"][
        0
    ].items()
    assert facts["emails"][0]["value"] == "info@harlowfinch.com"
    assert all(
        isinstance(item["value"], str) and 0 <= item["confidence"] <= 1
        for items in facts.values()
        for item in items
    )
    assert rows[3]["firmographics"]["icp"][0]["value"] == "浙ICP备19001234号-2"
    assert set(rows[0]["links"]) == {"feeds", "careers", "job_board", "social"}


def test_two_processes_say_what_one_says(tmp_path):
    (tmp_path / "a.html").write_bytes(saved("harlow_home.html"))
    rows = [{"id": n, "file": "a.html", "url": "https://harlowfinch.com/"} for n in range(30)]
    assert run(tmp_path, rows, "--processes", "2") == run(tmp_path, rows, "--processes", "1")


def test_a_missing_file_and_a_bad_address_are_told(tmp_path):
    with pytest.raises(ConfigError):
        CliRunner().invoke(
            command, [str(tmp_path / "no.jsonl"), str(tmp_path / "out.jsonl")], catch_exceptions=False
        )
    with pytest.raises(ConfigError):
        inspect_live("not a host", tmp_path / "none.toml")


def test_a_folder_of_public_fingerprints_is_used_and_a_newer_schema_refused(tmp_path):
    (tmp_path / "a.html").write_text("<script src='https://cdn.tarn.example/tarn-2.4.js'></script>")
    folder = tmp_path / "set" / "technologies"
    folder.mkdir(parents=True)
    entry = {"cats": [1], "scriptSrc": "tarn-([\\d.]+)\\.js\\;version:\\1", "website": "https://tarn.example"}
    (folder / "t.json").write_text(json.dumps({"Tarn Widgets": entry}))
    (row,) = run(tmp_path, [{"id": 1, "file": "a.html"}], "--fingerprints", str(tmp_path / "set"))
    (found,) = [t for t in row["technologies"] if t["name"] == "Tarn Widgets"]
    assert (found["version"], found["origin"], found["implied"]) == ("2.4", "observed", False)

    (folder / "u.json").write_text(json.dumps({"Next": {"quantumSrc": "x"}}))
    with pytest.raises(ConfigError, match="unknown keys"):
        CliRunner().invoke(
            command,
            ["in.jsonl", "out.jsonl", "--fingerprints", str(tmp_path / "set" / "technologies")],
            catch_exceptions=False,
        )


def test_a_live_site_is_read_as_a_night_would(tmp_path, live_site):
    (tmp_path / "evergreen.toml").write_text(
        "[web]\nallow_private = true\nrequests_per_second = 1000\n", encoding="utf-8"
    )
    options = [live_site, "--config", str(tmp_path / "evergreen.toml")]
    told = json.loads(CliRunner().invoke(command, [*options, "--json"]).output)
    assert told["outcome"] == "rows" and len(told["pages"]) == 3
    assert told["firmographics"]["phones"][0]["canonical"] == "+13035550142"
    assert told["firmographics"]["founded"][0]["value"] == "1987"
    assert told["links"]["careers"]
    printed = CliRunner().invoke(command, options).output
    assert "303.555.0143 (fax)" in printed and "Harlow & Finch Roofing, LLC" in printed


@pytest.fixture
def live_site():
    pages = {"/": "harlow_home.html", "/contact": "harlow_contact.html", "/about-us": "harlow_about.html"}
    with serve({path: page(saved(name), content_type="text/html") for path, name in pages.items()}) as site:
        yield site.url("/")
