from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from accounts.errors import SourceBroken
from enrichers.hiring.boards import board_named, boards
from enrichers.hiring.saved import boards as _imported  # noqa: F401 - registers the readers
from enrichers.readers import readers
from tests.enrichers.contract import JUNK
from tests.enrichers.hiring.answers import KINDS, page, rows

TODAY = date(2026, 11, 22)
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources" / "ats"
NO_EMPTY = ("page", "moka", "beisen")  # a page without marked-up roles is no empty board
SLUGS = {
    "greenhouse": "kettleworks", "oracle": "kettle.fa.us2.oraclecloud.com/CX_1", "workday": "kettle.wd5.myworkdayjobs.com/Careers",
    "personio": "kettle.jobs.personio.de", "icims": "careers-kettle.icims.com", "eightfold": "kettle.eightfold.ai/kettle.com",
    "phenom": "https://careers.kettle.test/us/en", "page": "https://kettle.test/jobs", "beisen": "kettle.zhiye.com",
    "moka": "social-recruitment/kettle/4411",
}  # fmt: skip


def parse(kind, body, slug=None):
    return board_named(kind).parse(slug or SLUGS.get(kind, "kettle"), body, TODAY)


def test_every_board_system_is_tried_here():
    assert sorted(KINDS) == sorted(board.kind for board in boards())


@pytest.mark.parametrize("kind", KINDS)
def test_roles_are_read(kind):
    roles = parse(kind, rows(kind)).roles
    assert len({role.id for role in roles}) == 2
    for role in roles:
        assert role.title
        assert role.url.startswith("https://")
        assert role.posted_on is None or date(2026, 1, 1) < role.posted_on <= TODAY
        assert role.place or kind == "rippling"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NO_EMPTY])
def test_an_empty_board_is_empty(kind):
    assert parse(kind, rows(kind, 0)).roles == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_board_is_broken_and_never_empty(kind):
    for name, junk in JUNK.items():
        if name == "a list" and kind in ("lever", "rippling"):
            continue  # that is how these say that nothing is open
        with pytest.raises(SourceBroken):
            parse(kind, junk)


@pytest.mark.parametrize("kind", KINDS)
def test_a_board_is_asked_over_https(kind):
    board = board_named(kind)
    ask = board.ask(SLUGS.get(kind, "kettle"), 0)
    assert ask.url.startswith("https://")
    assert board.page_size is None or board.ask(SLUGS.get(kind, "kettle"), board.page_size) != ask


@pytest.mark.parametrize(
    ("url", "kind", "slug"),
    [
        ("https://boards.greenhouse.io/kettleworks", "greenhouse", "kettleworks"),
        ("https://job-boards.eu.greenhouse.io/kettleworks/jobs/1", "greenhouse", "eu/kettleworks"),
        ("https://boards.greenhouse.io/embed/job_board/js?for=kettleworks", "greenhouse", "kettleworks"),
        ("https://boards.greenhouse.io/embed/job_board?validity=1&for=kettleworks", "greenhouse", "kettleworks"),
        ("https://jobs.lever.co/kettleworks/1234?lever-source=x", "lever", "kettleworks"),
        ("https://jobs.eu.lever.co/kettle", "lever", "eu/kettle"),
        ("https://jobs.ashbyhq.com/Kettle%20Works/abc", "ashby", "Kettle Works"),
        ("https://careers.smartrecruiters.com/KettleWorks1", "smartrecruiters", "KettleWorks1"),
        ("https://apply.workable.com/kettle-works/#jobs", "workable", "kettle-works"),
        ("https://kettle.workable.com/", "workable", "kettle"),
        ("https://www.workable.com/pricing", "workable", None),
        ("https://kettle.recruitee.com/", "recruitee", "kettle"),
        ("https://kettle.teamtailor.com/jobs", "teamtailor", "kettle"),
        ("https://kettle.jobs.personio.com/?language=de", "personio", "kettle.jobs.personio.com"),
        ("https://kettle.bamboohr.com/careers/12", "bamboohr", "kettle"),
        ("https://kettle.wd5.myworkdayjobs.com/en-US/Careers/job/x", "workday", "kettle.wd5.myworkdayjobs.com/Careers"),
        ("https://wd3.myworkdaysite.com/en-US/recruiting/kettle/External", "workday", "wd3.myworkdaysite.com/kettle/External"),
        ("https://kettle.pinpointhq.com", "pinpoint", "kettle"),
        ("https://careers-kettle.icims.com/jobs/intro", "icims", "careers-kettle.icims.com"),
        ("https://kettle.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/jobs", "oracle", "kettle.fa.us2.oraclecloud.com/CX_1"),
        ("https://jobs.jobvite.com/kettle/jobs", "jobvite", "kettle"),
        ("https://ats.rippling.com/kettle/jobs", "rippling", "kettle"),
        ("https://kettle.eightfold.ai/careers?domain=kettle.com", "eightfold", "kettle.eightfold.ai/kettle.com"),
        ("https://recruiting.paylocity.com/recruiting/jobs/All/0a1b-2c/Kettle", "paylocity", "0a1b-2c"),
        ("https://app.mokahr.com/social-recruitment/kettle/4411#/jobs", "moka", "social-recruitment/kettle/4411"),
        ("https://kettle.zhiye.com/", "beisen", "kettle.zhiye.com"),
        ("https://kettle.jobs.feishu.cn/index", "feishu", "kettle"),
        ("https://www.greenhouse.io/customers", "greenhouse", None),
        ("https://support.teamtailor.com/", "teamtailor", None),
        ("https://[broken", "lever", None),
    ],
)  # fmt: skip
def test_addresses_name_boards(url, kind, slug):
    assert board_named(kind).slug_of(url) == slug


def test_a_slug_is_asked_as_it_was_found():
    for url in ("https://job-boards.eu.greenhouse.io/kettle", "https://jobs.eu.lever.co/kettle"):
        board = next(b for b in boards() if b.slug_of(url))
        assert ".eu." in board.ask(board.slug_of(url), 0).url


def test_prospect_posts_are_no_roles():
    body = rows("greenhouse").replace(b'"internal_job_id": 500', b'"internal_job_id": null')
    listing = parse("greenhouse", body)
    assert (len(listing.roles), listing.total) == (1, 1)


def test_escaped_markup_is_read():
    assert parse("greenhouse", rows("greenhouse")).roles[0].text.startswith("You will lead our migration")


def test_words_for_dates_are_counted_back_and_open_ends_are_not():
    assert parse("workday", rows("workday")).roles[0].posted_on == date(2026, 11, 19)
    later = rows("workday").replace(b"Posted 3 Days Ago", b"Posted 30+ Days Ago")
    assert parse("workday", later).roles[0].posted_on is None


def test_a_marked_up_role_whose_time_is_over_is_not_open():
    with pytest.raises(SourceBroken):
        parse("page", page(validThrough="2026-11-01"))
    assert len(parse("page", page(validThrough="2026-12-01")).roles) == 2


def test_every_board_system_has_a_reader():
    known = readers()
    for kind in KINDS:
        name = "job-page" if kind == "page" else kind
        assert len(list(known[name](rows(kind)))) == 2


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_every_recorded_board_is_read():
    files = sorted(SHARED.iterdir())
    assert files
    for file in files:
        kind = file.stem.partition("_")[0]
        assert board_named(kind) is not None, file.name
        roles = parse(kind, file.read_bytes()).roles
        assert roles, file.name
        assert all(role.title and role.id for role in roles), file.name
        with pytest.raises(SourceBroken):
            parse(kind, b"<html>Too many requests</html>")
