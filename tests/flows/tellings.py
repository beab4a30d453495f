"""A source of articles and postings that a test scripts, and nights over a CRM of a few companies."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.account import Account, Company
from accounts.link import Candidate
from accounts.observation import Evidence, Signal
from accounts.telling import Article, BoardLook, Posting
from enrichers.base import Answer, Reading
from flows.night import NightOptions, run_night
from flows.report import RunReport
from flows.services import open_services
from warehouse.snapshot import open_snapshot

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
COLUMNS = (
    "id", "name", "legal_name", "website", "country", "industry", "employees", "key_executives", "enr_last_signals",
    "enr_hiring_trend", "enr_business_needs", "enr_score", "enr_tier", "enr_brief", "enr_freshness", "enr_enriched_at",
)  # fmt: skip
ACCOUNTS = (
    {"id": "L1", "name": "Larkmoor", "website": "https://larkmoor.example", "country": "GB", "industry": "Optics", "key_executives": "Jo Fenn"},
    {"id": "B2", "name": "蓝谷传感技术有限公司", "website": "https://languchuangan.example", "country": "CN"},
    {"id": "Q3", "name": "Quillhaven Foods", "website": "https://quillhaven.example", "country": "US"},
)  # fmt: skip


class Teller:
    """A source of tellings; the test puts readings in by account."""

    name = "news"
    provides = frozenset({"funding", "executive_change"})
    needs: frozenset[str] = frozenset()
    cost = 0.0
    licence = "test"
    every_days = 1

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.asked = 0

    def search(self, account: Account) -> Answer[Candidate]:
        site = account.get("website") or ""
        company = Company(id=site, names=(account.get("name") or "",), websites=(site,))
        return Answer.of((Candidate("news", company, site, stated=True),))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        self.asked += 1
        return Answer.of((self.readings.get(account.id, Reading()),))


class Tellings:
    """A folder with a CRM, a scripted source, and nights over them."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder, self.teller, self.now = folder, Teller(), START
        self.file, self.config = folder / "accounts.csv", folder / "evergreen.toml"
        self.config.write_text(f'[crm]\nkind = "file"\npath = "accounts.csv"\n{settings}', encoding="utf-8")
        with self.file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(ACCOUNTS)

    def night(self, days: int = 1) -> RunReport:
        """One applied night, so many days after the last."""
        self.now += timedelta(days=days)
        with open_services(self.config, as_of=self.now.isoformat(), offline=True) as services:
            return run_night(replace(services, sources=(self.teller,)), NightOptions(apply=True))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the published snapshot answers."""
        with closing(open_snapshot(self.folder / ".evergreen")) as snapshot:
            return snapshot.rows(query)

    def cells(self) -> dict[str, dict[str, str]]:
        """The CRM's rows by id."""
        with self.file.open(encoding="utf-8", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def article(
        self,
        account_id: str,
        title: str,
        text: str = "",
        *,
        days_ago: int = 1,
        own: bool = True,
        url: str = "",
    ) -> Article:
        """An article as a source hands it over."""
        at = self.now - timedelta(days=days_ago)
        site = next(a["website"] for a in ACCOUNTS if a["id"] == account_id)
        address = url or f"{site}/news/{abs(hash(title)) % 10_000}"
        return Article(account_id, "news", site, title, text, Evidence(address, title, self.now), at, own)

    def tell(
        self, account_id: str, *articles: Article, signals: tuple[Signal, ...] = (), postings: tuple[Posting, ...] = (),
        looks: tuple[BoardLook, ...] = (),
    ) -> None:  # fmt: skip
        """What the source says of an account from now on."""
        self.teller.readings[account_id] = Reading((), signals, None, articles, postings, looks)

    def roles(
        self, account_id: str, titles: list[str], *, collector: str = "greenhouse/1", complete: bool = True,
        more: Callable[[int], dict[str, Any]] = lambda _: {},
    ) -> None:  # fmt: skip
        """The roles a board shows in the next night."""
        seen = self.now + timedelta(days=1)
        postings = tuple(
            Posting(
                account_id,
                "news",
                "greenhouse:x",
                f"{i}-{t}",
                t,
                f"https://boards.example/{i}",
                seen,
                **more(i),
            )
            for i, t in enumerate(titles)
        )
        look = BoardLook(account_id, "news", "greenhouse:x", seen, len(titles), collector, complete)
        self.tell(account_id, postings=postings, looks=(look,))
