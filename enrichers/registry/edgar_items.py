"""Filings as signals: the items of Form 8-K are the filer's own label of what happened. A table, `data/edgar_items.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from accounts.observation import Evidence, Signal, SignalStatus
from enrichers.readers import reader
from enrichers.registry.edgar_parse import parse_filings
from enrichers.shapes import day, moment
from enrichers.web.response import Response

EXTRACTOR = "edgar-filings/1"
ARCHIVE = "https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{document}"
_CURRENT = "8-K"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a filing tells, with its item or form."""

    label: str
    signal_class: str
    title: str
    confidence: float
    status: SignalStatus
    contradicts: tuple[str, ...]


@cache
def _table() -> Mapping[str, Mapping[str, Told]]:
    text = (
        resources.files("enrichers.registry").joinpath("data", "edgar_items.yml").read_text(encoding="utf-8")
    )
    return {
        kind: {label: _told(label, row) for label, row in rows.items()}
        for kind, rows in yaml.safe_load(text).items()
    }


def _told(label: str, row: Mapping[str, Any]) -> Told:
    return Told(
        label, row["class"], row["title"], row["confidence"], SignalStatus(row.get("status", "asserted")),
        tuple(row.get("contradicts", ())),
    )  # fmt: skip


def filing_classes() -> frozenset[str]:
    """All classes filings may tell."""
    return frozenset(told.signal_class for rows in _table().values() for told in rows.values())


def filing_forms() -> frozenset[str]:
    """The forms that tell something: 8-K for its items, others by being filed."""
    return frozenset({_CURRENT, *_table()["forms"]})


def told_by(form: str, items: str) -> tuple[Told, ...]:
    """What a filing tells, each class once, the surest item of a class; amendments repeat and tell nothing.

    >>> [t.signal_class for t in told_by("8-K", "2.02,5.02,9.01")], told_by("8-K/A", "5.02")
    (['financial_results', 'executive_change'], ())
    """
    if form != _CURRENT:
        found = _table()["forms"].get(form)
        return (found,) if found else ()
    best: dict[str, Told] = {}
    for label in items.split(","):
        told = _table()["items"].get(label.strip())
        if told and (told.signal_class not in best or best[told.signal_class].confidence < told.confidence):
            best[told.signal_class] = told
    return tuple(best.values())


def filing_signals(
    account_id: str,
    source: str,
    cik: str,
    filings: Iterable[Mapping[str, str]],
    response: Response,
    since: date,
) -> Iterator[Signal]:
    """The signals of a registrant's filings since a day; evidence is the filing's own document."""
    for filing in filings:
        filed = day(filing["filingDate"])
        if filed is None or filed < since:
            continue
        for told in told_by(filing["form"], filing["items"]):
            number = filing["accessionNumber"]
            url = ARCHIVE.format(
                cik=cik,
                folder=number.replace("-", ""),
                document=filing["primaryDocument"] or f"{number}-index.html",
            )
            shown = f"Form {filing['form']}, {'item ' + told.label if filing['items'] else 'filed'} on {filed}: {told.title}"
            yield Signal(
                account_id, told.signal_class, f"{told.title} ({filing['form']}, {filed})", source, cik,
                Evidence(url, shown, response.fetched_at, f"/filings/recent/{number}", response.body_sha256),
                told.confidence, EXTRACTOR, response.fetched_at, status=told.status,
                happened_on=day(filing["reportDate"]) or filed, published_at=moment(filing["acceptanceDateTime"]),
                contradicts=told.contradicts, slots={"form": filing["form"], "item": told.label},
            )  # fmt: skip


@reader("edgar-events")
def read_events(body: bytes) -> Iterator[dict[str, Any]]:
    """What the filings of a submissions file tell: one row an event."""
    for filing in parse_filings(body):
        for told in told_by(filing["form"], filing["items"]):
            yield {
                "filed": filing["filingDate"], "form": filing["form"], "item": told.label, "class": told.signal_class,
                "status": told.status.value, "title": told.title, "filing": filing["accessionNumber"],
            }  # fmt: skip
