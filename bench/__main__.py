"""Runs the measurements, all or those named, each in a process of its own, and makes one report of them.

python -m bench [NAME ...] [--list]
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

from bench.report import kept, table, write_report

HERE = Path(__file__).parent


def main() -> None:
    names = measurements()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help=", ".join(names))
    parser.add_argument("--list", action="store_true", help="say what there is and stop")
    options = parser.parse_args()
    if options.list:
        print("\n".join(names))
        return
    for name in options.names or names:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "bench.one", name], check=False)
    chosen = [m for m in kept() if m.told["name"] in (options.names or names)]
    for m in chosen:
        print(f"\n{m.told['title']}{': ' + m.told['told'] if m.told['told'] else ''}\n")
        print(table(m.figures))
    print(f"\nThe report: {write_report()}")
    if any(figure.missed for m in chosen for figure in m.figures):
        sys.exit("A limit is missed; see the report.")


def measurements() -> list[str]:
    """The modules of this folder that define `measure`, found without importing them."""
    found = []
    for path in sorted(HERE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body):
            found.append(path.stem)
    return found


if __name__ == "__main__":
    main()
