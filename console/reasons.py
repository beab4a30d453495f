"""Reasons in the reader's language. A run writes them in English; in Chinese they are put together anew from the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.wording import Words, strings

Row = Mapping[str, Any]


def because(words: Words, row: Row) -> str:
    """Why a change is asked, held or written: `row` is a review question or a change."""
    told = str(row["reason"] or "")
    key = f"because.{row['code']}"
    if words.lang == "en":
        return told
    ours = row.get("crm_value", row.get("base"))
    age = row.get("crm_age_days", row.get("base_age_days"))
    standing = words("because.standing", value=ours) if ours else words("because.blank")
    aged = words("because.aged", n=age) if age is not None and ours else ""
    proposed = row.get("proposed", row.get("value"))
    evidence = ""
    if proposed and row["code"] != "link_unsure":
        sure = "" if row.get("confidence") is None else words("because.sure", p=f"{row['confidence']:.0%}")
        evidence = (
            words("because.evidence", value=proposed, sources="、".join(row.get("sources") or ())) + sure
        )
    return f"{standing}{aged}{evidence}{words(key if key in strings() else 'because.end')}"


def why_lost(words: Words, loser: Row) -> str:
    """Why an observed value did not survive."""
    told = str(loser.get("reason") or "")
    if words.lang == "en":
        return told
    if told.endswith("is not written"):
        return words("lost.kind", kind=words.name("type", loser.get("kind")))
    return words("lost.superseded" if told.startswith("a newer") else "lost.lower")


def why_stale(words: Words, row: Row) -> str:
    """Why a field is in its state: `row` is of the stale list or of an explanation."""
    told = str(row.get("reason") or row.get("why") or "")
    status, age, ttl = row["status"], row["age_days"], row.get("ttl_days")
    if words.lang == "en" or status not in ("expired", "fresh", "due", "missing", "asked"):
        return told
    if status in ("expired", "fresh") and age is not None:
        return words(f"why.{status}", age=age) + (words("why.ttl", ttl=ttl) if ttl is not None else "")
    return words(f"why.{status}", age="–")


def what_would_change(words: Words, field: Row) -> str:
    """What has to happen for a field of an explanation to change."""
    told = str(field["what_would_change_it"])
    if words.lang == "en":
        return told
    if field["column"] is None:
        return words("change.no_column")
    decision = field["decision"] or {}
    if decision.get("verdict") in ("review", "hold"):
        return words(f"change.{decision['verdict']}", code=words.name("code", decision["code"]))
    return words("change.blank" if field["crm_value"] is None else "change.better")
