"""Bad sites over real HTTP: each has its own clear outcome and cost, and the good one beside them is read."""

from __future__ import annotations

import gzip
import time

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext
from enrichers.firmographic.site import Site
from enrichers.technographic.stack import Stack
from tests.enrichers.firmographic.pages import saved
from tests.enrichers.web.server import Answer as Reply
from tests.enrichers.web.server import page, redirect, serve
from tests.enrichers.web.world import NOW, client

HTML = {"content_type": "text/html; charset=utf-8"}
BLOCK = "<div class=a><p>Lorem ipsum dolor 12345 sit amet, call now</p><a href=/x>x</a></div>\n"
GRAFANA = "<script>" + "self.a.b=" * 45_000 + "</script>"  # what a pattern with a leading `.+` took 178 s for


def dripping(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"<p>x</p>")
        handler.wfile.flush()
        time.sleep(0.05)


BAD: dict[str, tuple[Reply, Outcome]] = {
    "/endless": (redirect("/endless?again"), Outcome.FAILED),
    "/endless?again": (redirect("/endless?and"), Outcome.FAILED),
    "/endless?and": (redirect("/endless"), Outcome.FAILED),
    "/huge": (page(BLOCK * 250_000, **HTML), Outcome.FAILED),
    "/bomb": (page(gzip.compress(b"<p>x</p>" * 6_000_000, 9), content_encoding="gzip", **HTML), Outcome.FAILED),
    "/drip": (dripping, Outcome.FAILED),
    "/picture": (page(b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, **HTML), Outcome.ZERO_ROWS),
    "/refresh": (page("<meta http-equiv=refresh content='0;url=/refresh'>", **HTML), Outcome.ROWS),
    "/frames": (page("<frameset><frame src=/frames><frame src=/frames></frameset>", **HTML), Outcome.ROWS),
    "/script": (page(f"<title>Tarn</title><p>Call +1 303-555-0142</p>{GRAFANA}", **HTML), Outcome.ROWS),
    "/deep": (page("<div>" * 60_000 + "Call 303-555-0142", **HTML), Outcome.ROWS),
    "/gone": (page(b"gone", 410), Outcome.NOT_FOUND),
    "/broken": (page(b"\xff\xfe<html>\x00\x00" + bytes(range(256)) * 400, content_type="text/html; charset=none"), Outcome.ROWS),
}  # fmt: skip
GBK = saved("lanting_contact.html").decode().encode("gbk", "ignore")


@pytest.fixture(scope="module")
def world():
    answers = {path: reply for path, (reply, _) in BAD.items()}
    answers["/gbk"] = page(GBK, **HTML)
    answers["/good"] = page(saved("harlow_contact.html"), **HTML)
    answers["/robots.txt"] = page(
        "<html><h1>Not here</h1></html>" + "<p>x</p>" * 700_000, **HTML
    )  # HTML, of 5 MB
    with serve(answers) as site:
        yield site


def ask(source: type[Site] | type[Stack], world, path: str, **settings) -> tuple[Answer[Reading], float]:
    web = client(respect_robots=True, total_timeout=1.5, max_bytes=10_000_000, **settings)
    made = source(SourceContext(web, FixedClock(NOW), {"pages_per_site": 2}))
    account = Account("A1", {"name": "Harlow & Finch Roofing", "website": world.url(path)})
    started = time.process_time()
    answer = made.read(account, made.search(account).rows[0])
    return answer, time.process_time() - started


@pytest.mark.parametrize("path", [path for path in BAD if "?" not in path])
@pytest.mark.parametrize("source", [Site, Stack])
def test_a_bad_site_has_a_clear_outcome_and_costs_its_own_budget(source, world, path):
    answer, seconds = ask(source, world, path)
    wanted = BAD[path][1]
    allowed = {wanted, Outcome.ZERO_ROWS} if wanted is Outcome.ROWS else {wanted}
    assert answer.outcome in allowed, answer.error
    assert answer.outcome is not Outcome.FAILED or (answer.error and not answer.rows)
    assert seconds < 8


def test_the_good_site_among_them_is_read(world):
    answer, _ = ask(Site, world, "/good")
    assert "+13035550142" in {o.value for reading in answer.rows for o in reading.observations}


def test_gbk_that_calls_itself_utf_8_is_read(world):
    answer, _ = ask(Site, world, "/gbk")
    values = {o.value for reading in answer.rows for o in reading.observations}
    assert "+8657588110022" in values


def test_a_script_of_the_178_second_kind_stays_within_the_pages_budget(world):
    answer, seconds = ask(Stack, world, "/script")
    assert answer.outcome in (Outcome.ROWS, Outcome.ZERO_ROWS) and seconds < 6
