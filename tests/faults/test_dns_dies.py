"""Names stop resolving in the middle of a night: those accounts failed, none is called empty, and the next night reads them."""

from __future__ import annotations

import csv
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import evergreen
from enrichers.sources import find_sources
from tests.faults.hostile import HTML, OK, Host

ACCOUNTS = 10
SETTINGS = """[crm]
kind = "file"
path = "accounts.csv"

[web]
allow_private = true
retries = 0
requests_per_second = 100.0

[run]
threads = 1
breaker = 1.0
"""


class Names:
    """The machine's resolver: every name under .test is this machine, while it lives."""

    def __init__(self) -> None:
        self.left = 10_000
        self.asked: list[str] = []
        self._real = socket.getaddrinfo

    def resolve(self, host: Any, port: Any, *given: Any, **named: Any) -> Any:
        if not str(host).endswith(".test"):
            return self._real(host, port, *given, **named)
        self.asked.append(str(host))
        self.left -= 1
        if self.left < 0:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def page(wire: socket.socket, path: str, own: str) -> None:
    body = b"<html><head><title>Tarn Works Ltd</title></head><body><h1>Tarn Works Ltd</h1><p>Call us: +1 303-555-01%02d</p></body></html>"
    wire.sendall(OK + HTML + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (len(body) - 3) + body % 42)


@pytest.fixture
def host() -> Iterator[Host]:
    running = Host("127.0.0.1", page)
    yield running
    running.close()


def nightly(folder: Path) -> dict[str, Any]:
    words = [
        "nightly",
        "--apply",
        "--no-prefect",
        "--as-of",
        "2026-11-22",
        "--json",
        "--config",
        str(folder / "evergreen.toml"),
    ]
    result = CliRunner().invoke(evergreen, words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def phones(folder: Path) -> dict[str, str]:
    with (folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["phone"] for row in csv.DictReader(file)}


def test_half_of_a_night_without_names_is_made_up_for(
    tmp_path: Path, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.resolve)
    off = "".join(f"\n[sources.{name}]\nenabled = false\n" for name in find_sources()[0] if name != "site")
    (tmp_path / "evergreen.toml").write_text(SETTINGS + off, encoding="utf-8")
    rows = ["id,name,website,phone,country,last_modified,last_modified_by"]
    rows += [
        f"A{n},Tarn Works Ltd,http://tarn{n}.test:{host.port},,United States,2023-01-10T09:00:00Z,import"
        for n in range(ACCOUNTS)
    ]
    (tmp_path / "accounts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    before = (tmp_path / "accounts.csv").read_bytes()
    names.left = 5
    first = nightly(tmp_path)
    told = Path(first["paths"]["report"]).read_text(encoding="utf-8")
    assert "does not resolve" in told
    written = {a for a, phone in phones(tmp_path).items() if phone}
    assert 0 < len(written) < ACCOUNTS
    names.left = 10_000
    nightly(tmp_path)
    assert all(phones(tmp_path).values()), "the rest was asked again"
    after = (tmp_path / "accounts.csv").read_bytes()
    nightly(tmp_path)
    assert (tmp_path / "accounts.csv").read_bytes() == after
    for run in json.loads(
        CliRunner().invoke(evergreen, ["runs", "--json", "--config", str(tmp_path / "evergreen.toml")]).stdout
    )["items"]:
        CliRunner().invoke(
            evergreen, ["undo", run["run_id"], "--apply", "--config", str(tmp_path / "evergreen.toml")]
        )
    assert (tmp_path / "accounts.csv").read_bytes() == before
