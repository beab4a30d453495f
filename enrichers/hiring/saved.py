"""Saved answers of job boards, for `evergreen read`: one reader a board system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from enrichers.hiring.board import Board
from enrichers.hiring.boards import boards
from enrichers.hiring.lexicon import function_of
from enrichers.readers import Reader, reader

_NO_DAY = date.min
"""Relative dates of a saved answer ("yesterday") mean nothing any more."""


def _reader_of(board: Board) -> Reader:
    def read(body: bytes) -> Iterator[dict[str, Any]]:
        for role in board.parse("saved", body, _NO_DAY).roles:
            yield {
                "id": role.id, "title": role.title, "department": role.department,
                "function": function_of(role.title, role.department), "place": role.place,
                "posted_on": role.posted_on if role.posted_on and role.posted_on.year > 1 else None,
                "url": role.url, "characters": len(role.text),
            }  # fmt: skip

    return read


for _board in boards():
    reader("job-page" if _board.kind == "page" else _board.kind)(_reader_of(_board))
