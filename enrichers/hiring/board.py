"""What a job board is to us: the addresses that name it, the question that lists its roles, the parser of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import unquote, urlsplit


class Certainty(StrEnum):
    """How well a board's contract is known, best first."""

    DOCUMENTED = "documented"
    RECORDED = "recorded answers"
    CLIENT_CODE = "clients of others"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Role:
    """One open role as its board tells it; `text` is the advertisement as plain text, where the list has it, `until` the last
    day on which it counts as open though its page stays as it is."""

    id: str
    title: str
    url: str
    posted_on: date | None = None
    department: str = ""
    place: str = ""
    text: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a board: its roles, the total the board states, the address of the next page where it names one."""

    roles: tuple[Role, ...]
    total: int | None = None
    onward: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """The question for one page of a board; a `body` is sent as a POST of JSON."""

    url: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One board system.

    `addresses` match `host/path?query` of a link, host in lower case; the groups of the match are joined by `/` into
    the slug that names one company's board. `parse` takes slug, body and today, and raises SourceBroken for an answer
    of another shape. `page_size` is None where one answer lists everything; `vague_zero` says that an unknown company is
    answered like an empty board. `marks` are texts by which a page of the company's own domain is known to be such a
    board; its address is the slug then.
    """

    kind: str
    certainty: Certainty
    addresses: tuple[re.Pattern[str], ...]
    ask: Callable[[str, int], Ask]
    parse: Callable[[str, bytes, date], Listing]
    page_size: int | None = None
    vague_zero: bool = False
    marks: tuple[str, ...] = ()

    @property
    def collector(self) -> str:
        """Extractor and version: a change of it is no hiring news."""
        return f"{self.kind}/1"

    def slug_of(self, url: str) -> str | None:
        """The slug an address names, or None where it is no address of this system.

        >>> from enrichers.hiring.boards import board_named
        >>> board_named("greenhouse").slug_of("https://boards.greenhouse.io/embed/job_board/js?for=acme")
        'acme'
        """
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return None
        bare = f"{host}{parts.path}{'?' + parts.query if parts.query else ''}"
        for pattern in self.addresses:
            match = pattern.match(bare)
            if match:
                slug = "/".join(unquote(group) for group in match.groups() if group)
                if slug.lower() not in _NO_SLUGS and len(slug) < 300:
                    return slug
        return None


_NO_SLUGS = frozenset(
    ["embed", "www", "app", "api", "jobs", "careers", "job", "help", "support", "blog", "static", "assets", "cdn", "login", "legal", "privacy", "about", "status", "info", "resources", "go", "get", "developers", "docs", "learn", "community", "j", "v1", "career", "hello", "tt", "partner", "partners"]
)  # fmt: skip


def addresses(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of addresses, case-insensitive."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def joined(*parts: str) -> str:
    """The parts of a place that are there, each once: `Austin, TX, US`."""
    return ", ".join(dict.fromkeys(part for part in parts if part))
