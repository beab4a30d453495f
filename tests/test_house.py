"""The house rules that a machine can check: floors, sizes, names, packaging."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = [p for p in PROJECT["tool"]["setuptools"]["packages"] if "." not in p]

#: What each floor may import of ours; peers on one floor do not import each other.
FLOORS = {
    "accounts": set(),
    "crm": {"accounts"},
    "enrichers": {"accounts"},
    "matchers": {"accounts"},
    "warehouse": {"accounts"},
    "demo": {"accounts"},
    "intelligence": {"accounts", "warehouse"},
    "flows": {"accounts", "crm", "enrichers", "matchers", "warehouse", "intelligence", "demo"},
    "console": {"accounts", "crm", "enrichers", "matchers", "warehouse", "intelligence", "demo", "flows"},
    "cli": {
        "accounts",
        "crm",
        "enrichers",
        "matchers",
        "warehouse",
        "intelligence",
        "demo",
        "flows",
        "console",
    },
}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def test_every_package_has_a_floor() -> None:
    assert set(PACKAGES) == set(FLOORS)


@pytest.mark.parametrize("package", FLOORS)
def test_floors_import_only_what_lies_below(package: str) -> None:
    allowed = FLOORS[package] | {package}
    crossed = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / package).rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] in FLOORS and name.split(".")[0] not in allowed
    }
    assert not crossed


def test_prefect_is_imported_only_where_flows_wrap_it() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(n.split(".")[0] == "prefect" for n in imports(path))
        and not (path.parent.name == "flows" and path.name.startswith("prefect_"))
    ]
    assert not strays


def test_modules_are_small_and_named_for_something() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert not {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > 400}
    assert sorted(lengths.values())[len(lengths) // 2] <= 130
    nameless = {"util", "utils", "helper", "helpers", "misc", "common", "manager"}
    assert not [p for p in lengths if p.stem in nameless]


def test_the_distribution_lists_every_package_with_code() -> None:
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    there = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in sources() if path.name == "__init__.py"
    }
    assert there == listed


def test_no_top_level_name_clashes_with_an_installed_distribution() -> None:
    others = {
        name: owners
        for name, owners in importlib.metadata.packages_distributions().items()
        if set(owners) != {"evergreen-crm"}
    }
    assert not {name: others[name] for name in PACKAGES if name in others}


def test_data_files_ship_with_their_packages(tmp_path: Path) -> None:
    """Every tracked data file of a package is matched by a package-data pattern."""
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    packages = {p.replace(".", "/") for p in PROJECT["tool"]["setuptools"]["packages"]}
    lost = []
    for line in tracked.stdout.splitlines():
        path = Path(line)
        if path.suffix == ".py":
            continue
        owner = next(p for p in [path.parent, *path.parent.parents] if str(p) in packages)
        if not any(path.relative_to(owner).match(pattern) for pattern in patterns):
            lost.append(line)
    assert not lost


def test_sql_files_say_what_goes_in_and_out() -> None:
    for path in (ROOT / "warehouse" / "sql").glob("*.sql"):
        head = path.read_text(encoding="utf-8").split("\n\n")[0]
        assert head.startswith("--"), path
        assert "In:" in head and "Out:" in head, path


def test_no_table_is_made_of_no_rows() -> None:
    """DuckDB 2.0.0 loses what is put into such a table within the same transaction, once it is more than a row group."""
    made = re.compile(r"CREATE[^;\"']*\bTABLE\b[^;\"']*\bAS\b[^;]*?\b(LIMIT 0|WHERE false)\b", re.I)
    guilty = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for folder in ("warehouse", "flows", "intelligence")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sql")
        for found in made.finditer(path.read_text(encoding="utf-8"))
    ]
    assert made.search("CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM posting LIMIT 0")
    assert not guilty, "use `Warehouse.make_like`, or name the columns"


def test_tracked_files_name_no_machine() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^A-Za-z.])/(work|root|farm)/[a-z]", "--", ".", ":!tests/test_house.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode in (1, 128), found.stdout
