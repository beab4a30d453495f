"""A whole page by the peers and by us, in one run: Scrapy's selectors, extruct and wappalyzer-python3 doing the same work.

The peers live in an environment of their own (`bench/environments.py`), in a process of their own.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from bench.environments import python_of
from bench.figure import Figure, Unavailable
from bench.site_pages import mean_pages
from enrichers.firmographic.read import read_page, settle
from enrichers.firmographic.saved import technologies
from enrichers.web.charset import decode

PEERS = ("sites",)
_PAGES = 200
_PEERS = r"""
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import extruct
from scrapy.http import HtmlResponse
from Wappalyzer import Wappalyzer, WebPage
engine = Wappalyzer.latest()
pages = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
def read(page):
    with open(page["file"], "rb") as file:
        body = file.read()
    started = time.process_time()
    response = HtmlResponse(page["url"], body=body)
    for part in ("//title//text()", "//body//text()", "//a/@href", "//img/@alt", "//meta/@content"):
        response.xpath(part).getall()
    selected = time.process_time()
    try:
        extruct.extract(response.text, base_url=page["url"], errors="ignore")
    except Exception as error:  # timed as far as it came
        print(page["url"], repr(error)[:200], file=sys.stderr)
    extracted = time.process_time()
    engine.analyze_with_versions_and_categories(WebPage(page["url"], response.text, {}))
    return selected - started, extracted - selected, time.process_time() - extracted
def tried(page):
    try:
        return read(page)
    except Exception as error:  # a peer that falls over a page is not charged for it
        print(page["url"], repr(error)[:200], file=sys.stderr)
read(pages[1])
done = [spent for spent in map(tried, pages) if spent]
print(json.dumps([sum(part) / len(done) for part in zip(*done)]))
"""


def measure(folder: Path) -> list[Figure]:
    """CPU a page for them and for us on the same pages, and how many times as many pages we read."""
    python = python_of("sites")
    pages = mean_pages()
    pages = pages[:: max(1, len(pages) // _PAGES)][:_PAGES]
    listed = folder / "pages.jsonl"
    with listed.open("w", encoding="utf-8") as file:
        for number, (url, body) in enumerate(pages):
            (folder / f"{number}.html").write_bytes(body)
            file.write(json.dumps({"url": url, "file": str(folder / f"{number}.html")}) + "\n")
    said = subprocess.run(
        [str(python), "-c", _PEERS, str(listed)], capture_output=True, text=True, check=False, timeout=600
    )
    if said.returncode:
        raise Unavailable(f"the peers fell over: {said.stderr[-300:]}")
    selected, extracted, matched = json.loads(said.stdout)
    ours, theirs = _ours(pages), selected + extracted + matched
    note = f"{len(pages)} pages, mean {sum(len(body) for _, body in pages) / len(pages) / 1000:.0f} KB"
    parts = {"Scrapy's selectors": selected, "extruct": extracted, "wappalyzer-python3": matched}
    return [
        *(Figure(f"a page by {name} alone, CPU", round(spent * 1000, 1), "ms", note=note) for name, spent in parts.items()),
        Figure(
            "a page read whole, CPU", round(ours * 1000, 1), "ms", round(theirs * 100, 1),
            f"{theirs / ours:.1f} times as fast, with phones, addresses and names besides; wanted: 10 times",
            {"Scrapy + extruct + wappalyzer-python3": round(theirs * 1000, 1)},
        ),
    ]  # fmt: skip


def _ours(pages: list[tuple[str, bytes]]) -> float:
    """Seconds of CPU a page; the first page, which loads the fingerprints, is read once before."""
    for measured in (False, True):
        started = time.process_time()
        for url, body in pages if measured else pages[:1]:
            html = decode(body, {})
            settle([read_page(html, url)])
            technologies(html, url, {})
    return (time.process_time() - started) / len(pages)
