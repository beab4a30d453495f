from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from accounts.account import Company
from accounts.errors import ConfigError
from cli.verbs.match import command
from matchers.clusters import dedupe, dedupe_and_report
from matchers.files import match_dedupe, match_link, match_pairs, read_table


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_pairs_keep_their_columns_and_rows(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.csv", 'pair_id,left,right\n1,"Velmont, Inc.",Velmont\n2,,Velmont\n3,🙂,\x07\n'
    )
    assert match_pairs(source, tmp_path / "out.csv")["pairs"] == 3
    found = rows(tmp_path / "out.csv")
    assert [row["pair_id"] for row in found] == ["1", "2", "3"]
    assert float(found[0]["probability"]) > 0.5
    assert found[0]["decision"] in ("accept", "review")
    assert found[1]["decision"] == found[2]["decision"] == "reject"


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "left,rihgt\na,b\n")
    with pytest.raises(ConfigError, match="no column right"):
        match_pairs(source, tmp_path / "out.csv")


def test_a_table_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("left,right\n深圳,广州\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(path, ("left", "right"))


def test_an_empty_table(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "left,right\n")
    assert match_pairs(source, tmp_path / "out.csv")["pairs"] == 0
    left = write(tmp_path / "l.csv", "id,name\n")
    assert match_link(left, left, tmp_path / "out.csv")["rows"] == 0
    assert match_dedupe(left, tmp_path / "out.csv")["rows"] == 0


def test_link_across_scripts_by_domain_and_by_name(tmp_path: Path) -> None:
    left = write(
        tmp_path / "l.csv",
        "id,name,website,city,country\n"
        "a,深圳市蓝鲸海软件有限公司,,深圳市,中国\nb,北京青禾塔传媒有限公司,www.qht.cn,北京市,中国\nc,,,,\nd,无名氏,,,\n",
    )
    right = write(
        tmp_path / "r.csv",
        "id,name,website,city,country\n"
        '1,"Shenzhen Lanjinghai Software Co., Ltd.",,Shenzhen,China\n2,QHT Media,http://www.qht.cn,Beijing,China\n'
        "3,Kestrel Foods Ltd,http://kestrel.example,London,United Kingdom\n4,Chengdu Jinfan Logistics,,Chengdu,China\n",
    )
    match_link(left, right, tmp_path / "out.csv")
    found = {row["left_id"]: row for row in rows(tmp_path / "out.csv")}
    assert list(found) == ["a", "b", "c", "d"]
    assert (found["a"]["right_id"], found["b"]["right_id"]) == ("1", "2")
    assert float(found["b"]["probability"]) > 0.5
    assert "qht.cn" in found["b"]["reason"]
    assert "domain:A" in found["b"]["grades"]
    assert found["c"]["decision"] == "reject"


def test_dedupe_groups_variants_and_keeps_families_apart() -> None:
    names = [
        "Velmont Industries, Inc.",
        "VELMONT INDUSTRIES INC",
        "Velmont Inds. Inc.",
        "Kestrel Foods Ltd",
        "",
        "",
        "N/A",
    ]
    found = dedupe([Company(id=str(n), names=(name,)) for n, name in enumerate(names)])
    clusters = [cluster for cluster, _ in found]
    assert clusters[0] == clusters[1] == clusters[2]
    assert len(set(clusters)) == 5


def test_companies_that_share_a_parents_domain_are_no_duplicates() -> None:
    found = dedupe([
        Company(id="1", names=("Velmont Insurance",), websites=("velmont.com",)),
        Company(id="2", names=("Kestrel Aviation Leasing",), websites=("https://www.velmont.com/kestrel",)),
    ])  # fmt: skip
    assert found[0][0] != found[1][0]


def test_repeated_ids_stay_apart() -> None:
    found = dedupe(
        [Company(id="1", names=("Velmont Insurance",)), Company(id="1", names=("Kestrel Aviation",))]
    )
    assert found[0][0] != found[1][0]


def test_a_hundred_thousand_identical_names_are_one_cluster() -> None:
    found = dedupe([Company(id=str(n), names=("Velmont Insurance Ltd",)) for n in range(100_000)])
    assert {cluster for cluster, _ in found} == {"0"}


def test_command_line(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "id,name\n1,Velmont Ltd\n2,Velmont Limited\n")
    result = CliRunner().invoke(command, ["dedupe", str(source), str(tmp_path / "out.csv"), "--json"])
    assert result.exit_code == 0
    assert '"clusters": 1' in result.output


def test_the_report_counts_pairs_by_key(tmp_path: Path) -> None:
    lines = [f"{n},Velmont {n % 7} Foods Ltd" for n in range(40)] + [
        "x,Velmont 3 Foods Limited",
        "y,Kestrel Steel",
    ]
    source = write(tmp_path / "in.csv", "id,name\n" + "\n".join(lines) + "\n")
    result = CliRunner().invoke(
        command, ["dedupe", str(source), str(tmp_path / "out.csv"), "--report", "--json"]
    )
    assert result.exit_code == 0
    report = json.loads(result.output)["report"]
    assert report["rows"] == 42
    assert report["distinct"] == 8
    assert report["compared"] <= report["proposed"] <= 8 * 7 / 2
    told = CliRunner().invoke(command, ["dedupe", str(source), str(tmp_path / "out.csv"), "--report"])
    assert "cannot be matches" in told.output


def test_many_rows_of_one_key_are_not_compared_by_the_square() -> None:
    names = [f"Velmont {a}{b}{c} Foods Ltd" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcd"]
    _, report = dedupe_and_report([Company(id=str(n), names=(name,)) for n, name in enumerate(names)])
    assert report.distinct == 1000
    assert report.proposed < 40_000


def test_twins_of_a_crowded_table_are_no_duplicates() -> None:
    """One letter apart in every city alike: such likeness is met between strangers, so it proves nothing."""
    rng = random.Random(4)
    letters, cities = (
        "bdfgklmnprstvz",
        ["Harborview", "Eastvale", "Northgate", "Ridgemont", "Lakewood", "Springfield"],
    )
    brands = ["".join(rng.choice(letters) + rng.choice("aeio") for _ in range(3)) for _ in range(3000)]
    rows = [
        Company(id=str(n), names=(f"{brand} Foods Ltd",), address={"city": rng.choice(cities)})
        for n, brand in enumerate(dict.fromkeys(brands))
    ]
    found = dedupe(rows)
    assert len({cluster for cluster, _ in found}) > 0.97 * len(rows)


def test_a_contradicted_link_is_not_accepted_without_proof() -> None:
    from matchers.linking import decision_of

    assert decision_of(0.99, {"name": "A"}) == "accept"
    assert decision_of(0.99, {"name": "A", "city": "F"}) == "review"
    assert decision_of(0.99, {"name": "A", "city": "F", "domain": "A"}) == "accept"
    assert decision_of(0.1, {"name": "A"}) == "reject"
