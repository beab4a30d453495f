"""The `match` commands on CSV files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from accounts.errors import ConfigError
from matchers.attributes import by_weight
from matchers.names import Name, parse_all
from matchers.pairs import Answer, PairMatcher
from matchers.rivals import weigh_rivals
from matchers.rows import NEEDED, company_of
from matchers.workers import cores, share_out, without_collector

if TYPE_CHECKING:
    from matchers.clusters import Report

_BATCH = 20_000
_WORTH_SHARING = 4_000
"""Pairs below which another process costs more than it brings."""

csv.field_size_limit(1 << 24)


def read_table(path: Path, needed: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    """Columns and rows of a CSV file; blank cells are empty strings.

    Raises ConfigError where it is not UTF-8 or a needed column is missing.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(line.replace("\0", "") for line in file)
            columns = [c for c in reader.fieldnames or [] if c is not None]
            rows = [{c: row.get(c) or "" for c in columns} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read as a table: {error}.", remedy="Save it as CSV in UTF-8.", path=path
        ) from error
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ConfigError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(columns) or 'none'}.",
            remedy="Name the columns as `evergreen match --help` says.",
            path=path,
        )
    return columns, rows


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Writes a CSV file in UTF-8."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def match_pairs(source: Path, target: Path) -> dict[str, int]:
    """Scores a file of name pairs; returns how many of each decision.

    Rows with one left name and several right ones are candidates for one place, and weighed against each other.
    """
    columns, rows = read_table(source, ("left", "right"))
    with without_collector():
        left, right = parse_all([r["left"] for r in rows]), parse_all([r["right"] for r in rows])
        matcher, named = PairMatcher([*left, *right]), list(zip(left, right, strict=True))
        answers = weigh_rivals(named, answers_of(matcher, named), matcher.scores)
    counts: Counter[str] = Counter()
    said: list[dict[str, object]] = []
    for row, answer in zip(rows, answers, strict=True):
        counts[answer.decision] += 1
        said.append({
            **row, "probability": answer.probability, "decision": answer.decision,
            "grade": answer.grade, "reason": answer.reason,
        })  # fmt: skip
    given = [c for c in columns if c not in ("probability", "decision", "grade", "reason")]
    write_table(target, [*given, "probability", "decision", "grade", "reason"], said)
    return {"pairs": len(rows), **{d: counts[d] for d in ("accept", "review", "reject")}}


def answers_of(matcher: PairMatcher, pairs: Sequence[tuple[Name, Name]]) -> list[Answer]:
    """`matcher.answers` of many pairs, shared out among the processors where that pays."""

    def some(part: range) -> list[Answer]:
        batches = (pairs[at : min(at + _BATCH, part.stop)] for at in range(part.start, part.stop, _BATCH))
        return [answer for batch in batches for answer in matcher.answers(batch)]

    copies = min(cores(), max(1, len(pairs) // _WORTH_SHARING))
    edges = [len(pairs) * n // copies for n in range(copies + 1)]
    parts = [range(low, high) for low, high in pairwise(edges)]
    return [answer for part in share_out(some, parts) for answer in part]


def match_link(left_path: Path, right_path: Path, target: Path) -> dict[str, int]:
    """Links each row of one table to its company in another; returns how many of each decision."""
    from matchers import linking  # noqa: PLC0415 - `match pairs` does without

    left = [company_of(row) for row in read_table(left_path, NEEDED)[1]]
    right = [company_of(row) for row in read_table(right_path, NEEDED)[1]]
    answers, compared = linking.link_tables(left, right)
    by_left = {answer.left: answer for answer in answers}
    names = linking.name_reasons(left, right, answers)
    counts: Counter[str] = Counter()
    said: list[dict[str, object]] = []
    for at, company in enumerate(left):
        answer = by_left.get(at)
        if answer is None:
            counts["no candidate"] += 1
            said.append(
                {"left_id": company.id, "decision": "reject", "probability": 0.0, "reason": "no candidate"}
            )
            continue
        grades = linking.grades_of(compared, answer.at)
        decision = linking.decision_of(answer.probability, grades)
        counts[decision] += 1
        reason = "; ".join([*(e.words for e in by_weight(compared.evidence[answer.at])), names[at]])
        said.append({
            "left_id": company.id, "right_id": right[answer.right].id, "probability": answer.probability,
            "decision": decision, "grades": " ".join(f"{k}:{g}" for k, g in grades.items()), "reason": reason,
            "runner_up_id": right[answer.runner_up].id if answer.runner_up >= 0 else "",
            "runner_up_probability": answer.runner_up_probability if answer.runner_up >= 0 else "",
        })  # fmt: skip
    write_table(target, LINK_COLUMNS, said)
    return {"rows": len(left), **{d: counts[d] for d in ("accept", "review", "reject", "no candidate")}}


LINK_COLUMNS = (
    "left_id", "right_id", "probability", "decision", "grades", "reason", "runner_up_id", "runner_up_probability",
)  # fmt: skip


def match_dedupe(source: Path, target: Path) -> dict[str, int]:
    """Groups the rows of one table; returns how many rows and clusters, and how many rows have a double."""
    return match_dedupe_and_report(source, target)[0]


def match_dedupe_and_report(source: Path, target: Path) -> tuple[dict[str, int], Report]:
    """As `match_dedupe`, and how the table was searched."""
    from matchers import clusters  # noqa: PLC0415

    companies = [company_of(row) for row in read_table(source, NEEDED)[1]]
    found, report = clusters.dedupe_and_report(companies)
    rows = [
        {"id": company.id, "cluster_id": cluster, "probability": chance}
        for company, (cluster, chance) in zip(companies, found, strict=True)
    ]
    write_table(target, ("id", "cluster_id", "probability"), rows)
    sizes = Counter(cluster for cluster, _ in found)
    doubled = sum(size for size in sizes.values() if size > 1)
    return {"rows": len(rows), "clusters": len(sizes), "rows with a double": doubled}, report
