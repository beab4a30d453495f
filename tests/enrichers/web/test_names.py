from __future__ import annotations

import json
import socket

import pytest

from accounts.clock import FixedClock
from accounts.errors import ConfigError, SourceUnavailable
from enrichers.web.names import OFF_AFTER, LiveNames, tidy
from enrichers.web.replay import ReplayWeb
from tests.enrichers.web.world import NOW

ZONE = {
    ("tarn.example", "MX"): ("10 mx.mail.example",),
    ("tarn.example", "TXT"): ("v=spf1 include:mail.example -all",),
    ("tarn.example", "NS"): ("ns1.dns.example",),
    ("www.tarn.example", "CNAME"): ("tarn.cdn.example",),
}


class Server:
    """A name server that answers from a zone, or not at all."""

    def __init__(self, zone, dead: set[str] = frozenset()):
        self.zone, self.dead, self.asked = zone, dead, []

    def __call__(self, name: str, kind: str) -> tuple[str, ...]:
        self.asked.append((name, kind))
        if kind in self.dead:
            raise OSError(f"{kind} of {name}: timed out")
        return self.zone.get((name, kind), ())


def test_reads_mail_texts_servers_and_aliases():
    records = LiveNames(Server(ZONE)).look_up("Tarn.Example.")
    assert records.found == {
        "MX": ("10 mx.mail.example",), "TXT": ("v=spf1 include:mail.example -all",), "NS": ("ns1.dns.example",),
        "CNAME": ("tarn.cdn.example",),
    }  # fmt: skip
    assert records.failed == {}


def test_no_record_is_an_answer_and_no_answer_is_a_failure():
    records = LiveNames(Server({}, dead={"TXT"})).look_up("tarn.example")
    assert records.found == {"MX": (), "NS": (), "CNAME": ()}
    assert list(records.failed) == ["TXT"]
    with pytest.raises(SourceUnavailable, match="says nothing"):
        LiveNames(Server(ZONE, dead={"MX", "TXT", "NS", "CNAME"})).look_up("tarn.example")


def test_a_domain_is_asked_about_once_and_a_failed_one_again():
    server = Server(ZONE)
    names = LiveNames(server)
    names.look_up("tarn.example")
    asked = len(server.asked)
    names.look_up("tarn.example")
    assert len(server.asked) == asked
    half = Server(ZONE, dead={"NS"})
    names = LiveNames(half)
    names.look_up("tarn.example")
    names.look_up("tarn.example")
    assert half.asked.count(("tarn.example", "NS")) == 2


def test_without_a_network_it_stops_asking_and_says_so():
    server = Server(ZONE, dead={"MX", "TXT", "NS", "CNAME"})
    names = LiveNames(server)
    for n in range(OFF_AFTER):
        with pytest.raises(SourceUnavailable):
            names.look_up(f"a{n}.example")
    asked = len(server.asked)
    with pytest.raises(SourceUnavailable, match="not asked"):
        names.look_up("b.example")
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"), ("NS", "NS1.Tarn.Example.", "ns1.tarn.example"),
        ("TXT", "x" * 5000, "x" * 2000), ("MX", "10 Mail.Tarn.Example.", "10 mail.tarn.example"),
    ],
)  # fmt: skip
def test_records_are_kept_tidy(kind, text, kept):
    assert tidy(kind, text) == kept


def replay(folder, *lines):
    path = folder / "web.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return ReplayWeb(path, FixedClock(NOW))


def test_a_replay_answers_from_its_dns_lines_and_asks_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("a replay opened a socket"))
    web = replay(
        tmp_path,
        {"dns": "Tarn.example", "records": {"MX": ["10 MX.mail.example."]}, "failed": {"TXT": "timed out"}},
        {"dns": "dead.example", "failed": dict.fromkeys(["MX", "TXT", "NS", "CNAME"], "timed out")},
        {"url": "https://tarn.example/", "issuer": "Tarn Trust"},
    )
    records = web.look_up("tarn.example")
    assert records.found == {"CNAME": (), "MX": ("10 mx.mail.example",), "NS": ()}
    assert records.failed == {"TXT": "timed out"}
    for domain in ("dead.example", "unknown.example"):
        with pytest.raises(SourceUnavailable):
            web.look_up(domain)
    assert web.get("https://tarn.example/").certificate_issuer == "Tarn Trust"


@pytest.mark.parametrize(
    "line",
    [
        {"dns": "a.example", "records": {"A": ["127.0.0.1"]}},
        {"dns": 7},
        {"dns": "a.example", "records": {"MX": "10 x"}},
    ],
)
def test_a_broken_dns_line_is_told_with_its_number(tmp_path, line):
    with pytest.raises(ConfigError, match=r"web\.jsonl, line 1"):
        replay(tmp_path, line)
