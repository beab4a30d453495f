"""The night's time by stage and its peak memory, on the bundled sample and, where it is there, on the real night."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
NIGHTS = {"sample": ROOT / "demo" / "sample", "real": ROOT.parent / "shared" / "data" / "night"}


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for name, source in NIGHTS.items():
        if (source / "web.jsonl").exists():
            figures += one_night(name, source, folder / name)
    return figures


def one_night(name: str, source: Path, folder: Path) -> list[Figure]:
    folder.mkdir()
    shutil.copyfile(source / "accounts.csv", folder / "accounts.csv")
    (folder / "evergreen.toml").write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("evergreen")), "nightly", "--apply", "--no-prefect", "--json",
        "--replay", str(source / "web.jsonl"), "--as-of", "2026-11-22",
    ]  # fmt: skip
    began = time.perf_counter()
    told = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=folder, text=True).stdout)
    wall = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note = f"{told['counts']['accounts']} accounts, {told['counts']['requests']} requests"
    stages = [Figure(f"{name} night: {stage}", seconds, "s") for stage, seconds in told["seconds"].items()]
    return [
        Figure(f"{name} night, whole process", round(wall, 2), "s", 180, note),
        *stages,
        Figure(f"{name} night, peak memory so far", round(peak), "MB"),
    ]
