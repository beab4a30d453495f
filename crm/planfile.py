"""The plan file: a change set as JSON, reviewed by people and carried out by `apply`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TextIO

from pydantic import TypeAdapter, ValidationError

from accounts.change import Change, ChangeSet
from accounts.errors import ConfigError

FORMAT = "evergreen-plan"
VERSION = 1

_CHANGE_SET = TypeAdapter(ChangeSet)
_CHANGE = TypeAdapter(Change)
_AGAIN = "Make the plan again with `evergreen nightly` (a dry run writes one)."


class Hash(Protocol):
    """What a digest is made with."""

    def update(self, data: bytes, /) -> None:
        """Takes more in."""
        ...


def write_plan(path: Path, change_set: ChangeSet) -> Path:
    """Writes a change set as a plan file in one step and returns its path. Changes are written one by one: there may be millions."""
    bare = _CHANGE_SET.dump_python(replace(change_set, changes=()), mode="json")
    digest = hashlib.sha256()
    draft = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("w", encoding="utf-8") as file:
        file.write(f'{{"format": {json.dumps(FORMAT)}, "version": {VERSION},\n"change_set": {{')
        for place, key in enumerate(sorted(bare)):
            file.write(f"{',' if place else ''}\n {json.dumps(key)}: ")
            digest.update(f"{',' if place else '{'}{json.dumps(key)}:".encode())
            if key == "changes":
                _write_changes(file, digest, change_set)
            else:
                file.write(json.dumps(bare[key], ensure_ascii=False))
                digest.update(_sorted(bare[key]))
        digest.update(b"}")
        file.write(f'}},\n"digest": "{digest.hexdigest()}"}}\n')
    return draft.replace(path)


def _write_changes(file: TextIO, digest: Hash, change_set: ChangeSet) -> None:
    file.write("[")
    digest.update(b"[")
    for number, change in enumerate(change_set.changes):
        plain = _CHANGE.dump_python(change, mode="json")
        file.write(("," if number else "") + "\n  " + json.dumps(plain, ensure_ascii=False))
        digest.update((b"," if number else b"") + _sorted(plain))
    file.write("]")
    digest.update(b"]")


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
    return hashlib.sha256(_sorted(body)).hexdigest()


def _sorted(thing: Any) -> bytes:
    text = json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
