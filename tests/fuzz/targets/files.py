"""Files people hand us: tables of the `file` CRM and of one's own, configuration, catalogue, mappings, rules, sheets, plans, decisions."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import openpyxl

from accounts.account import Account
from accounts.catalogue import parse_fields, shipped_catalogue
from accounts.clock import FixedClock
from accounts.config import BriefConfig, Config, load_config
from crm.planfile import read_plan, write_plan
from enrichers.base import SourceContext
from enrichers.own.table import open_table
from flows.audit_sheet import COLUMNS, read_sheet
from flows.brief_settings import read_bands, read_rules
from matchers.files import match_pairs
from tests.crm.build import NOW, TABLE, change, change_set, file_crm
from tests.enrichers.contract import SavedWeb
from tests.fuzz.mutate import json_body, plain, sized
from tests.fuzz.target import Run, Target
from warehouse.decisions import DecisionStore

ROOT = Path(__file__).resolve().parents[3]
CONFIG = b"""# all sections
[crm]
kind = "file"
path = "accounts.csv"
machine_users = ["import"]
[crm.columns]
phone = "tel"
city = {property = "City", shape = "text"}
[crm.options]
host = "https://crm.test"
key_env = "X"
[warehouse]
path = ".evergreen"
memory_limit = "2GB"
[web]
contact = "ops@kettleworks.test"
requests_per_second = 1.5
max_bytes = 1000000
[run]
shard_size = 200
budget = 100
breaker = 0.25
[fields.phone]
policy = "replace_stale"
ttl_days = 30
[sources.edgar]
enabled = false
[icp]
industries = ["kettles"]
employees_min = 10
[watch.competitors]
"Meridian Copper" = ["Meridian"]
[alerts]
revops = ["a@b.test", {to = "c@d.test", lang = "zh"}]
[alerts.mail]
host = "mail.test"
sender = "x@y.test"
[alerts.webhooks.w]
service = "slack"
url_env = "HOOK"
[budget]
run = 5.0
providers = {qichacha = 1.0}
"""
MAPPING = b"""authority: 0.7
licence: internal
cost: 0
record: ref
match: {account_id: id, domain: site, name: name, identifiers: {lei: lei}}
observed_at: 2026-11-01
fields:
  phone: {column: tel, kind: main}
  city: town
"""
OWN = "ref,id,site,name,lei,tel,town\n1,A1,kettleworks.test,Kettle Works,9999000KETTLE00A1127,020 7946 0958,Leeds\n2,,lanting.test,兰亭机械,,0571 88110022,杭州\n".encode()
RULES = (
    'angles:\n- {"on": funding, en: Ask …, zh: 了解…}\n- {"on": expansion, en: "Plant in {place}"}\n'.encode()
)
PAIRS = "left,right,note\nKettle Works Ltd,KETTLE WORKS LIMITED,x\n兰亭机械,兰亭精密机械有限公司,\nKettle Works Ltd,Kettle Inn,\n".encode()


def in_folder(name: str, use: Callable[[Path], object]) -> Callable[[], Run]:
    """The bytes as a file of that name in a folder of its own."""

    def prepare() -> Run:
        folder = Path(tempfile.mkdtemp(prefix="evergreen-fuzz-"))

        def run(data: bytes) -> None:
            path = folder / name
            path.write_bytes(data)
            use(path)

        return run

    return prepare


def write_cells(path: Path) -> None:
    """A CRM file is read, written to and read again."""
    crm = file_crm(path)
    crm.describe()
    accounts = crm.pull().accounts
    for account in accounts[:3]:
        repr(account).encode()
        given = [
            change(account.id, f, account.get(f), v)
            for f, v in (("phone", "+4420 7946 0000"), ("city", "宁波\n北"), ("name", "=1+1"))
        ]
        crm.send(crm.prepare(given).ready)


@cache
def _workbook() -> Sequence[bytes]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "name", "phone", "city", "employees", "last_modified", "last_modified_by"])
    sheet.append(["A1", "Birch Lamps", None, "Leeds", 120, NOW.replace(tzinfo=None), "import"])
    sheet.append(["A2", "晨光灯具", "0574 8765 4321", "宁波", 75.5, "=B2", None])
    file = io.BytesIO()
    book.save(file)
    return [file.getvalue()]


def _workbook_changed(random: Random, seeds: Sequence[bytes]) -> bytes:
    """One part of the package changed inside, its archive whole; or the archive itself."""
    import zipfile

    if random.random() < 0.25:
        return plain(random, seeds)
    out, wrong = io.BytesIO(), random.randrange(20)
    with (
        zipfile.ZipFile(io.BytesIO(random.choice(seeds))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        for number, name in enumerate(names):
            body = old.read(name)
            if number == wrong % len(names) or (wrong >= 12 and "sheet1" in name):
                body = sized(random, [body])
            new.writestr(name, body)
    return out.getvalue()


def read_settings(path: Path) -> None:
    config = load_config(path)
    shipped_catalogue().overridden({name: given.given() for name, given in config.fields.items()})


def read_own(mapping: bytes | None) -> Callable[[Path], None]:
    def use(path: Path) -> None:
        table, rules = path.with_name("own.csv"), path.with_name("own.yml")
        if mapping is None:
            table.write_bytes(OWN)
        else:
            rules.write_bytes(mapping)
        context = SourceContext(SavedWeb(), FixedClock(NOW))
        source = open_table(
            "own", {"kind": "table", "path": "own.csv", "mapping": "own.yml"}, path.parent, path, context
        )
        account = Account("A1", {"name": "Kettle Works", "website": "kettleworks.test"})
        for candidate in source.search(account).rows:
            for reading in source.read(account, candidate).rows:
                repr(reading).encode()

    return use


def read_catalogue(path: Path) -> None:
    list(parse_fields("identity", path.read_text("utf-8", "replace"), "identity.yml"))


def _plan() -> Sequence[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            write_plan(
                Path(folder) / "plan.json",
                change_set(
                    change("A1", "city", "Leeds", "York"), change("A2", "phone", None, "+442079460958")
                ),
            ).read_bytes()
        ]


def read_pairs(path: Path) -> None:
    match_pairs(path, path.with_suffix(".out"))


def read_decisions(path: Path) -> None:
    store = DecisionStore(path.parent)
    store.all()


@cache
def _decisions() -> Sequence[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        store = DecisionStore(Path(folder))
        with sqlite3.connect(Path(folder) / "decisions.sqlite") as db:
            for number in range(3):
                row = (
                    f"i{number}",
                    "accept",
                    "maya",
                    NOW.isoformat(),
                    "A1",
                    "phone",
                    "k",
                    "note",
                    "{}",
                    None,
                )
                db.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        assert len(store.all()) == 3
        return [(Path(folder) / "decisions.sqlite").read_bytes()]


def _fields() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "accounts/fields").glob("*.yml"))]


TARGETS = (
    Target("csv of the CRM", lambda: [TABLE.encode(), TABLE.encode("gb18030"), TABLE.replace(",", ";").encode("utf-16"), b"\xef\xbb\xbfsep=;\n" + TABLE.replace(",", ";").encode()], sized, in_folder("accounts.csv", write_cells), 3_000),
    Target("xlsx of the CRM", _workbook, _workbook_changed, in_folder("accounts.xlsx", write_cells), 2_000),
    Target("configuration", lambda: [CONFIG], sized, in_folder("evergreen.toml", read_settings), 6_000),
    Target("catalogue", _fields, sized, in_folder("identity.yml", read_catalogue), 600),
    Target("table of one's own", lambda: [OWN, OWN.replace(b",", b";"), OWN.decode().encode("gb18030")], sized, in_folder("own.csv", read_own(MAPPING)), 1_000),
    Target("mapping", lambda: [MAPPING], sized, in_folder("own.yml", read_own(None)), 2_000),
    Target("brief rules", lambda: [RULES], sized, in_folder("rules.yml", lambda p: read_rules(Config(path=p, brief=BriefConfig(rules=p)))), 2_000),
    Target("bands", lambda: [b'{"bands": {"hot": 12.5, "warm": 3}}'], json_body, in_folder("bands.json", lambda p: read_bands(p.parent)), 500),
    Target("audit sheet", lambda: [("\ufeff" + ",".join(COLUMNS) + "\nA1,Kettle,phone,+44,site,https://x.test,call us,yes,y,,abc,2\nA2,兰亭,city,杭州,site,,,,否,,abc,1\n").encode()], sized, in_folder("sheet.csv", read_sheet), 3_000),
    Target("plan file", _plan, json_body, in_folder("plan.json", read_plan), 2_000),
    Target("name pairs", lambda: [PAIRS], sized, in_folder("pairs.csv", read_pairs), 1_000),
    Target("decisions", _decisions, plain, in_folder("decisions.sqlite", read_decisions), 1_000),
)  # fmt: skip
