from __future__ import annotations

import pytest

from accounts.errors import SourceUnavailable
from enrichers.web.recent import Memory
from enrichers.web.response import Response
from tests.enrichers.web.server import page, serve
from tests.enrichers.web.world import NOW, client


def answer(url: str, body: bytes = b"x") -> Response:
    return Response(url, url, 200, {}, body, "0", NOW)


def test_answers_are_remembered_by_the_site_that_was_asked():
    memory = Memory()
    memory.keep(
        "https://tarn.example/", Response("", "https://www.tarn-group.example/", 200, {}, b"", "0", NOW)
    )
    memory.keep("https://tarn.example/", answer("https://tarn.example/about"))
    memory.keep("https://tarn.example/about", answer("https://tarn.example/about"))
    assert [r.final_url for r in memory.of("http://www.tarn.example/x").responses] == [
        "https://www.tarn-group.example/", "https://tarn.example/about",
    ]  # fmt: skip
    assert memory.of("https://other.example").responses == []


def test_memory_is_bounded_by_bytes_and_by_sites():
    memory = Memory(most_bytes=800, most_sites=3)
    memory.keep("https://big.example/", answer("https://big.example/", b"x" * 200))
    assert not memory.of("https://big.example/").responses
    for n in range(20):
        memory.keep(f"https://s{n}.example/", answer(f"https://s{n}.example/", b"x" * 90))
    assert [n for n in range(20) if memory.of(f"https://s{n}.example/").responses] == [17, 18, 19]


def test_the_client_remembers_what_it_read_and_what_failed():
    with serve({"/": page(b"<html>hello</html>")}) as site:
        web = client()
        web.get(site.url("/"))
        assert [r.body for r in web.recent(site.url("/other")).responses] == [b"<html>hello</html>"]
        with pytest.raises(SourceUnavailable):
            web.get("ftp://nowhere.example/")
        assert isinstance(web.recent("ftp://nowhere.example/").failure, SourceUnavailable)
