"""Erasure in the folders of runs: plans, import files and shards lose the rows concerned, reports are removed whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from accounts.errors import ConfigError
from crm.planfile import read_plan, write_plan
from warehouse.erasure import Target
from warehouse.erasure_files import told_in_file


def erase_run_files(runs: Path, target: Target, *, dry: bool = False) -> int:
    """Mends or removes every file of every run that tells of the target; returns how many there were."""
    count = 0
    for path in sorted(p for p in runs.rglob("*") if p.is_file()):
        mend: Callable[[Path, Target], str | None] = _MENDS.get(path.name) or _MENDS.get(path.suffix, _remove)
        text = mend(path, target)
        if text is None:
            continue
        count += 1
        if dry:
            continue
        if text:
            draft = path.with_name(f"{path.name}.part")
            draft.write_bytes(text.encode("utf-8", "surrogateescape"))
            draft.replace(path)
        else:
            path.unlink()
    return count


def _remove(path: Path, target: Target) -> str | None:
    """Nothing of a file that tells the name: reports, and whatever else lies there, are made to be read, not kept."""
    return "" if told_in_file(path, target) else None


def _plan(path: Path, target: Target) -> str | None:
    """A plan without the changes concerned, under a new digest; one that cannot be read goes where it tells the name."""
    try:
        change_set = read_plan(path)
    except ConfigError:
        return _remove(path, target)
    kept = tuple(c for c in change_set.changes if not target.owns(c.account_id, repr(c)))
    if len(kept) == len(change_set.changes):
        return None
    draft = write_plan(path.with_name(".plan.part"), replace(change_set, changes=kept))
    text = draft.read_text(encoding="utf-8")
    draft.unlink()
    return text


def _table(path: Path, target: Target) -> str | None:
    """An import file without the rows concerned; its first column is the account's id."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    rows = list(csv.reader(io.StringIO(text.removeprefix(bom), newline="")))
    kept = [r for n, r in enumerate(rows) if n == 0 or not r or not target.owns(r[0], " | ".join(r))]
    if len(kept) == len(rows):
        return None
    out = io.StringIO(newline="")
    csv.writer(out).writerows(kept)
    return bom + out.getvalue()


def _lines(path: Path, target: Target) -> str | None:
    """A dead run's rows, waiting to be loaded, without those concerned; a line cut short goes with them."""
    lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
    kept = [line for line in lines if not _owned(line, target)]
    return None if len(kept) == len(lines) else "".join(kept) or "\n"


def _owned(line: str, target: Target) -> bool:
    try:
        account = json.loads(line)["account_id"]
    except (ValueError, KeyError, TypeError):
        account = ""
    return target.owns(str(account), line) or (not account and target.text in line)


_MENDS: dict[str, Callable[[Path, Target], str | None]] = {
    "plan.json": _plan, "changes.csv": _table, ".ndjson": _lines,
}  # fmt: skip
