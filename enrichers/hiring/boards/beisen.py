"""北森 (Beisen): the page of a careers site, read for its JSON-LD. Unconfirmed: there is no public contract of an interface."""

from __future__ import annotations

from enrichers.hiring.board import Ask, Board, Certainty, addresses
from enrichers.hiring.job_posting import parse_page

BOARD = Board(
    kind="beisen",
    certainty=Certainty.UNCONFIRMED,
    addresses=addresses(r"([\w-]+\.(?:zhiye\.com|italent\.cn))(?:/|$|\?)"),
    ask=lambda slug, _: Ask(f"https://{slug}/"),
    parse=lambda slug, body, today: parse_page(f"https://{slug}/", body, today),
)
