"""What hosts may do to the one client, and to a whole night: a clear outcome each, in bounded time and memory."""

from __future__ import annotations

import csv
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from accounts.errors import SourceError
from enrichers.web.response import Response
from enrichers.web.timing import SystemTimer
from tests.enrichers.web.world import client
from tests.faults.hostile import BEHAVIOURS, METADATA, PAGE, Host, _redirect, serve, whole
from tests.faults.world import Driver, Ended

READ = frozenset(
    {
        "has a robots.txt of stars", "sends 50 MB of robots.txt", "laughs a billion times", "has a sitemap of 200,000", "refreshes for ever", "sends 9 MB of text", "sends nulls", "nests 100,000 deep",
        "lies about its charset", "names a codec as charset", "sends half of characters", "has a million cookies", "says continue for ever", "promises a word", "promises less than nothing", "speaks http 0.9",
    }
)  # fmt: skip
"""Behaviours a body may be had from; all others must end as failures."""
MOST_MEMORY = 400 << 20
MOST_CPU = 20.0


def get(url: str, **settings: object) -> Response | SourceError:
    web = client(
        timer=SystemTimer(),
        total_timeout=1.2,
        read_timeout=1.0,
        respect_robots=True,
        max_bytes=10_000_000,
        **settings,
    )  # type: ignore[arg-type]
    try:
        return web.get(url)
    except SourceError as error:
        return error


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_hostile_host_has_a_clear_outcome_in_bounds(name: str) -> None:
    began, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serve(BEHAVIOURS[name]) as host:
        outcome = get(host.url + "/")
        assert len(host.asked) < 30
    if isinstance(outcome, Response):
        assert name in READ, "what is no answer was taken for one"
        assert len(outcome.body) <= 10_000_000
    else:
        assert "127.0.0.1" in outcome.what
        assert "Traceback" not in str(outcome)
        str(outcome).encode()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * 1024 < MOST_MEMORY
    assert time.process_time() - began < MOST_CPU


@pytest.mark.parametrize("to", METADATA)
def test_no_redirect_leads_inside(to: str) -> None:
    """Loopback is let through in these tests, so that a host can be asked at all; everything else inside is not."""
    dialled: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        from enrichers.web.addresses import resolve

        found = ["127.0.0.1"] if host == "www.tarn.test" else resolve(host, port)
        dialled.extend(found)
        return found

    with serve(lambda w, p, o: whole(w, PAGE) if p == "/inside" else _redirect(w, to)) as host:
        web = client(resolver=resolver, total_timeout=2.0)
        with pytest.raises(SourceError) as caught:
            web.get(host.url + "/")
        assert host.asked.count("/") <= 1
    assert (
        "169.254" not in str(caught.value)
        or "not on the public internet" in caught.value.what
        or "not asked" in str(caught.value)
        or "is no" in caught.value.what
        or "carries" in caught.value.what
    )


def test_a_name_that_moves_inside_after_it_was_checked_is_still_dialled_where_it_was_checked() -> None:
    """DNS rebinding: the second answer is never asked for, because the checked address itself is dialled."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with serve(lambda w, p, o: whole(w, PAGE)) as host:
        web = client(resolver=resolver)
        assert web.get(f"http://rebind.test:{host.port}/").body == PAGE
        with pytest.raises(SourceError, match="not on the public internet"):
            web.get(f"http://rebind.test:{host.port}/again")
    assert asked == ["rebind.test", "rebind.test"]
    assert host.asked == ["/"]


SETTINGS = """[crm]
kind = "file"
path = "accounts.csv"

[web]
allow_private = true
total_timeout = 2.0
read_timeout = 1.5
connect_timeout = 1.5
retries = 0
requests_per_second = 50.0
max_bytes = 10000000

[run]
shard_size = 12
threads = 8
breaker = 1.0
"""
WANTED = ("site", "technographics", "news", "job_ads")


@pytest.fixture
def hosts() -> Iterator[dict[str, Host]]:
    """Every behaviour at an address of its own, so that no host's circuit stands for another's; and a good one."""
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(serve(behaviour, f"127.0.0.{number}"))
            for number, (name, behaviour) in enumerate(BEHAVIOURS.items(), 10)
        }
        found["is good"] = stack.enter_context(serve(lambda w, p, o: whole(w, PAGE), "127.0.0.9"))
        yield found


@pytest.mark.slow
def test_a_night_among_them_goes_on_and_tells(hosts: dict[str, Host], driver: Driver, tmp_path: Path) -> None:
    from enrichers.sources import find_sources

    off = "".join(
        f"\n[sources.{name}]\nenabled = false\n" for name in find_sources()[0] if name not in WANTED
    )
    (tmp_path / "evergreen.toml").write_text(SETTINGS + off, encoding="utf-8")
    with (tmp_path / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "website", "phone", "country", "last_modified", "last_modified_by"])
        for number, (_name, host) in enumerate(hosts.items()):
            writer.writerow(
                [
                    f"H{number:02d}",
                    "Tarn Works Ltd",
                    host.url,
                    "",
                    "United States",
                    "2023-01-10T09:00:00Z",
                    "import",
                ]
            )

    def nightly() -> Ended:
        pid = driver.start(tmp_path, "nightly", "--apply", "--no-prefect", "--as-of", "2026-11-22", "--json")
        return driver.wait(pid, tmp_path)

    ended = nightly()
    assert ended.code == 0, ended.stderr
    assert "fell over" not in ended.stderr, "a source did not bear it"
    assert ended.peak < (1 << 30)
    with (tmp_path / "accounts.csv").open(encoding="utf-8", newline="") as file:
        phones = {row["id"]: row["phone"] for row in csv.DictReader(file)}
    assert phones[f"H{len(BEHAVIOURS):02d}"], "the good host among them was read"
    report = Path(ended.json["paths"]["report"]).read_text(encoding="utf-8")
    assert "127.0.0." in report
    assert nightly().code in (0, 3), "where all that is left fails, that is told"
