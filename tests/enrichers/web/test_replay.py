from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from accounts.clock import FixedClock
from accounts.errors import ConfigError, SourceUnavailable
from enrichers.web.replay import ReplayWeb
from tests.enrichers.web.world import NOW, MemoryStore


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **settings):
        raise AssertionError("a replay asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def replay(folder: Path, *lines: dict | str, **settings) -> ReplayWeb:
    (folder / "bodies").mkdir(exist_ok=True)
    for line in lines:
        if isinstance(line, dict) and "file" in line:
            (folder / line["file"]).write_text(line.pop("text", line["file"]), encoding="utf-8")
    path = folder / "web.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), encoding="utf-8")
    return ReplayWeb(path, FixedClock(NOW), **settings)


def saved(url: str, file: str = "bodies/a.html", **more) -> dict:
    return {"url": url, "file": file, "status": 200, "headers": {"Content-Type": "text/html"}, **more}


@pytest.mark.parametrize("url", ["http://a.test/x", "https://a.test/x/", "https://A.TEST/x#top"])
def test_scheme_and_a_trailing_slash_are_ignored(tmp_path, url):
    response = replay(tmp_path, saved("http://a.test/x/")).get(url)
    assert response.body == b"bodies/a.html"
    assert response.headers == {"content-type": "text/html"}
    assert response.from_store
    assert response.fetched_at == NOW


def test_www_and_the_query_are_not_ignored(tmp_path):
    web = replay(tmp_path, saved("http://www.a.test/?p=1"))
    assert web.get("http://www.a.test/?p=1").status == 200
    assert web.get("http://www.a.test/?p=2").status == 404
    with pytest.raises(SourceUnavailable, match=r"a\.test cannot be reached"):
        web.get("http://a.test/?p=1")


def test_the_first_line_wins(tmp_path):
    web = replay(tmp_path, saved("http://a.test/", "bodies/1"), saved("https://a.test", "bodies/2"))
    assert web.get("https://a.test/").body == b"bodies/1"


def test_a_redirect_to_itself_answers_nothing_where_a_page_is_saved(tmp_path):
    moved = {"url": "http://a.test/", "status": 301, "headers": {"location": "https://a.test/"}}
    assert replay(tmp_path, moved, saved("https://a.test/")).get("http://a.test/").body == b"bodies/a.html"
    with pytest.raises(SourceUnavailable, match="circle"):
        replay(tmp_path, moved).get("http://a.test/")


def test_redirects_are_followed_by_the_same_rules(tmp_path):
    moved = {"url": "http://a.test/", "status": 302, "headers": {"location": "https://www.a.test/home"}}
    response = replay(tmp_path, moved, saved("https://www.a.test/home")).get("http://a.test")
    assert response.final_url == "https://www.a.test/home"
    assert response.hops == ("http://a.test/",)


def test_robots_is_a_404_that_allows_unless_it_is_saved(tmp_path):
    rules = saved("http://a.test/robots.txt", "bodies/robots", text="User-agent: *\nDisallow: /no\n")
    web = replay(tmp_path, saved("http://a.test/no"), rules)
    with pytest.raises(SourceUnavailable, match="asks us not to"):
        web.get("http://a.test/no")
    assert web.get("http://a.test/yes").status == 404


def test_answers_are_kept_as_evidence(tmp_path):
    store = MemoryStore()
    response = replay(tmp_path, saved("http://a.test/"), store=store).get("http://a.test/")
    assert store.kept["http://a.test/"].body_sha256 == response.body_sha256


def test_hosts_that_want_a_contact_are_replayed_without(tmp_path):
    web = replay(tmp_path, saved("https://data.sec.gov/submissions/CIK0000000007.json"))
    assert web.get("https://data.sec.gov/submissions/CIK0000000007.json").ok


def test_failing_pages_do_not_close_a_host(tmp_path):
    busy = [{"url": f"http://a.test/{i}", "status": 503} for i in range(8)]
    web = replay(tmp_path, *busy, saved("http://a.test/good"))
    assert [web.get(f"http://a.test/{i}").status for i in range(8)] == [503] * 8
    assert web.get("http://a.test/good").ok


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{broken", "line 2 is not JSON"),
        ("[1]", "line 2 has no url"),
        ('{"status": 200}', "line 2 has no url"),
        ('{"url": "http://a.test/", "status": "ok"}', "line 2: status 'ok'"),
        ('{"url": "http://a.test/", "status": 7}', "line 2: status 7"),
        ('{"url": "ftp://a.test/"}', "line 2: ftp://a.test/"),
        (
            '{"url": "http://a.test/", "file": "bodies/none.html"}',
            "line 2: there is no file bodies/none.html",
        ),
        ('{"url": "http://a.test/", "headers": ["x"]}', "line 2: headers"),
        ("[" * 5000, "line 2 is not JSON"),
    ],
)
def test_a_broken_line_is_told_with_its_number(tmp_path, line, wrong):
    with pytest.raises(ConfigError, match=r"web\.jsonl") as caught:
        replay(tmp_path, saved("http://b.test/"), line)
    assert wrong in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        ReplayWeb(tmp_path / "none.jsonl", FixedClock(NOW))
