"""Scrapy with extruct and wappalyzer-python3 over pages at one port, told apart by the Host header.

    PYTHON bench/crawl_scrapy.py PORT ADDRESSES.txt

Sixteen requests at once, no delay, robots.txt not asked for, as ours is not. Prints the pages read and the CPU seconds of reading and fetching.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import extruct  # noqa: E402 - the warnings of these are no figures
import scrapy  # noqa: E402
from scrapy.crawler import CrawlerProcess  # noqa: E402
from Wappalyzer import Wappalyzer, WebPage  # noqa: E402

_PORT, _LIST = sys.argv[1], sys.argv[2]
_READ: list[str] = []
_ENGINE = Wappalyzer.latest()


class Pages(scrapy.Spider):
    """Asks for each address and reads what comes."""

    name = "pages"
    custom_settings = {  # noqa: RUF012 - as Scrapy wants it
        "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False,
        "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
    }  # fmt: skip

    async def start(self) -> Any:
        for address in Path(_LIST).read_text(encoding="utf-8").split():
            parts = urlsplit(address)
            yield scrapy.Request(
                f"http://127.0.0.1:{_PORT}{parts.path or '/'}",
                headers={"Host": parts.netloc},
                dont_filter=True,
            )

    def parse(self, response: Any) -> None:
        """What the reader of a company's site wants, with the tools there are."""
        for part in ("//title//text()", "//body//text()", "//a/@href", "//img/@alt", "//meta/@content"):
            response.xpath(part).getall()
        extruct.extract(response.text, base_url=response.url, errors="ignore")
        _ENGINE.analyze(WebPage(response.url, response.text, dict(response.headers.to_unicode_dict())))
        _READ.append(response.url)


def used() -> float:
    """CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


process = CrawlerProcess()
process.crawl(Pages)
began, spent = time.perf_counter(), used()
process.start()
print(json.dumps({"pages": len(_READ), "cpu": used() - spent, "wall": time.perf_counter() - began}))
