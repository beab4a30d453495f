"""Moka: the page of a careers site, read for its JSON-LD. Unconfirmed: the interface behind it answers encrypted by now."""

from __future__ import annotations

from enrichers.hiring.board import Ask, Board, Certainty, addresses
from enrichers.hiring.job_posting import parse_page

BOARD = Board(
    kind="moka",
    certainty=Certainty.UNCONFIRMED,
    addresses=addresses(
        r"app\.mokahr\.com/((?:social-recruitment|campus[_-](?:apply|recruitment)|apply)/[\w-]+/\d+)"
    ),
    ask=lambda slug, _: Ask(f"https://app.mokahr.com/{slug}"),
    parse=lambda slug, body, today: parse_page(f"https://app.mokahr.com/{slug}", body, today),
)
