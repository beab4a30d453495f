"""A table of one's own: found by every key, judged like any record, read with evidence, refused in clear words."""

from __future__ import annotations

import csv
import threading
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from accounts.clock import FixedClock
from accounts.config import Config
from accounts.errors import ConfigError, UnknownField
from accounts.link import LinkDecision
from accounts.observation import Observation, Outcome
from enrichers.base import SourceContext
from enrichers.own.table import TableSource, open_table
from enrichers.sources import active_sources
from tests.enrichers.contract import SavedWeb

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
CONTEXT = SourceContext(SavedWeb(), FixedClock(NOW))
ROWS = [
    {"crm id": "A1", "Firm": "Brambleford Tools Ltd", "Web": "brambleford.example", "Tel": "0113 496 0101", "Staff": "120", "LEI": "", "Land": "UK", "Tags": "", "As of": "2026-05-01"},
    {"crm id": "A2", "Firm": "Quarrel & Sons", "Web": "shared.example", "Tel": "+1 303 555 0101", "Staff": "n/a", "LEI": "", "Land": "US", "Tags": "", "As of": "2026-05-02"},
    {"crm id": "", "Firm": "Osier Baskets, Inc.", "Web": "shared.example", "Tel": "303-555-0102", "Staff": "7", "LEI": "", "Land": "US", "Tags": "QRL; OSR", "As of": "yesterday"},
    {"crm id": "", "Firm": "深圳市青禾仪器有限公司", "Web": "", "Tel": "0755-5550 0133", "Staff": "300", "LEI": "529900T8BM49AURSDO55", "Land": "CN", "Tags": "", "As of": "2027-01-01"},
]  # fmt: skip
MAPPING: dict[str, Any] = {
    "authority": 0.7,
    "confidence": 0.75,
    "observed_at": "As of",
    "licence": "contract 7",
    "match": {"account_id": "crm id", "domain": "Web", "name": "Firm", "identifiers": {"lei": "LEI"}},
    "fields": {
        "phone": {"column": "Tel", "kind": "main"},
        "employees": {"column": "Staff", "confidence": 0.5},
        "country": "Land",
        "ticker": {"column": "Tags", "split": ";"},
    },
}


def write(
    folder: Path, rows: list[dict[str, str]] = ROWS, encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    path = folder / "vendor.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def make(folder: Path, path: Path | None = None, **changes: Any) -> TableSource:
    mapping = folder / "vendor.yml"
    mapping.write_text(yaml.safe_dump(MAPPING | changes, allow_unicode=True), encoding="utf-8")
    return TableSource("vendor", path or write(folder), mapping, CONTEXT)


def found(source: TableSource, **values: str) -> list[tuple[str, bool]]:
    answer = source.search(Account(values.pop("id", "Z"), values))
    return [(c.company.names[0], c.stated) for c in answer.rows]


def read(source: TableSource, **values: str) -> dict[str, Observation]:
    account = Account(values.pop("id", "Z"), values)
    [reading] = source.read(account, source.search(account).rows[0]).rows
    return {o.field: o for o in reading.observations}


def test_a_row_is_found_by_id_number_domain_and_name(tmp_path: Path) -> None:
    source = make(tmp_path)
    assert found(source, id="A1") == [("Brambleford Tools Ltd", True)]
    assert found(source, lei="529900t8bm49aursdo55") == [("深圳市青禾仪器有限公司", True)]
    assert found(source, website="https://www.brambleford.example/about") == [("Brambleford Tools Ltd", True)]
    assert found(source, name="OSIER BASKETS") == [("Osier Baskets, Inc.", False)]
    assert found(source, name="深圳市青禾仪器有限公司") == [("深圳市青禾仪器有限公司", False)]
    assert source.search(Account("Z", {"name": "Nobody"})).outcome is Outcome.NOT_FOUND
    assert source.search(Account("Z", {})).outcome is Outcome.NOT_FOUND


def test_a_domain_two_companies_share_states_neither(tmp_path: Path) -> None:
    source = make(tmp_path)
    told = found(source, website="shared.example")
    assert told == [("Quarrel & Sons", False), ("Osier Baskets, Inc.", False)]


def test_the_matcher_tells_sisters_apart_and_refuses_a_namesake(tmp_path: Path) -> None:
    from accounts.account import Company
    from matchers import link_account

    source = make(tmp_path)
    account = Account("Z", {"name": "Osier Baskets Inc", "website": "shared.example"})
    company = Company("Z", ("Osier Baskets Inc",), ("shared.example",))
    link = link_account(company, source.search(account).rows, account_id="Z", source="vendor")
    assert (
        link is not None
        and link.decision is LinkDecision.ACCEPT
        and link.record_id == "shared.example/osierbaskets"
    )
    namesake = Company(
        "Z", ("Brambleford Tools Ltd",), ("brambleford-tools.example",), address={"country": "AU"}
    )
    [candidate] = source.search(Account("Z", {"name": "Brambleford Tools Ltd"})).rows
    link = link_account(namesake, [candidate], account_id="Z", source="vendor")
    assert link is not None and link.decision is not LinkDecision.ACCEPT


def test_values_come_with_evidence_date_and_confidence(tmp_path: Path) -> None:
    said = read(make(tmp_path), id="A1")
    assert {f: o.value for f, o in said.items()} == {
        "phone": "+441134960101",
        "employees": "120",
        "country": "GB",
    }
    phone = said["phone"]
    assert (phone.confidence, said["employees"].confidence) == (0.75, 0.5)
    assert (phone.kind, phone.source, phone.record_id) == ("main", "vendor", "account_id:A1")
    assert phone.observed_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert phone.evidence.passage == "Tel: 0113 496 0101"
    assert phone.evidence.url == "table:vendor/vendor.csv#row=1"
    assert phone.evidence.selector == "Tel" and phone.evidence.body_sha256
    assert phone.id == read(make(tmp_path), id="A1")["phone"].id


def test_what_the_field_refuses_is_told_and_left_out(tmp_path: Path) -> None:
    source = make(tmp_path)
    account = Account("A2", {})
    answer = source.read(account, source.search(account).rows[0])
    assert "Staff: 'n/a' is no employees" in answer.error
    assert {o.field for o in answer.rows[0].observations} == {"phone", "country"}


def test_a_row_without_a_readable_date_is_left_out_and_a_future_one_is_now(tmp_path: Path) -> None:
    source = make(tmp_path)
    account = Account("Z", {"name": "Osier Baskets"})
    answer = source.read(account, source.search(account).rows[0])
    assert answer.rows[0].observations == () and "'yesterday' is no date" in answer.error
    assert read(source, lei="529900T8BM49AURSDO55")["phone"].observed_at == NOW


def test_one_date_for_all_or_the_files_own(tmp_path: Path) -> None:
    dated = make(tmp_path, observed_at="2026-02-03")
    assert read(dated, id="A1")["phone"].observed_at == datetime(2026, 2, 3, 23, 59, 59, tzinfo=UTC)
    undated = make(tmp_path, observed_at=None)
    assert read(undated, id="A1")["phone"].observed_at <= NOW


def test_one_cell_may_hold_several_values(tmp_path: Path) -> None:
    source = make(tmp_path, observed_at="2026-02-03")
    account = Account("Z", {"name": "Osier Baskets"})
    [reading] = source.read(account, source.search(account).rows[0]).rows
    assert [o.value for o in reading.observations if o.field == "ticker"] == ["QRL", "OSR"]


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    path = tmp_path / "vendor.parquet"
    query = f"COPY (SELECT * REPLACE (\"Staff\"::VARCHAR AS \"Staff\") FROM read_csv('{write(tmp_path)}', all_varchar = true)) TO '{path}'"
    duckdb.execute(query)
    there, here = read(make(tmp_path, path), id="A1"), read(make(tmp_path), id="A1")
    assert {f: o.value for f, o in there.items()} == {f: o.value for f, o in here.items()}


@pytest.mark.parametrize(
    ("encoding", "delimiter", "named"),
    [("utf-8-sig", ",", None), ("utf-16", "\t", None), ("gb18030", ";", "gb18030"), ("utf-8", "|", None)],
)
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str, named: str | None) -> None:
    path = write(tmp_path, encoding=encoding, delimiter=delimiter)
    source = make(tmp_path, path, encoding=named, delimiter=delimiter if delimiter == "|" else None)
    assert found(source, lei="529900T8BM49AURSDO55") == [("深圳市青禾仪器有限公司", True)]
    assert read(source, id="A1")["phone"].value == "+441134960101", "leading zeros are kept"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fields": {"phone": "Telephone"}}, "no column 'Telephone'"),
        ({"authority": 2}, "authority"),
        ({"match": {}}, "nothing says which row"),
        ({"match": {"identifiers": {"vat": "LEI"}}}, "no number we know"),
        ({"autority": 1}, "autority is not a setting"),
        ({"fields": {}}, "fields"),
        ({"fields": {"phone": {"column": "Tel", "confidence": 7}}}, "confidence"),
        ({"encoding": "klingon"}, "no encoding"),
    ],
    ids=str,
)
def test_bad_mappings_are_told(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make(tmp_path, **changes)


def test_an_unknown_field_names_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(UnknownField, match="employees"):
        make(tmp_path, fields={"employes": "Staff"})


def test_the_same_account_or_record_twice_is_refused_with_its_rows(tmp_path: Path) -> None:
    twice = [*ROWS, ROWS[0] | {"Tel": "0113 496 0999"}]
    with pytest.raises(ConfigError, match="rows 1 and 5 have the same crm id: 'A1'"):
        make(tmp_path, write(tmp_path, twice))
    with pytest.raises(ConfigError, match="have the same Land"):
        make(tmp_path, record="Land")


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("vendor.csv", "Firm,Tel\nMüller,1\n".encode("cp1252"), "is not UTF-8.*encoding"),
        ("vendor.csv", b"", "no column|cannot be read"),
        ("vendor.csv", b"\x00\x01\x02" * 400, "no column|cannot be read|not UTF-8"),
        ("vendor.parquet", b"PAR1 and then nothing", "cannot be read"),
        ("vendor.xlsx", b"PK", "neither CSV nor Parquet"),
    ],
)
def test_bad_files_are_told(tmp_path: Path, name: str, body: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(ConfigError, match=words):
        make(tmp_path, path)
    with pytest.raises(ConfigError, match="cannot be read"):
        make(tmp_path, tmp_path / "nowhere.csv")


@pytest.mark.parametrize("text", ["", "null", "- a", "a: [", "match: 3", "\x00", "&a [*a]"])
def test_bad_yaml_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        TableSource("vendor", write(tmp_path), tmp_path / "m.yml", CONTEXT)


def test_threads_may_share_it(tmp_path: Path) -> None:
    source, told = make(tmp_path), []
    threads = [
        threading.Thread(target=lambda: told.append(read(source, id="A1")["phone"].id)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 12 and len(set(told)) == 1


def test_what_it_provides_is_in_the_catalogue_and_in_canonical_form(tmp_path: Path) -> None:
    source, catalogue = make(tmp_path), shipped_catalogue()
    assert source.provides == {"phone", "employees", "country", "ticker"}
    for said in read(source, id="A1").values():
        assert catalogue[said.field].value_type.canonical(said.value) == said.value
    assert make(tmp_path, match={"domain": "Web"}).needs == {"website", "domain", "email"}


def config(folder: Path, text: str) -> Config:
    return Config.model_validate({**tomllib.loads(text), "path": folder / "evergreen.toml"})


def test_the_configuration_makes_it_a_source_beside_the_others(tmp_path: Path) -> None:
    make(tmp_path)
    told = '[sources.vendor]\nkind = "table"\npath = "vendor.csv"\nmapping = "vendor.yml"\n'
    on, _ = active_sources(
        config(tmp_path, told), lambda s: SourceContext(SavedWeb(), FixedClock(NOW), s), {}
    )
    [mine] = [s for s in on if s.name == "vendor"]
    assert mine is on[-1] and len(on) > 1
    _, off = active_sources(config(tmp_path, told + "enabled = false\n"), lambda s: CONTEXT, {})
    assert ("vendor", "switched off by [sources.vendor] enabled = false") in off


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ('[sources.site]\nkind = "table"', "is taken"),
        ('[sources.mine]\nkind = "tabel"', "no kind 'tabel'"),
        ('[sources.mine]\nkind = "table"', "path is not set"),
        ('[sources.mine]\nkind = "table"\npath = "vendor.csv"', "mapping is not set"),
        ('[sources.mine]\nkind = "table"\npaht = "vendor.csv"', "paht is not a setting"),
        ('[sources."My Table"]\nkind = "table"', "no name for a source"),
        ("[sources.mine]\nenabled = true", "there is no source 'mine'"),
    ],
)
def test_bad_configurations_are_told(tmp_path: Path, told: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        active_sources(config(tmp_path, told), lambda s: CONTEXT, {})


def test_relative_paths_start_at_the_configuration(tmp_path: Path) -> None:
    make(tmp_path)
    settings = {"kind": "table", "path": "vendor.csv", "mapping": "vendor.yml"}
    assert open_table("mine", settings, tmp_path, tmp_path / "evergreen.toml", CONTEXT).name == "mine"
