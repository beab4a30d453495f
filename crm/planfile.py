"""The plan file: a change set as JSON, reviewed by people and carried out by `apply`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from accounts.change import ChangeSet
from accounts.errors import ConfigError

FORMAT = "evergreen-plan"
VERSION = 1

_CHANGE_SET = TypeAdapter(ChangeSet)
_AGAIN = "Make the plan again with `evergreen nightly` (a dry run writes one)."


def write_plan(path: Path, change_set: ChangeSet) -> Path:
    """Writes a change set as a plan file in one step and returns its path."""
    body = _CHANGE_SET.dump_python(change_set, mode="json")
    plan = {"format": FORMAT, "version": VERSION, "digest": _digest(body), "change_set": body}
    draft = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(plan, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return draft.replace(path)


def read_plan(path: Path) -> ChangeSet:
    """The change set in a plan file.

    Raises ConfigError, saying what to do: no such file, not a plan, another version, edited by hand or half written.
    """
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no plan {path}.", remedy="`evergreen runs` lists them.", path=path
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not a plan file: {error}.", remedy=_AGAIN, path=path) from error
    if not isinstance(plan, dict) or plan.get("format") != FORMAT:
        raise ConfigError(f"{path} is not a plan file.", remedy=_AGAIN, path=path)
    if plan.get("version") != VERSION:
        raise ConfigError(
            f"{path} is a plan of version {plan.get('version')!r}; this program reads version {VERSION}.",
            remedy=_AGAIN,
            path=path,
        )
    body = plan.get("change_set")
    if plan.get("digest") != _digest(body):
        raise ConfigError(
            f"{path} was changed after it was written: its digest does not fit.",
            remedy=f"Say what to leave out with `evergreen review reject`, not by editing the file. {_AGAIN}",
            path=path,
        )
    try:
        return _CHANGE_SET.validate_json(json.dumps(body))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ConfigError(f"{path}: {where} {fault['msg']}.", remedy=_AGAIN, path=path, key=where) from error


def _digest(body: Any) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
