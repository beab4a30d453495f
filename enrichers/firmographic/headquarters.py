"""Whether an address is said to be the headquarters, or another site: by its own line, then by the nearest label above."""

from __future__ import annotations

from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.words import pattern_of

_LABEL = 80


def is_headquarters(page: Page, line: Line, reach: int = 5) -> bool:
    """True where the line, or the nearest label above it within `reach` lines, says headquarters.

    A label that names another kind of site (an office, a branch, 分公司) ends the search: what stands above it is said of
    another address.
    """
    main, other = pattern_of("labels.yml", "headquarters"), pattern_of("labels.yml", "other_site")
    for near in [line, *page.before(line, reach)]:
        if len(near.plain) >= _LABEL:
            continue
        if main.search(near.plain):
            return True
        if other.search(near.plain):
            return False
    return False
