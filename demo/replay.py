"""Writes a night of the world as a replay: `web.jsonl` with its bodies beside it, for `evergreen nightly --replay`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from demo.world import World


def write_night(world: World, folder: Path) -> Path:
    """Writes tonight's answers under a folder and returns the replay file, `night-NNN.jsonl`.

    Bodies are named by their SHA-256 and shared between nights: only what changed is written anew.
    """
    bodies = folder / "bodies"
    bodies.mkdir(parents=True, exist_ok=True)
    known = {entry.name for entry in bodies.iterdir()}
    path = folder / f"night-{world.night:03d}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for reply in world.replies():
            line = {"url": reply.url, "status": reply.status, "headers": dict(reply.headers)}
            if reply.body:
                name = hashlib.sha256(reply.body).hexdigest()[:24]
                if name not in known:
                    (bodies / name).write_bytes(reply.body)
                    known.add(name)
                line["file"] = f"bodies/{name}"
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
