"""The pieces a brief is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh"]

MOST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids (observations, stories, `hiring` for the boards) and addresses it rests on."""

    text: str
    rests_on: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its sentences; `name` is the same in both languages."""

    name: str
    title: str
    sentences: tuple[Sentence, ...]


def shortened(text: str, most: int) -> str:
    """The text in one line, cut with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
