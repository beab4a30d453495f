from __future__ import annotations

import gzip
import hashlib
import socket
import time
import zlib
from http.server import BaseHTTPRequestHandler

import pytest

from accounts.errors import SourceBroken, SourceUnavailable
from enrichers.web.client import WebClient
from enrichers.web.decompress import decompress
from tests.enrichers.web.server import in_turn, page, redirect, serve
from tests.enrichers.web.world import NOW, FakeTimer, MemoryStore, client


class TestOneHop:
    def test_hands_out_status_headers_body_and_hash(self):
        with serve({"/": page("<p>你好</p>", content_type="Text/HTML; charset=utf-8")}) as site:
            response = client().get(site.url())
        assert response.status == 200
        assert response.body.decode() == "<p>你好</p>"
        assert response.content_type == "text/html"
        assert response.body_sha256 == hashlib.sha256(response.body).hexdigest()
        assert response.fetched_at == NOW
        assert not response.from_store

    def test_a_missing_page_is_an_answer_and_no_error(self):
        with serve({}) as site:
            assert client().get(site.url("/gone")).status == 404

    def test_names_itself_and_its_contact(self):
        with serve({"/": page()}) as site:
            client(contact="ops@example.com\r\nX-Evil: 1").get(site.url())
            headers = site.asked[0][1]
        assert headers["user-agent"] == "evergreen-crm (ops@example.comX-Evil: 1)"
        assert "x-evil" not in headers

    def test_keeps_fragments_and_credentials_to_itself(self):
        with serve({"/": page()}) as site:
            client().get(site.url("/#top"))
            assert site.paths() == ["/"]
            with pytest.raises(SourceUnavailable, match="name or password") as caught:
                client().get(f"http://bob:hunter2@127.0.0.1:{site.port}/")
        assert "hunter2" not in str(caught.value)

    def test_a_header_of_the_source_never_shows_in_an_error(self):
        with pytest.raises(SourceUnavailable) as caught:
            client(resolver=_no_names).get(
                "http://a.test/x?key=hunter2", headers={"Authorization": "Bearer s3cret"}
            )
        assert "s3cret" not in str(caught.value)
        assert "hunter2" not in str(caught.value)

    def test_reuses_a_connection(self):
        ports = set()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            ports.add(handler.client_address[1])
            page()(handler)

        with serve({"/": answer}) as site:
            web = client()
            for _ in range(3):
                web.get(site.url())
        assert len(ports) == 1


class TestFailures:
    def test_a_refused_connection_fails_and_names_the_host(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1 cannot be reached: connection refused"):
            client().get(f"http://127.0.0.1:{port}/")

    def test_an_unresolved_name_fails(self):
        with pytest.raises(SourceUnavailable, match=r"nowhere\.test does not resolve"):
            client(resolver=_no_names).get("http://nowhere.test/")

    def test_a_server_that_says_nothing_times_out(self):
        def silent(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(1.0)

        with serve({"/": silent}) as site, pytest.raises(SourceUnavailable, match="did not answer in time"):
            client(read_timeout=0.2).get(site.url())

    @pytest.mark.parametrize("with_length", [True, False])
    def test_a_dripping_body_ends_at_the_total_time(self, with_length):
        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            if with_length:
                handler.send_header("Content-Length", "100000")
            else:
                handler.close_connection = True
            handler.end_headers()
            for _ in range(60):
                handler.wfile.write(b"x")
                time.sleep(0.05)

        with serve({"/": drip}) as site:
            since = time.monotonic()
            with pytest.raises(SourceUnavailable, match="took longer than"):
                client(total_timeout=0.4, read_timeout=0.3).get(site.url())
        assert time.monotonic() - since < 1.5

    def test_dripping_headers_end_at_the_total_time(self):
        def drip(handler: BaseHTTPRequestHandler) -> None:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 60:
                handler.wfile.write(bytes([byte]))
                time.sleep(0.05)

        with serve({"/": drip}) as site, pytest.raises(SourceUnavailable, match="took longer than"):
            client(total_timeout=0.4, read_timeout=0.3).get(site.url())

    def test_a_cut_body_is_no_short_body(self):
        def cut(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b"only this")
            handler.close_connection = True

        with serve({"/": cut}) as site, pytest.raises(SourceUnavailable, match="broke the connection off"):
            client().get(site.url())

    def test_nonsense_instead_of_http_fails(self):
        def nonsense(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"\x00\x01 not http at all\r\n\r\n")
            handler.close_connection = True

        with serve({"/": nonsense}) as site, pytest.raises(SourceUnavailable):
            client().get(site.url())


class TestSize:
    def test_a_declared_length_over_the_cap_is_refused_unread(self):
        with (
            serve({"/": page(b"x" * 5000)}) as site,
            pytest.raises(SourceBroken, match="more than 2000 bytes"),
        ):
            client(max_bytes=2000).get(site.url())

    def test_an_undeclared_length_over_the_cap_is_cut_off(self):
        def endless(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            while True:
                handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

        with serve({"/": endless}) as site, pytest.raises(SourceBroken, match="more than"):
            client(max_bytes=200_000).get(site.url())

    def test_a_gzip_bomb_is_never_unpacked_whole(self):
        bomb = gzip.compress(b"\0" * 50_000_000)
        with (
            serve({"/": page(bomb, content_encoding="gzip")}) as site,
            pytest.raises(SourceBroken, match="more than"),
        ):
            client(max_bytes=1_000_000).get(site.url())

    def test_gzip_and_deflate_are_unpacked(self):
        text = b"hello " * 100
        raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        answers = {
            "/gzip": page(gzip.compress(text), content_encoding="gzip"),
            "/zlib": page(zlib.compress(text), content_encoding="deflate"),
            "/raw": page(raw.compress(text) + raw.flush(), content_encoding="deflate"),
            "/twice": page(gzip.compress(gzip.compress(text)), content_encoding="gzip, gzip"),
            "/lie": page(text, content_encoding="gzip"),
        }
        with serve(answers) as site:
            assert {client().get(site.url(path)).body for path in answers} == {text}

    @pytest.mark.parametrize(
        ("body", "encoding"),
        [
            (b"x", "br"),
            (gzip.compress(b"hello" * 50, mtime=0)[:-20], "gzip"),
            (b"\xff\xff\xff", "deflate"),
            (b"", "gzip,gzip,gzip"),
        ],
    )
    def test_a_damaged_encoding_is_broken(self, body, encoding):
        with pytest.raises(SourceBroken):
            decompress(body, encoding, 1000)


class TestRedirects:
    def test_are_followed_and_told(self):
        answers = {"/": redirect("/a"), "/a": redirect("b?x=1#frag", 301), "/b?x=1": page("there")}
        with serve(answers) as site:
            response = client().get(site.url())
        assert response.final_url == site.url("/b?x=1")
        assert response.hops == (site.url("/"), site.url("/a"))
        assert response.url == site.url("/")

    def test_a_circle_is_told(self):
        with (
            serve({"/": redirect("/a"), "/a": redirect("/")}) as site,
            pytest.raises(SourceUnavailable, match="circle"),
        ):
            client().get(site.url())

    def test_too_many_are_told(self):
        answers = {f"/{i}": redirect(f"/{i + 1}") for i in range(20)}
        with serve(answers) as site, pytest.raises(SourceUnavailable, match="more than 6 times"):
            client().get(site.url("/0"))
        assert len(site.asked) == 7

    @pytest.mark.parametrize(
        "location",
        ["file:///etc/passwd", "ftp://a.test/", "javascript:alert(1)", "http://u:p@127.0.0.1/", "http://["],
    )
    def test_lead_nowhere_but_to_the_web(self, location):
        with serve({"/": redirect(location)}) as site, pytest.raises(SourceUnavailable):
            client().get(site.url())

    def test_one_without_location_is_an_answer(self):
        with serve({"/": page(b"choose", 302)}) as site:
            assert client().get(site.url()).status == 302

    def test_drop_credentials_at_another_host(self):
        with serve({"/": page("end")}) as other:
            there = f"http://localhost:{other.port}/"
            with serve({"/": redirect("/same"), "/same": redirect(there)}) as site:
                client().get(site.url(), headers={"Authorization": "Bearer s3cret", "Accept": "text/html"})
                assert [h.get("authorization") for _, h in site.asked] == ["Bearer s3cret"] * 2
            assert "authorization" not in other.asked[0][1]
            assert other.asked[0][1]["accept"] == "text/html"

    def test_a_cookie_goes_round_at_its_host_and_nowhere_else(self):
        def wall(handler: BaseHTTPRequestHandler) -> None:
            if handler.headers.get("Cookie") == "seen=1":
                redirect(there)(handler)
            else:
                redirect("/", set_cookie="seen=1; Path=/; HttpOnly")(handler)

        with serve({"/": page("end")}) as other:
            there = f"http://localhost:{other.port}/"
            with serve({"/": wall}) as site:
                web = client()
                assert web.get(site.url()).body == b"end"
                web.get(site.url())
                assert [h.get("cookie") for _, h in site.asked] == [None, "seen=1"] * 2
            assert "cookie" not in other.asked[0][1]


class TestConditional:
    def test_304_gives_the_stored_body_and_confirms_it(self):
        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.headers.get("If-None-Match") == '"v1"':
                page(b"", 304, etag='"v1"')(handler)
            else:
                page("first", etag='"v1"', last_modified="Sat, 01 Aug 2026 00:00:00 GMT")(handler)

        store = MemoryStore()
        with serve({"/": answer}) as site:
            first = client(store).get(site.url())
            second = client(store).get(site.url())
            assert site.asked[1][1]["if-modified-since"] == "Sat, 01 Aug 2026 00:00:00 GMT"
        assert (first.from_store, second.from_store) == (False, True)
        assert second.body == b"first"
        assert second.status == 200
        assert store.touched == {site.url(): NOW}

    def test_a_confirmed_body_is_read_when_it_is_wanted(self):
        store, read = MemoryStore(), []
        stored_body = store.read
        store.read = lambda head: read.append(head.body_sha256) or stored_body(head)
        confirm = in_turn(page("first", etag='"v1"'), page(b"", 304, etag='"v1"'))
        with serve({"/": confirm}) as site:
            client(store).get(site.url())
            second = client(store).get(site.url())
        assert (second.size, read) == (5, [])
        assert [second.body, second.body] == [b"first", b"first"]
        assert read == [second.body_sha256]

    def test_a_confirmed_body_that_is_gone_is_told(self):
        store = MemoryStore()
        with serve({"/": in_turn(page("first", etag='"v1"'), page(b"", 304, etag='"v1"'))}) as site:
            client(store).get(site.url())
            second = client(store).get(site.url())
        store.read = lambda head: None
        with pytest.raises(SourceBroken, match=r"stored page .* is damaged"):
            _ = second.body

    def test_a_304_nobody_asked_for_is_broken(self):
        with serve({"/": page(b"", 304)}) as site, pytest.raises(SourceBroken, match="not conditional"):
            client(MemoryStore()).get(site.url())

    def test_stores_answers_without_the_values_of_cookies(self):
        store = MemoryStore()
        with serve({"/": page("x", set_cookie="sid=s3cret; Path=/"), "/bad": page("oops", 500)}) as site:
            assert "s3cret" in client(store).get(site.url()).headers["set-cookie"]
            client(store).get(site.url("/bad"))
        assert store.kept[site.url()].headers["set-cookie"] == "sid="
        assert list(store.kept) == [site.url()]


class TestPatience:
    def test_asks_again_after_a_passing_fault(self):
        timer = FakeTimer()
        with serve({"/": in_turn(page(b"", 503), page(b"", 502), page("well"))}) as site:
            assert client(timer=timer, retries=2).get(site.url()).body == b"well"
        assert len([w for w in timer.waited if w > 0.01]) <= 2
        assert site.count("/") == 3

    def test_hands_out_the_last_answer_when_it_does_not_pass(self):
        with serve({"/": page(b"busy", 503)}) as site:
            assert client(retries=1).get(site.url()).status == 503
        assert site.count("/") == 2

    def test_a_lasting_fault_is_not_asked_again(self):
        with serve({"/": page(b"", 500), "/no": page(b"", 403)}) as site:
            web = client(retries=3)
            assert (web.get(site.url()).status, web.get(site.url("/no")).status) == (500, 403)
        assert len(site.asked) == 2

    def test_waits_as_long_as_it_is_asked_to(self):
        timer = FakeTimer()
        with serve({"/": in_turn(page(b"", 429, retry_after="7"), page("well"))}) as site:
            client(timer=timer, retries=1).get(site.url())
        assert 7.0 in timer.waited

    @pytest.mark.parametrize("asked", ["3600", "Sun, 22 Nov 2026 05:00:00 GMT"])
    def test_asked_for_too_long_it_leaves_the_host_alone(self, asked):
        with serve({"/": page(b"", 429, retry_after=asked), "/x": page()}) as site:
            web = client(retries=3)
            with pytest.raises(SourceUnavailable, match="left alone for"):
                web.get(site.url())
            with pytest.raises(SourceUnavailable, match="not asked for another"):
                web.get(site.url("/x"))
        assert len(site.asked) == 1

    def test_nonsense_in_retry_after_asks_nothing(self):
        with serve({"/": in_turn(page(b"", 503, retry_after="soon"), page("well"))}) as site:
            assert client(retries=1).get(site.url()).body == b"well"

    def test_the_circuit_opens_and_one_request_tries_it_later(self):
        timer = FakeTimer()
        with serve({"/": in_turn(*[page(b"", 503)] * 5, page("back"))}) as site:
            web = client(timer=timer)
            for _ in range(5):
                web.get(site.url())
            with pytest.raises(SourceUnavailable, match="kept failing"):
                web.get(site.url())
            assert site.count("/") == 5
            timer.now += 601
            assert web.get(site.url()).body == b"back"
            assert web.get(site.url()).body == b"back"


def test_a_host_that_wants_a_contact_is_not_asked_without_one():
    def unasked(host: str, port: int) -> list[str]:
        raise AssertionError("resolved")

    web: WebClient = client(resolver=unasked, allow_private=False)
    with pytest.raises(SourceUnavailable, match="contact") as caught:
        web.get("https://data.sec.gov/submissions/CIK0000000001.json")
    assert "[web]" in caught.value.remedy


def _no_names(host: str, port: int) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")
