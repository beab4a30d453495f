"""Everything a page shows of one account, read from the snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from console.charts import lines
from console.snapshots import Reading, as_json
from console.wording import Words
from flows.explaining import Explanation, explain

#: Fields of the golden record shown first, in this order; the rest follow by label.
_FIRST = (
    "name", "legal_name", "website", "phone", "email", "street", "city", "region", "postcode", "country", "industry",
    "employees", "founded", "uscc", "parent",
)  # fmt: skip
#: Fields that are shown in panels of their own.
_APART = frozenset(
    {"technologies", "last_signals", "hiring_trend", "business_needs", "score", "tier", "brief"}
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One account: the fields explained, and what the world tells of it."""

    account: Row
    told: Explanation
    fields: Sequence[Row]
    stories: Sequence[Row]
    hiring: Row | None
    hiring_chart: Markup | None
    hiring_points: Sequence[tuple[str, float]]
    technologies: Sequence[Row]
    score: Row | None
    brief: Mapping[str, Row]
    family: Mapping[str, Sequence[Row]]

    @property
    def states(self) -> Mapping[str, int]:
        """How many fields the CRM holds stand in each state."""
        counts: dict[str, int] = {}
        for field in self.fields:
            if field["status"]:
                counts[field["status"]] = counts.get(field["status"], 0) + 1
        return counts


def read_record(reading: Reading, account_id: str, words: Words) -> Record:
    """The record of an account. Raises ConfigError for one nobody knows."""
    with reading.hand() as hand:
        told = explain(hand, account_id)
    by = {"a": told.account_id}
    hiring = reading.row("SELECT * FROM hiring WHERE account_id = $a", by)
    points = hiring_points(as_json(hiring["series"], []) if hiring else [])
    return Record(
        account=reading.row("SELECT * FROM crm_account WHERE account_id = $a", by) or {},
        told=told,
        fields=sorted((f for f in told.fields if f["field"] not in _APART), key=lambda f: _place(f, words)),
        stories=_stories(reading, told.account_id),
        hiring=_hiring(hiring),
        hiring_chart=_chart(points, words),
        hiring_points=points,
        technologies=reading.ask("technologies", {"account": told.account_id}),
        score=_score(reading, by),
        brief=_brief(reading, by),
        family=_family(reading, told),
    )


def _place(field: Row, words: Words) -> tuple[int, str]:
    name = field["field"]
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), words.label(field))


def _stories(reading: Reading, account_id: str) -> Sequence[Row]:
    """Stories where there are any, else the signals they would be made of."""
    found = reading.rows(
        "SELECT id, event_class, status, title, coalesce(happened_on, first_told_at::DATE) AS on_day, last_told_at, "
        "sources, urls, confidence, because, true AS told FROM story WHERE account_id = $a ORDER BY on_day DESC NULLS LAST LIMIT 30",
        {"a": account_id},
    )
    return found or reading.rows(
        "SELECT any_value(id) AS id, signal_class AS event_class, any_value(status) AS status, title, "
        "min(coalesce(happened_on, observed_at::DATE)) AS on_day, max(observed_at) AS last_told_at, "
        "list(DISTINCT source) AS sources, list(DISTINCT url) AS urls, max(confidence) AS confidence, "
        "any_value(passage) AS because, false AS told FROM signal WHERE account_id = $a "
        "GROUP BY signal_class, title ORDER BY on_day DESC LIMIT 30",
        {"a": account_id},
    )


def _hiring(row: Row | None) -> Row | None:
    if row is None:
        return None
    parsed = {name: as_json(row[name], {}) for name in ("by_function", "by_place", "technologies", "needs")}
    return {**row, **{name: _counts(value) for name, value in parsed.items()}}


def _counts(value: Any) -> list[tuple[str, str]]:
    """Names with numbers, whatever shape the JSON has: a mapping, or a list of names or objects."""
    if isinstance(value, dict):
        return [
            (str(k), str(v) if isinstance(v, (int, float, str)) else "") for k, v in list(value.items())[:12]
        ]
    if isinstance(value, list):
        return [
            (str(v.get("name") or v.get("what") or ""), str(v.get("n") or v.get("count") or "")) if isinstance(v, dict)
            else (str(v), "")
            for v in value[:12]
        ]  # fmt: skip
    return []


def hiring_points(series: Any) -> list[tuple[str, float]]:
    """Days and open roles out of a series of pairs or of objects with a day and a number."""
    points: list[tuple[str, float]] = []
    for entry in (series.items() if isinstance(series, dict) else series) if series else ():
        values = list(entry.values()) if isinstance(entry, dict) else list(entry)
        days = [v for v in values if isinstance(v, str)]
        numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        if days and numbers:
            points.append((days[0][:10], float(numbers[0])))
    return sorted(points)[-60:]


def _chart(points: Sequence[tuple[str, float]], words: Words) -> Markup | None:
    if len(points) < 2:
        return None
    name = words("account.open_roles")
    return lines(name, [day[5:] for day, _ in points], {name: [n for _, n in points]}, height=170, width=420)


def _score(reading: Reading, by: Mapping[str, Any]) -> Row | None:
    row = reading.row('SELECT *, "value" AS points FROM score WHERE account_id = $a', by)
    if row is None:
        return None
    parts = as_json(row["parts"], [])
    return {**row, "parts": [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []}


def _brief(reading: Reading, by: Mapping[str, Any]) -> dict[str, Row]:
    rows = reading.rows("SELECT * FROM brief WHERE account_id = $a", by)
    return {row["lang"]: {**row, "sections": as_json(row["sections"], [])} for row in rows}


def _children(reading: Reading) -> dict[str, list[Row]]:
    """The accounts that name another account as their parent, by that account."""
    found: dict[str, list[Row]] = {}
    for row in reading.rows(
        "SELECT p.account_id AS parent_id, a.account_id, a.name FROM crm_value v "
        "JOIN (SELECT key, min(account_id) AS account_id FROM crm_value WHERE field = 'name' AND key IS NOT NULL GROUP BY key) p "
        "ON p.key = v.key JOIN crm_account a ON a.account_id = v.account_id "
        "WHERE v.field = 'parent' AND a.account_id <> p.account_id ORDER BY a.name"
    ):
        found.setdefault(row["parent_id"], []).append(row)
    return found


def _family(reading: Reading, told: Explanation) -> dict[str, Sequence[Row]]:
    """The parents an account names, and the accounts that name it."""
    parents = [f for f in told.fields if f["field"] in ("parent", "ultimate_parent")]
    children = reading.once("children", lambda: _children(reading)).get(told.account_id, ())
    return {"parents": list(parents), "children": children}
