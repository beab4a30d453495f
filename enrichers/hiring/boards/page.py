"""A page of the company's own that marks its roles up as schema.org JobPosting. Source: https://schema.org/JobPosting"""

from __future__ import annotations

from enrichers.hiring.board import Ask, Board, Certainty
from enrichers.hiring.job_posting import parse_page

BOARD = Board(
    kind="page", certainty=Certainty.DOCUMENTED, addresses=(), ask=lambda slug, _: Ask(slug), parse=parse_page
)
