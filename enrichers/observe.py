"""How a text becomes an observation: every source builds its observations here, and nowhere else."""

from __future__ import annotations

from datetime import datetime

from accounts.catalogue import Catalogue
from accounts.observation import Evidence, Observation
from accounts.values import Hints, no_hints
from accounts.values.base import tidy

_LONGEST_PASSAGE = 600


def observe(
    catalogue: Catalogue,
    account_id: str,
    field: str,
    text: str,
    *,
    source: str,
    record_id: str,
    evidence: Evidence,
    confidence: float,
    extractor: str,
    at: datetime,
    hints: Hints = no_hints,
    kind: str | None = None,
    display: str | None = None,
) -> Observation | None:
    """The observation a text makes for a field, or None where the text is no value of that field.

    `text` is as printed; value and key are what the field's type makes of it under `hints`. `confidence` is cut
    to 0–1. `display` defaults to the tidied text. Raises UnknownField where the catalogue has no such field.
    """
    value_type = catalogue[field].value_type
    value = value_type.canonical(text, hints)
    if value is None:
        return None
    return Observation(
        account_id=account_id,
        field=field,
        value=value,
        key=value_type.key(text, hints),
        source=source,
        record_id=record_id,
        evidence=evidence,
        confidence=min(1.0, max(0.0, confidence)),
        extractor=extractor,
        observed_at=at,
        kind=kind,
        display=display if display is not None else tidy(text),
    )


def passage(text: str, longest: int = _LONGEST_PASSAGE) -> str:
    """A text as an evidence passage: tidied, and cut at `longest` characters with an ellipsis.

    >>> passage("  Call us:   303.333.PAUL ")
    'Call us: 303.333.PAUL'
    """
    tidied = tidy(text[: longest * 4])
    return tidied if len(tidied) <= longest else tidied[: longest - 1].rstrip() + "…"
