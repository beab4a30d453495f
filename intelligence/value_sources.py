"""Where the main values come from, for reps: a line each with value, month last seen and sources; and the way to the account's page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from accounts.catalogue import Catalogue
from accounts.golden import GoldenValue
from intelligence.brief_text import Lang, shortened
from intelligence.fields import Said

#: The fields a rep asks about first, in that order.
_MAIN = (
    "phone",
    "website",
    "email",
    "street",
    "city",
    "country",
    "employees",
    "industry",
    "revenue",
    "legal_name",
)
_SEEN = {"en": "seen", "zh": "见于"}


def value_sources(golden: Mapping[str, GoldenValue], catalogue: Catalogue, lang: Lang) -> Said | None:
    """One line per main value. Told by the month, so that a value seen again tomorrow is no change."""
    lines = []
    for name in _MAIN:
        held = golden.get(name)
        if held is None:
            continue
        label = catalogue[name].label_zh if lang == "zh" else catalogue[name].label_en
        sources = ", ".join(held.sources)
        lines.append(
            f"{label}: {shortened(held.display or held.value, 120)} · {_SEEN[lang]} {held.observed_at:%Y-%m} · {sources}"
        )
    return (
        Said("value_sources", "\n".join(lines), f"{len(lines)} values with their sources") if lines else None
    )


def account_page(base: str, account_id: str) -> Said | None:
    """The address of the account's page in the console; None where the configuration does not say where that is."""
    if not base:
        return None
    return Said("account_page", f"{base.rstrip('/')}/accounts/{quote(account_id, safe='')}", "the console")
