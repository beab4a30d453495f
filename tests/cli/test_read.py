from __future__ import annotations

import json

from click.testing import CliRunner

from accounts.errors import ConfigError
from cli.verbs.read import command
from tests.enrichers.registry.edgar_world import submissions, tickers


def run(*arguments: str, **settings):
    return CliRunner().invoke(command, list(arguments), **settings)


def test_one_record_as_json(tmp_path):
    file = tmp_path / "saved.json"
    file.write_bytes(submissions())
    result = run("edgar-submissions", str(file), "--json")
    [item] = json.loads(result.stdout)["items"]
    assert (item["cik"], item["country"], item["former_names"][0]["to"]) == ("9000001", "US", "2011-06-30")


def test_records_as_a_table_without_empty_columns(tmp_path):
    file = tmp_path / "saved.json"
    file.write_bytes(tickers())
    lines = run("edgar-tickers", str(file)).stdout.splitlines()
    assert lines[0].split() == ["cik", "title", "tickers"]
    assert len(lines) == 7
    assert "MRDN; MRDNW" in lines[1]
    file.write_bytes(submissions())
    assert "website" not in run("edgar-submissions", str(file)).stdout


def test_standard_input_is_read():
    assert "Quilted Harbor" in run("edgar-tickers", "-", input=tickers()).stdout


def test_markup_in_a_name_is_text():
    body = tickers([(1, "X", "[red]Bold[/] Foods Inc")])
    assert "[red]Bold[/] Foods Inc" in run("edgar-tickers", "-", input=body).stdout


def test_no_records_are_said():
    assert run("edgar-tickers", "-", input=b"{}").stdout == "No records.\n"
    assert json.loads(run("edgar-tickers", "-", "--json", input=b"{}").stdout) == {"items": []}


def test_an_unknown_source_lists_the_known(tmp_path):
    error = run("edgar-submission", "-", input=b"").exception
    assert isinstance(error, ConfigError)
    assert "Did you mean edgar-submissions?" in error.remedy
    assert "edgar-tickers" in error.remedy


def test_a_wrong_file_is_told(tmp_path):
    error = run("edgar-submissions", "-", input=b"<html>").exception
    assert isinstance(error, ConfigError)
    assert "is no response of edgar-submissions" in error.what
    error = run("edgar-submissions", str(tmp_path / "none.json")).exception
    assert isinstance(error, ConfigError)
    assert "cannot be read" in error.what
