"""Asking for a page that another source of the same account may have asked for a moment ago."""

from __future__ import annotations

from accounts.errors import SourceError
from enrichers.base import Web
from enrichers.web.recent import Remembers
from enrichers.web.response import Response


def get_once(web: Web, url: str) -> tuple[Response, int]:
    """The response to a GET and the requests it took: none where this run has just read that very page.

    Raises what `Web.get` raises.
    """
    if isinstance(web, Remembers):
        for response in web.recent(url).responses:
            if url in (response.url, response.final_url):
                return response, 0
    return web.get(url), 1


def get_home(web: Web, site: str) -> tuple[Response, int]:
    """A site's home page and the requests it took; http is tried where https does not answer.

    Raises the first SourceError where neither answers.
    """
    try:
        return get_once(web, site)
    except SourceError:
        if not site.startswith("https://"):
            raise
        try:
            response, requests = get_once(web, "http://" + site[8:])
        except SourceError:
            response = None
        if response is None:
            raise
        return response, requests + 1
