"""Job boards in their own shapes: Greenhouse and Lever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.companies import Firm
from demo.pages import board_token
from demo.words import dice

_TITLES = (
    ("Backend Engineer", "Engineering", "You know Python and PostgreSQL and like small changes."),
    ("Account Executive", "Sales", "You carry a number and write your own notes into Salesforce."),
    ("Warehouse Lead", "Operations", "You run the early shift and know SAP from the inside."),
    ("Data Analyst", "Finance", "You answer questions with SQL and Tableau."),
    ("Customer Success Manager", "Support", "You keep customers; Zendesk is open all day."),
)


def board_url(firm: Firm) -> str:
    """Where the company's board answers."""
    token = board_token(firm)
    if firm.board == "greenhouse":
        return f"https://boards-api.greenhouse.io/v1/boards/{token}/jobs?content=true"
    return f"https://api.lever.co/v0/postings/{token}?mode=json&skip=0&limit=100"


#: Share of the boards that surge, and the night they begin to.
_SURGES, SURGE_NIGHT = 0.15, 23
_FIRST = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """One open role; `number` stays its own while it is open, `days` is how long it has been put up."""

    number: int
    title: str
    team: str
    text: str
    days: int


def board(firm: Firm, seed: int, now: datetime) -> bytes:
    """The open jobs tonight; their number goes with the headcount, and a few boards surge."""
    shape = _greenhouse if firm.board == "greenhouse" else _lever
    return json.dumps(shape(firm, open_jobs(firm, seed, now), now)).encode()


def open_jobs(firm: Firm, seed: int, now: datetime) -> list[Job]:
    """The roles open on a day: each is put up on a day of its own and stays for weeks."""
    today = (now - _FIRST).days
    usual = 2 + min(firm.employees // 60, 30)
    jobs = []
    for number in range(usual):
        rng = dice(seed, "job", firm.number, number)
        stays, gap = rng.randint(25, 60), rng.randint(5, 20)
        round_of, age = divmod(today + 1000 + rng.randrange(80), stays + gap)
        if age < stays:
            jobs.append(_job(seed, firm, number + 1000 * (round_of % 90), age))
    if is_surging(seed, firm.number):
        for number in range(max(0, today - SURGE_NIGHT + 1) * max(4, usual // 2)):
            jobs.append(_job(seed, firm, 500_000 + number, min(today - SURGE_NIGHT, 30)))
    return jobs[:200]


def is_surging(seed: int, number: int) -> bool:
    """True for a company that begins to hire in earnest on the night of the surges."""
    return dice(seed, "surge", number).random() < _SURGES


def surges_on(world: Any, number: int) -> bool:
    """True where a company's board has surged by the world's present night."""
    return is_surging(world.seed, number) and world.night * world.days_apart >= SURGE_NIGHT


def _job(seed: int, firm: Firm, number: int, days: int) -> Job:
    title, team, text = dice(seed, "role", firm.number, number).choice(_TITLES)
    return Job(number, f"{title} {number % 1000 + 1}", team, text, days)


def _greenhouse(firm: Firm, jobs: list[Job], now: datetime) -> dict[str, Any]:
    token = board_token(firm)
    rows: list[dict[str, Any]] = [
        {
            "id": firm.number * 1_000_000 + job.number, "internal_job_id": firm.number * 1_000_000 + job.number, "title": job.title,
            "absolute_url": f"https://boards.greenhouse.io/{token}/jobs/{firm.number * 1_000_000 + job.number}",
            "updated_at": (now - timedelta(days=job.days // 3)).isoformat(), "first_published": (now - timedelta(days=job.days)).isoformat(),
            "requisition_id": None, "location": {"name": firm.place.city}, "language": "en", "metadata": [],
            "content": f"&lt;p&gt;{job.text}&lt;/p&gt;", "departments": [{"id": 1, "name": job.team, "parent_id": None, "child_ids": []}],
            "offices": [{"id": 1, "name": firm.place.city, "location": firm.place.city}], "company_name": firm.naming.name,
        }
        for job in jobs
    ]  # fmt: skip
    return {"jobs": rows, "meta": {"total": len(rows)}}


def _lever(firm: Firm, jobs: list[Job], now: datetime) -> list[dict[str, Any]]:
    token = board_token(firm)
    return [
        {
            "id": f"{firm.number:08x}-{job.number:06x}", "text": job.title,
            "categories": {"location": firm.place.city, "commitment": "Full-time", "team": job.team, "department": job.team, "allLocations": [firm.place.city]},
            "country": firm.country, "descriptionPlain": job.text, "lists": [], "additionalPlain": "",
            "hostedUrl": f"https://jobs.lever.co/{token}/{firm.number:08x}-{job.number:06x}",
            "applyUrl": f"https://jobs.lever.co/{token}/{firm.number:08x}-{job.number:06x}/apply", "workplaceType": "unspecified",
            "createdAt": int((now - timedelta(days=job.days)).timestamp() * 1000),
        }
        for job in jobs
    ]  # fmt: skip
