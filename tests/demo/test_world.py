"""The demo world: the same from a seed, valid in its numbers, honest about what its sites show."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from accounts.values import Hints, value_type
from accounts.values.identifier import lei_checks, uscc_checks
from accounts.values.phone import same_line
from demo.changes import CHANGED_FIELDS, Happening, happen
from demo.companies import Standing, found_company
from demo.pages import render
from demo.replay import write_night
from demo.serve import serve
from demo.sites import Condition
from demo.truth import truths_of
from demo.world import Reply, World
from enrichers.firmographic.read import read_page, settle
from enrichers.web.charset import decode


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=5, companies=400)


def test_a_seed_gives_one_world_and_another_seed_another(world: World) -> None:
    again, other = World(5, 400), World(6, 400)
    for w in (again, other):
        w.turn()
    once = World(5, 400)
    once.turn()
    assert list(again.firms()) == list(once.firms())
    assert [r.body for r in again.replies()] == [r.body for r in once.replies()]
    assert list(other.firms()) != list(once.firms())


def test_a_company_does_not_depend_on_how_many_there_are() -> None:
    assert World(5, 10).firm(7) == World(5, 9000).firm(7)


def test_no_two_companies_share_a_domain() -> None:
    domains = [found_company(1, n).domain for n in range(8000)]
    assert len(set(domains)) == len(domains)


def test_every_line_in_every_notation_is_the_number_it_is(world: World) -> None:
    phone = value_type("phone")
    for firm in world.firms():
        for line in (firm.phone, firm.fax, *((firm.toll_free,) if firm.toll_free else ())):
            for style in range(7):
                assert phone.canonical(line.printed(style), Hints(country=firm.country)) == line.e164


def test_company_numbers_check(world: World) -> None:
    firms = list(world.firms())
    assert any(f.uscc for f in firms)
    assert any(f.lei for f in firms)
    assert all(uscc_checks(f.uscc) for f in firms if f.uscc)
    assert all(lei_checks(f.lei) for f in firms if f.lei)


def test_english_and_chinese_are_half_each(world: World) -> None:
    assert 0.4 < sum(f.chinese for f in world.firms()) / world.companies < 0.6


def test_sites_show_what_the_truth_calls_visible(world: World) -> None:
    seen = 0
    for firm in world.firms():
        site = world.site(firm)
        if site.condition is not Condition.OK or firm.cik:
            continue
        pages = " ".join(
            render(k, firm, site).decode(site.encoding, "replace")
            for k in ("home", *(("contact",) if site.contact else ()), *(("about",) if site.about else ()))
        )
        truths = truths_of(world, firm)
        for name in ("email", "street", "employees", "founded", "uscc", "postcode"):
            if truths[name].visible:
                seen += 1
                assert any(value in pages for value in truths[name].values), (firm.id, site.style, name)
        assert firm.phone.printed(site.phone_style) in pages
        if "email" not in site.shows:
            assert firm.email not in pages
    assert seen > 500


def test_some_pages_lie_about_their_encoding(world: World) -> None:
    sites = [world.site(f) for f in world.firms()]
    assert any(s.encoding == "gbk" and s.declared == "utf-8" for s in sites)
    assert {Condition.DEAD, Condition.SLOW, Condition.PARKED, Condition.SCRIPT_ONLY} <= {
        s.condition for s in sites
    }


@pytest.mark.parametrize("kind", [k for k in CHANGED_FIELDS if k is not Happening.HEADCOUNT])
def test_a_change_changes_the_fields_it_says(world: World, kind: Happening) -> None:
    firm = next(f for f in world.firms() if f.language == "en")
    after = happen(firm, kind, 5, 1, 400)
    before, now = truths_of(world, firm), truths_of(world, after)
    for name in CHANGED_FIELDS[kind]:
        assert not before[name].keys & now[name].keys or name == "region"


def test_a_company_taken_over_leads_to_its_owner_and_shows_nothing_of_its_own(world: World) -> None:
    firm = next(f for f in world.firms() if world.site(f).condition is Condition.OK)
    gone = happen(firm, Happening.TAKEN_OVER, 5, 1, 400)
    assert gone.standing is Standing.TAKEN_OVER
    assert not any(t.visible for t in truths_of(world, gone).values())
    replies = list(world.replies_of(gone))
    assert {r.status for r in replies} == {301}
    assert world.firm(gone.owner or 0).domain in replies[0].headers["location"]


def test_nights_bring_changes_and_the_sites_follow() -> None:
    world = World(seed=5, companies=1500)
    before = {f.number: f for f in world.firms()}
    moved = [e for e in world.turn() if e.kind is Happening.NEW_PHONE]
    assert moved
    for event in moved:
        old, new = before[event.number], world.firm(event.number)
        if world.site(new).condition is Condition.OK:
            body = b" ".join(r.body for r in world.replies_of(new))
            assert not same_line(old.phone.e164, new.phone.e164)
            assert new.phone.printed(world.site(new).phone_style).encode(world.site(new).encoding) in body


def test_a_night_is_written_as_a_replay_and_bodies_are_shared(tmp_path: Path) -> None:
    world = World(seed=5, companies=30)
    lines = [
        json.loads(line) for line in write_night(world, tmp_path).read_text(encoding="utf-8").splitlines()
    ]
    assert all((tmp_path / line["file"]).is_file() for line in lines if "file" in line)
    assert len({line["url"] for line in lines}) == len(lines)
    before = len(list((tmp_path / "bodies").iterdir()))
    write_night(world, tmp_path)
    assert len(list((tmp_path / "bodies").iterdir())) == before


def test_the_server_answers_by_host_name() -> None:
    world = World(seed=5, companies=60)
    firm = next(f for f in world.firms() if world.site(f).condition is Condition.OK)
    home = next(r for r in world.replies_of(firm) if r.status == 200)
    host = home.url.split("//")[1].split("/")[0]
    with serve(world, patience=0.0) as server:
        base = server.address
        request = urllib.request.Request(base + "/", headers={"Host": host})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.read() == home.body
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(
                urllib.request.Request(base + "/nothing", headers={"Host": host}), timeout=5
            )
        with pytest.raises(OSError, match=r"."):
            urllib.request.urlopen(
                urllib.request.Request(base + "/", headers={"Host": "nobody.example"}), timeout=5
            )


def test_the_server_confirms_what_a_reader_holds() -> None:
    world = World(seed=5, companies=60)
    firm = next(f for f in world.firms() if f.number % 10 < 6 and world.site(f).condition is Condition.OK)
    home = next(r for r in world.replies_of(firm) if r.status == 200)
    host = home.url.split("//")[1].split("/")[0]
    with serve(world, patience=0.0) as server:
        kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        kept.request("GET", "/", headers={"Host": host})
        first = kept.getresponse()
        assert first.read() == home.body
        for tag, status in ((first.getheader("etag") or "", 304), ('"another"', 200)):
            kept.request("GET", "/", headers={"Host": host, "If-None-Match": tag})
            answer = kept.getresponse()
            assert (answer.status, bool(answer.read())) == (status, status == 200)
        kept.close()


def test_some_change_and_the_others_stay_as_they_are() -> None:
    world = World(seed=5, companies=200, dressed=True)
    before = {f.number: [r.body for r in world.replies_of(f)] for f in world.firms()}
    happened = {event.number for event in world.change_some(0.02)}
    changed = {f.number for f in world.firms() if [r.body for r in world.replies_of(f)] != before[f.number]}
    assert len(happened) == 4
    assert changed
    assert changed <= happened | {f.number for f in world.firms() if f.owner in happened}


def _said(reply: Reply, field: str) -> set[str]:
    facts = settle([read_page(decode(reply.body, reply.headers), reply.url)])
    return {fact.canonical or fact.value for fact in facts.get(field, ())}


def test_dressed_pages_are_of_real_size_and_read_as_the_bare_ones() -> None:
    bare, dressed = World(seed=5, companies=40), World(seed=5, companies=40, dressed=True)
    sizes = []
    for firm in bare.firms():
        if bare.site(firm).condition is not Condition.OK:
            continue
        for plain, full in zip(bare.replies_of(firm), dressed.replies_of(firm), strict=True):
            if "html" in plain.headers.get("content-type", ""):
                sizes.append(len(full.body))
                for name in ("phone", "email", "postcode"):
                    assert _said(full, name) == _said(plain, name), full.url
    assert 40_000 < sum(sizes) / len(sizes) < 60_000
    assert min(sizes) > 20_000
