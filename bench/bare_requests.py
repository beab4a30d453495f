"""What asking alone costs: a bare loop of `requests` over the pages a night has kept, asked conditionally.

`python -m bench.bare_requests INDEX GATEWAY [--threads N]` asks every page once, with the validator it came with, and each site's
robots.txt, over kept connections; nothing is checked, waited for, kept or told but the CPU seconds it took.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests

_NEWEST = "SELECT url, headers, max(id) FROM response WHERE status = 200 GROUP BY url"


def ask(index: str, gateway: str, threads: int) -> dict[str, float]:
    """How many requests it took, and how many CPU seconds."""
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as db:
        pages = [(url, json.loads(headers).get("etag")) for url, headers, _ in db.execute(_NEWEST)]
    pages += [(site, None) for site in {f"https://{urlsplit(url).netloc}/robots.txt" for url, _ in pages}]
    before = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        asked = sum(pool.map(lambda at: _ask(pages[at::threads], gateway), range(threads)))
    return {"requests": asked, "cpu": round(time.process_time() - before, 1)}


def _ask(pages: Iterable[tuple[str, str | None]], gateway: str) -> int:
    asked = 0
    with requests.Session() as session:
        session.trust_env = False
        for url, validator in pages:
            parts = urlsplit(url)
            headers = {"Host": parts.netloc} | ({"If-None-Match": validator} if validator else {})
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            try:
                session.get(f"{gateway}{path}", headers=headers, timeout=30, allow_redirects=False)
            except requests.RequestException:
                continue  # a host that is down
            asked += 1
    return asked


if __name__ == "__main__":
    given = argparse.ArgumentParser(prog="python -m bench.bare_requests")
    given.add_argument("index")
    given.add_argument("gateway")
    given.add_argument("--threads", type=int, default=16)
    options = given.parse_args()
    print(json.dumps(ask(options.index, options.gateway, options.threads)))
