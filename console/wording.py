"""The interface's words in English and Chinese, read from `strings.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")


@cache
def strings() -> Mapping[str, tuple[str, str]]:
    """Every string by its key, as (English, Chinese)."""
    text = resources.files("console").joinpath("strings.yml").read_text(encoding="utf-8")
    return {
        f"{group}.{key}": (str(pair[0]), str(pair[1]))
        for group, entries in yaml.safe_load(text).items()
        for key, pair in entries.items()
    }


class Words:
    """The interface in one language: `words("overview.title")`, with `{named}` places filled."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._at = LANGS.index(lang)

    def __call__(self, key: str, **places: Any) -> str:
        """The text of a key. Raises KeyError for a key that does not exist."""
        text = strings()[key][self._at]
        return text.format(**places) if places else text

    def name(self, group: str, code: Any) -> str:
        """The name of a code (`state.expired`); the code itself where it has none."""
        pair = strings().get(f"{group}.{code}")
        return pair[self._at] if pair else str(code or "").replace("_", " ")

    def label(self, row: Mapping[str, Any]) -> str:
        """A field's label out of a row with `label_en`, `label_zh` and `field`."""
        return str(row.get(f"label_{self.lang}") or row.get("label_en") or row.get("field") or "")


def wanted_language(chosen: str | None, accepted: str) -> Lang:
    """The language a person chose, else the first of ours their browser asks for, else English."""
    if chosen in LANGS:
        return chosen
    for part in accepted.lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en"
