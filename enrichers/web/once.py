"""Asking for a page that another source of the same account may have asked for a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from accounts.errors import SourceError
from enrichers.base import Web
from enrichers.web.recent import Remembers
from enrichers.web.response import Response

T = TypeVar("T")


def get_once(web: Web, url: str) -> tuple[Response, int]:
    """The response to a GET and the requests it took: none where this run has just read that very page.

    Raises what `Web.get` raises.
    """
    if isinstance(web, Remembers):
        for response in web.recent(url).responses:
            if url in (response.url, response.final_url):
                return response, 0
    return web.get(url), 1


def first_that_answers(urls: list[str], ask: Callable[[str], T]) -> T:
    """What the first address that answers gives. Raises the first address's SourceError where none does."""
    failed: SourceError | None = None
    for url in urls:
        try:
            return ask(url)
        except SourceError as error:
            failed = failed or error
    raise failed or SourceError("No address to ask.")
