"""Job boards in their own shapes: Greenhouse and Lever."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
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
    return f"https://api.lever.co/v0/postings/{token}?mode=json"


def board(firm: Firm, seed: int, now: datetime) -> bytes:
    """The open jobs; their number goes with the headcount."""
    rng = dice(seed, "jobs", firm.number, firm.employees)
    jobs = [rng.choice(_TITLES) for _ in range(rng.randint(0, 2 + firm.employees // 60))]
    shape = _greenhouse if firm.board == "greenhouse" else _lever
    return json.dumps(shape(firm, jobs, now)).encode()


def _greenhouse(firm: Firm, jobs: list[tuple[str, str, str]], now: datetime) -> dict[str, Any]:
    token = board_token(firm)
    rows: list[dict[str, Any]] = [
        {
            "id": firm.number * 100 + i, "internal_job_id": firm.number * 100 + i, "title": title,
            "absolute_url": f"https://boards.greenhouse.io/{token}/jobs/{firm.number * 100 + i}",
            "updated_at": (now - timedelta(days=3 * i)).isoformat(), "first_published": (now - timedelta(days=9 * i + 4)).isoformat(),
            "requisition_id": None, "location": {"name": firm.place.city}, "language": "en", "metadata": [],
            "content": f"&lt;p&gt;{text}&lt;/p&gt;", "departments": [{"id": 1, "name": team, "parent_id": None, "child_ids": []}],
            "offices": [{"id": 1, "name": firm.place.city, "location": firm.place.city}], "company_name": firm.naming.name,
        }
        for i, (title, team, text) in enumerate(jobs)
    ]  # fmt: skip
    return {"jobs": rows, "meta": {"total": len(rows)}}


def _lever(firm: Firm, jobs: list[tuple[str, str, str]], now: datetime) -> list[dict[str, Any]]:
    token = board_token(firm)
    return [
        {
            "id": f"{firm.number:08x}-{i:04x}", "text": title,
            "categories": {"location": firm.place.city, "commitment": "Full-time", "team": team, "department": team, "allLocations": [firm.place.city]},
            "country": firm.country, "descriptionPlain": text, "lists": [], "additionalPlain": "",
            "hostedUrl": f"https://jobs.lever.co/{token}/{firm.number:08x}-{i:04x}",
            "applyUrl": f"https://jobs.lever.co/{token}/{firm.number:08x}-{i:04x}/apply", "workplaceType": "unspecified",
            "createdAt": int((now - timedelta(days=9 * i + 4)).timestamp() * 1000),
        }
        for i, (title, team, text) in enumerate(jobs)
    ]  # fmt: skip
