"""Every page answers, in both languages, says what it should, and links only to pages that answer."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient

from accounts.change import Code, ReviewAction
from accounts.golden import Freshness
from accounts.run import RunStatus
from console.wording import strings
from intelligence.tables import data
from tests.console.world import DRY, NIGHT

PAGES = (
    "/", "/?fields=all", "/runs", f"/runs/{NIGHT}", f"/runs/{DRY}", f"/runs/{NIGHT}/cells", f"/runs/{DRY}/plan",
    f"/runs/{NIGHT}/undo", "/stale", "/stale?field=phone&status=expired", "/stale/backfill?limit=5", "/review", "/rules",
    "/rules?confidence=0.5", "/accounts", "/accounts?q=alder", "/accounts/A00", "/accounts/A01", "/accounts/A00/timeline",
    "/accounts/A00/embed", "/sources", "/duplicates", "/jobs", "/decisions", "/api",
)  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


class Links(HTMLParser):
    """Collects what a page links to and the ids it uses."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            if given.get(name):
                self.targets.add(str(given[name]))


def read(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_in_its_language(reader: TestClient, path: str, lang: str) -> None:
    page = reader.get(path, headers={"accept-language": lang})
    assert page.status_code == 200, page.text[:2000]
    html = page.text
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}"' in html
    title = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert title is not None and "{" not in title[1]
    nav = re.search(r"<nav.*?</nav>", html, re.DOTALL)
    assert nav is not None and bool(HAN.search(nav[0])) is (lang == "zh")
    seen = read(html)
    assert len(seen.ids) == len(set(seen.ids))
    assert not seen.inline, "styles and handlers in attributes are refused by the policy"
    assert "<style" not in html and "<script>" not in html


def test_no_page_asks_another_host_and_no_link_leads_nowhere(client: TestClient) -> None:
    inner: set[str] = set()
    for path in PAGES:
        for target in read(client.get(path).text).targets:
            if target.startswith(("http://", "https://")):
                assert "localhost" in target or ".example/" in target, target
            elif not target.startswith("#"):
                inner.add(target.split("#")[0])
    posts = re.compile(
        r"^/(jobs|sign-out|decisions/withdraw|duplicates/judge|rules|review/undo)$|/(lock|refresh|apply|feedback|name|stop)$"
    )
    broken = {t: client.get(t).status_code for t in inner if not posts.search(t)}
    assert not {t: code for t, code in broken.items() if code != 200}


@pytest.mark.parametrize(
    ("lang", "note", "figure"),
    [
        ("en", "are of the calls that are kept", "Requests per call"),
        ("zh", "只统计仍保留的", "每次调用的请求数"),
    ],
)
def test_sources_tell_which_figures_are_of_the_calls_kept(
    reader: TestClient, lang: str, note: str, figure: str
) -> None:
    html = reader.get("/sources", headers={"accept-language": lang}).text
    assert note in html and figure in html
    assert re.search(r'<strong>site</strong>.*<td class="num">2\.0</td></tr>', html)


def test_overview_counts_what_is_there(reader: TestClient) -> None:
    html = reader.get("/").text
    assert "12 accounts" in html
    assert "values are contradicted or invalid" in html
    assert "questions wait for a steward" in html
    assert html.count("<svg") > 8


def test_stale_list_filters_and_ranks_by_stake(reader: TestClient) -> None:
    everything = reader.get("/api/v1/stale").json()["items"]
    assert [r["stake"] for r in everything] == sorted((r["stake"] for r in everything), reverse=True)
    expired = reader.get("/api/v1/stale?status=expired").json()["items"]
    assert {r["status"] for r in expired} == {"expired"} and 0 < len(expired) < len(everything)
    scored = next(r for r in everything if r["account_id"] == "A08")
    assert scored["stake"] == pytest.approx(1.8 * 1.48)


def test_an_account_explains_itself_with_evidence_and_losers(reader: TestClient) -> None:
    html = reader.get("/accounts/A00").text
    for told in (
        "Alder &amp; Vale Ltd",
        "+1 713-555-0100",
        "Call +1 713-555-0100",
        "a fax is not written",
        "Raises 3 million",
        "rising",
        "Python",
    ):
        assert told in html, told
    assert reader.get("/accounts/A00", headers={"accept-language": "zh"}).text.count("一家钢铁公司") == 1
    assert reader.get("/accounts/nobody").status_code == 404
    bare = reader.get("/accounts/A01").text
    assert "No job board has been read yet" in bare and "No brief yet" in bare


def test_preview_of_undo_tells_ours_from_theirs(reader: TestClient) -> None:
    html = reader.get(f"/runs/{NIGHT}/undo").text
    assert "Undo 12 values" in html
    assert "Undo 1 values" in reader.get(f"/runs/{NIGHT}/undo?account=A03").text
    assert "Nothing here is still ours" in reader.get(f"/runs/{NIGHT}/undo?field=phone").text


def test_preview_of_backfill_says_what_it_touches_and_costs(reader: TestClient) -> None:
    html = reader.get("/stale/backfill?field=phone&limit=4").text
    assert "<strong>4</strong>" in html
    assert re.search(
        r"<td>site</td><td class=\"num\">4</td><td class=\"num\">8</td><td class=\"num\">0.04</td>", html
    )


def test_the_api_describes_itself_and_answers(reader: TestClient) -> None:
    told = reader.get("/api/openapi.json").json()
    assert set(told["paths"]) == {
        f"/api/v1/{n}" for n in ("coverage", "runs", "stale", "review", "accounts", "accounts/{account_id}")
    }
    account = reader.get("/api/v1/accounts/A00").json()
    assert account["account_name"] == "Alder & Vale Ltd"
    assert next(f for f in account["items"] if f["field"] == "phone")["losers"][0]["kind"] == "fax"
    assert reader.get("/api/v1/accounts/nobody").status_code == 404
    assert reader.get("/api/v1/stale?limit=0").status_code == 422


@pytest.mark.parametrize(
    "name", ["stale", "review", "runs", "decisions", "duplicates", "coverage", "accounts", "sources"]
)
def test_lists_go_out_as_csv_and_workbook(reader: TestClient, name: str) -> None:
    table = list(csv.DictReader(io.StringIO(reader.get(f"/export/{name}.csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"/export/{name}.xlsx").content))
    assert book.active is not None
    assert len(table) == max(0, (book.active.max_row or 1) - 1) or not table
    assert not [cell for row in table for cell in row.values() if cell and cell.startswith(("=", "+", "@"))]
    assert reader.get(f"/export/{name}.pdf").status_code == 404


def test_every_string_a_template_asks_for_exists() -> None:
    folder = Path(__file__).resolve().parents[2] / "console"
    asked = {
        key
        for path in [*folder.glob("templates/*.j2"), *folder.rglob("*.py")]
        for key in re.findall(r"\b(?:t|words)\(\"([a-z_]+\.[a-zA-Z_-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert asked - strings().keys() == set()
    assert not [
        k
        for k, (en, _) in strings().items()
        if HAN.search(en) and k != "lang.zh" and not k.startswith("phrase.")
    ]
    codes = (
        {f"code.{c}" for c in Code} | {f"state.{f}" for f in Freshness} | {f"status.{r}" for r in RunStatus}
    )
    codes |= {f"event.{name}" for name in data("brief")["classes"]} | {f"action.{a}" for a in ReviewAction}
    assert codes - strings().keys() == set()
    places = re.compile(r"\{(\w+)\}")
    assert not [
        k for k, (en, zh) in strings().items() if sorted(places.findall(en)) != sorted(places.findall(zh))
    ]
