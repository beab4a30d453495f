"""Requests to a running night: "refresh this account now", answered at the next shard boundary.

A request is a file `requests/<name>.json`; its answer `requests/<name>.answer.json`. Both are written atomically.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.errors import WriterBusy

#: Seconds between two looks for an answer.
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """An account somebody wants refreshed while a run holds the warehouse."""

    name: str
    account: str
    apply: bool


def ask_running_night(
    home: Path, account: str, apply: bool, *, patience: float, try_again: Callable[[], Any]
) -> Any:
    """Leaves a request and waits: for the running night's answer, or for the warehouse to come free.

    `try_again` is called now and then; what it returns is returned. Raises WriterBusy when `patience` seconds pass.
    """
    folder = home / "requests"
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    request, answer = folder / f"{name}.json", folder / f"{name}.answer.json"
    _write(request, {"account": account, "apply": apply})
    ends = time.monotonic() + patience
    looks = 0
    try:
        while time.monotonic() < ends:
            if answer.exists():
                return json.loads(answer.read_text(encoding="utf-8"))
            looks += 1
            if looks % 10 == 0:
                try:
                    request.unlink(missing_ok=True)
                    return try_again()
                except WriterBusy:
                    _write(request, {"account": account, "apply": apply})
            time.sleep(_LOOK)
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)
    raise WriterBusy(
        f"A run has held the warehouse in {home} for {patience:.0f} seconds.",
        remedy="Ask again later, or pass --wait with more seconds.",
        path=home,
    )


def waiting_requests(home: Path) -> list[RefreshRequest]:
    """The requests left for the run that holds the warehouse; a broken one is dropped."""
    found = []
    for path in sorted((home / "requests").glob("*.json")):
        if path.name.endswith(".answer.json"):
            continue
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found.append(RefreshRequest(path.stem, str(told["account"]), bool(told["apply"])))
        except (OSError, ValueError, KeyError):
            path.unlink(missing_ok=True)
    return found


def answer_request(home: Path, request: RefreshRequest, answer: dict[str, Any]) -> None:
    """Leaves the answer to a request."""
    (home / "requests" / f"{request.name}.json").unlink(missing_ok=True)
    _write(home / "requests" / f"{request.name}.answer.json", answer)


def _write(path: Path, thing: dict[str, Any]) -> None:
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(thing, ensure_ascii=False, default=str), encoding="utf-8")
    partial.replace(path)
