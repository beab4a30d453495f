"""Environments of the peers: each group of packages gets one of its own under `build/peers`, made when first asked for."""

from __future__ import annotations

import re
import subprocess
import venv
from pathlib import Path

from bench.figure import Unavailable

_LISTS = Path(__file__).parent / "peers"
_HOME = Path(__file__).resolve().parent.parent / "build" / "peers"


def python_of(group: str) -> Path:
    """The interpreter of a group's environment: `peers/GROUP.txt` lists its packages.

    Raises Unavailable with the last line of pip where they cannot be installed.
    """
    listed, home = _LISTS / f"{group}.txt", _HOME / group
    python, made = home / "bin" / "python", home / "made"
    if made.exists() and made.read_text(encoding="utf-8") == listed.read_text(encoding="utf-8"):
        return python
    venv.create(home, clear=True, with_pip=True)
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        str(listed),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{group}: {(done.stderr.strip().splitlines() or ['pip failed'])[-1][:200]}")
    made.write_text(listed.read_text(encoding="utf-8"), encoding="utf-8")
    return python


def versions(group: str) -> dict[str, str]:
    """The peers' versions as installed, by package; empty where the environment was never made."""
    python = _HOME / group / "bin" / "python"
    listed = (_LISTS / f"{group}.txt").read_text(encoding="utf-8").split()
    names = [re.split("[<>=~!]", wanted)[0] for wanted in listed]
    if not (_HOME / group / "made").exists():
        return {}
    script = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    said = subprocess.run([str(python), "-c", script, *names], capture_output=True, text=True, check=True)
    return dict(zip(names, said.stdout.split(), strict=True))
