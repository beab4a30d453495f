"""The `match` commands on CSV files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from accounts.errors import ConfigError
from matchers.names import parse_all
from matchers.pairs import PairMatcher

_BATCH = 20_000
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
    """Scores a file of name pairs; returns how many of each decision."""
    columns, rows = read_table(source, ("left", "right"))
    left, right = parse_all([r["left"] for r in rows]), parse_all([r["right"] for r in rows])
    matcher = PairMatcher([*left, *right])
    pairs = list(zip(left, right, strict=True))
    counts: Counter[str] = Counter()
    said: list[dict[str, object]] = []
    for at in range(0, len(pairs), _BATCH):
        for row, answer in zip(rows[at : at + _BATCH], matcher.answers(pairs[at : at + _BATCH]), strict=True):
            counts[answer.decision] += 1
            said.append({
                **row, "probability": answer.probability, "decision": answer.decision,
                "grade": answer.grade, "reason": answer.reason,
            })  # fmt: skip
    given = [c for c in columns if c not in ("probability", "decision", "grade", "reason")]
    write_table(target, [*given, "probability", "decision", "grade", "reason"], said)
    return {"pairs": len(rows), **{d: counts[d] for d in ("accept", "review", "reject")}}
