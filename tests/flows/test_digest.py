"""Digests: what is news, told once, to whom; in the words of each channel; hostile text stays inert everywhere."""

from __future__ import annotations

import csv
import json
import shutil
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.catalogue import shipped_catalogue
from accounts.config import CrmConfig, MailConfig, WebConfig, load_config
from accounts.errors import AlertFailed, ConfigError
from crm.headers import find_columns
from demo.simulate.org import Trait
from enrichers.web.guarded import HopFailed
from enrichers.web.transport import Hop, LiveTransport, Request
from flows.alerting import HOSTS, Telling, channels, check_address
from flows.digest import Kind, News
from flows.digest_mail import Mailer, compose
from flows.digest_payloads import payload, refusal, signed
from flows.digest_round import make_round
from flows.digest_text import as_html, as_text, plain, safe_link, write_letter
from flows.digest_told import ToldStore
from tests.crm.rigs.salesforce import open_rig
from tests.flows.mail_server import MailServer
from tests.flows.night import Night
from tests.flows.tellings import ACCOUNTS, COLUMNS, Tellings

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)> <!channel> <@U1> [x](javascript:alert(1)) @all *b* \u202eevil\r\nBcc: a@b.example'
GOOD = {
    "slack": "https://hooks.slack.com/services/T0/B0/s3cr3tpath",
    "teams": "https://prod-1.westeurope.logic.azure.com:443/workflows/s3cr3tpath",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/s3cr3tpath",
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cr3tpath",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=s3cr3tpath",
}
TAKEN = {
    "slack": b"ok", "teams": b"", "feishu": b'{"code":0,"msg":"success"}', "wecom": b'{"errcode":0,"errmsg":"ok"}',
    "dingtalk": b'{"errcode":0,"errmsg":"ok"}',
}  # fmt: skip


class Wire:
    """A transport that keeps what is sent and answers as told."""

    live = True

    def __init__(self, status: int = 200, body: bytes = b"ok", error: Exception | None = None) -> None:
        self.sent: list[Request] = []
        self.status, self.body, self.error = status, body, error

    def send(self, request: Request) -> Hop:
        self.sent.append(request)
        if self.error is not None:
            raise self.error
        return Hop(self.status, {}, self.body)


def stale(account: str = "A1", owner: str | None = None, name: str = "Larkmoor") -> News:
    row = {
        "account_id": account, "account_name": name, "label_en": "Main phone", "label_zh": "总机电话", "crm_value": "512",
        "age_days": 600, "ttl_days": 540, "reason": "", "field": "phone",
    }  # fmt: skip
    return News(Kind.STALE, "expired", account, row, owner, standing=True)


def signal(title: str, url: str = "https://larkmoor.example/news", name: str = "Larkmoor") -> News:
    row = {
        "account_id": "A1", "account_name": name, "event_class": "funding", "status": "planned", "title": title,
        "happened_on": None, "url": url,
    }  # fmt: skip
    return News(Kind.SIGNAL, "signal", title, row)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's first night, with owners in the CRM."""
    night = Night(tmp_path_factory.mktemp("night"))
    rows = night.cells()
    with night.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*next(iter(rows.values())), "客户负责人"], lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(rows.values()):
            writer.writerow({**row, "客户负责人": ("Anna Berg", "陈静", "")[number % 3]})
    night.nightly()
    return night.folder


class Owned:
    """Makes folders after that night, with settings."""

    def __init__(self, first: Path, folder: Path) -> None:
        self.first, self.folder = first, folder

    def __call__(self, settings: str = "") -> Night:
        night = Night(self.folder)
        shutil.copytree(self.first, self.folder, dirs_exist_ok=True)
        night.config.write_text(night.config.read_text("utf-8") + settings, encoding="utf-8")
        return night


@pytest.fixture
def owned(first_night: Path, tmp_path: Path) -> Owned:
    return Owned(first_night, tmp_path)


def told_of(told: Sequence[Telling], audience: str) -> Telling:
    return next(t for t in told if audience in t.audience)


def test_an_owner_is_read_and_never_judged_or_written(owned: Owned) -> None:
    night = owned()
    assert night.cells()["D01"]["客户负责人"] == "Anna Berg"
    fields = {f["field"]: f for f in night.json("explain", "D01")["items"]}
    assert fields["owner"]["crm_value"] == "Anna Berg" and fields["owner"]["status"] is None
    assert "never" in fields["owner"]["what_would_change_it"]
    assert "owner" not in {row["field"] for row in night.json("stale", expect=1)["items"]}


def test_a_column_of_owners_is_never_added() -> None:
    headers = ["id", "name", "phone"]
    assert find_columns(
        headers, shipped_catalogue(), CrmConfig(add_columns=True), "accounts.csv"
    ).addable.keys() >= {"email"}
    assert (
        "owner"
        not in find_columns(headers, shipped_catalogue(), CrmConfig(add_columns=True), "accounts.csv").addable
    )


def test_the_owner_of_a_remote_crm_needs_only_to_be_read(tmp_path: Path) -> None:
    rig = open_rig(tmp_path)
    org = rig.simulator.org
    org.traits["OwnerId"] = Trait("OwnerId", "reference", "Owner ID", 18, writable=False, tracked=False)
    account = rig.add(phone="512 555 0100")
    org.entries[account].values["OwnerId"] = "0055e000001"
    crm = rig.crm(columns={"owner": "OwnerId"})
    assert not [m for m in crm.misfits() if m.field == "owner"]
    assert crm.pull().accounts[0].get("owner") == "0055e000001"
    rig.close()


def test_owners_hear_of_their_accounts_and_revops_of_all(owned: Owned) -> None:
    settings = (
        '[alerts]\nrevops = ["ops@example.com"]\n[alerts.owners]\n"Anna Berg" = "anna@example.com"\n'
        '"陈静" = {to = "chen@example.com", lang = "zh"}\n'
    )
    night = owned(settings)
    owners = {row["name"]: row["客户负责人"] for row in night.cells().values()}
    told, unreached = make_round(load_config(night.config), as_of="2026-11-22")
    everything, anna, chen = told
    assert everything.count > anna.count > 0 and chen.count > 0 and not unreached
    for one, owner in ((anna, "Anna Berg"), (chen, "陈静")):
        assert one.letter is not None
        named = {line.account for section in one.letter.sections for line in section.lines}
        assert named and {owners[n] for n in named} == {owner}
    assert chen.letter is not None and "新失效的关键字段" in as_text(chen.letter)


def test_the_verb_previews_by_default_and_notes_nothing(owned: Owned, tmp_path: Path) -> None:
    night = owned()
    first = night.json("digest", "--as-of", "2026-11-22")
    assert first == night.json("digest", "--preview", "--as-of", "2026-11-22")
    assert first["owners_without_mailbox"].keys() == {"Anna Berg", "陈静"}
    assert night.run("digest", "--send").exit_code == 2
    saved = night.run("digest", "--lang", "zh", "--save", str(tmp_path / "out"))
    assert saved.exit_code == 0 and "新失效" in (tmp_path / "out" / "1.html").read_text("utf-8")


def test_nothing_is_told_twice_and_what_failed_is_told_again(owned: Owned) -> None:
    hooks = '[alerts.webhooks.ops]\nservice = "slack"\nurl_env = "HOOK"\n'
    config = load_config(owned(hooks).config)
    environment = {"HOOK": GOOD["slack"]}
    down, up = Wire(500, b"out of order"), Wire()
    [failed], _ = make_round(config, send=True, as_of="2026-11-22", environment=environment, transport=down)
    assert "500" in failed.error and "s3cr3tpath" not in failed.error + failed.remedy
    [sent], _ = make_round(config, send=True, as_of="2026-11-22", environment=environment, transport=up)
    assert sent.count == failed.count > 0 and not sent.error
    [again], _ = make_round(config, send=True, as_of="2026-11-22", environment=environment, transport=up)
    assert again.count == 0 and again.letter is None and len(up.sent) == 1
    assert b"Larkmoor" not in (config.home / "alerts.sqlite").read_bytes()


def test_one_failed_channel_keeps_no_other_from_being_told(owned: Owned) -> None:
    settings = "".join(
        f'[alerts.webhooks.{s}]\nservice = "{s}"\nurl_env = "{s.upper()}"\n' for s in ("slack", "wecom")
    )
    config = load_config(owned(settings).config)

    class Half(Wire):
        def send(self, request: Request) -> Hop:
            if "slack" in request.host:
                raise HopFailed("hooks.slack.com cannot be reached.", url=request.url)
            return Hop(200, {}, TAKEN["wecom"])

    told, _ = make_round(
        config, send=True, as_of="2026-11-22", transport=Half(),
        environment={"SLACK": GOOD["slack"], "WECOM": GOOD["wecom"]},
    )  # fmt: skip
    assert told_of(told, "slack").error and not told_of(told, "wecom").error


def test_a_state_that_ended_is_news_when_it_comes_back(tmp_path: Path) -> None:
    store = ToldStore(tmp_path)
    happened = signal("Larkmoor raises money")
    for news, fresh in (
        ([stale(), happened], 2),
        ([stale(), happened], 0),
        ([], 0),
        ([stale(), happened], 1),
    ):
        with store.telling("ops", news, NOW) as told:
            assert len(told) == fresh
    assert len(store.untold("somebody else", [stale()])) == 1
    with pytest.raises(AlertFailed), store.telling("third", [stale()], NOW):
        raise AlertFailed("down")
    assert len(store.untold("third", [stale()])) == 1


def test_signals_are_told_once_and_the_weightiest_first(tmp_path: Path) -> None:
    world = Tellings(tmp_path)
    rows = [{**a, "owner": "Anna Berg"} for a in ACCOUNTS]
    with world.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, "owner"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    world.tell(
        "L1",
        world.article("L1", "Larkmoor raises $40 million in Series B funding"),
        world.article("L1", "Larkmoor appoints Ada Fenn as chief financial officer"),
    )
    world.night()
    config = load_config(world.config)
    [one], _ = make_round(config, as_of=world.now.isoformat())
    assert one.letter is not None
    [signals] = [s for s in one.letter.sections if s.title == "New signals"]
    assert signals.lines[0].head.startswith("funding: ") and signals.lines[0].account == "Larkmoor"
    assert len(signals.lines) == len(world.rows("SELECT * FROM story")) >= 2
    late = (world.now + timedelta(days=40)).isoformat()
    [then], _ = make_round(config, as_of=late)
    assert then.letter is not None
    assert "New signals" not in {s.title for s in then.letter.sections}
    assert "No run has come to its end" in as_text(then.letter)


@pytest.mark.parametrize("service", HOSTS)
def test_only_the_hosts_of_a_service_are_asked(service: str) -> None:
    check_address("ops", service, GOOD[service])
    host = GOOD[service].split("/")[2].partition(":")[0]
    bad = [
        GOOD[service].replace("https", "http"), f"https://{host}.evil.example/x", f"https://evil.example/{host}",
        f"https://user@{host}/x", f"https://{host}:8443/x", "https://127.0.0.1/x", "https://[::1]/x", "", "https://[",
    ]  # fmt: skip
    for url in bad:
        with pytest.raises(ConfigError) as caught:
            check_address("ops", service, url)
        assert not url or url not in str(caught.value)


def test_a_known_host_that_resolves_inside_is_not_asked() -> None:
    inside = LiveTransport(WebConfig(), resolver=lambda host, port: ["10.0.0.7"])
    with pytest.raises(HopFailed, match="private"):
        inside.send(Request(GOOD["slack"], {}, 5, 1000, body=b"{}"))


@pytest.mark.parametrize("service", HOSTS)
def test_redirects_and_refusals_are_failures(service: str) -> None:
    assert refusal(service, 200, TAKEN[service]) is None
    assert refusal(service, 302, b"") and refusal(service, 429, b"slow down")
    refused = {"slack": b"invalid_payload", "teams": b"Webhook message delivery failed"}
    assert refusal(service, 200, refused.get(service, b'{"errcode": 93000, "code": 9499, "errmsg": "no"}'))
    assert service in ("slack", "teams") or refusal(service, 200, b"<html>")


def hostile_letter(lang: Any = "en") -> Any:
    news = [
        signal(HOSTILE, url="javascript:alert(1)", name=HOSTILE),
        stale(name=HOSTILE),
        signal("x" * 50_000),
    ]
    news += [signal(f"{HOSTILE}{n}") for n in range(60)]
    return write_letter(
        news, lang, most=50, owner=HOSTILE, waiting=3, console="https://evergreen.example.com/"
    )


def test_hostile_text_is_inert_in_mails() -> None:
    letter = hostile_letter()
    html = as_html(letter)
    assert "<script" not in html and "<img" not in html and "javascript:" not in html
    assert "\u202e" not in html + as_text(letter)
    mail = compose(letter, "evergreen@example.com", "ops@example.com", NOW)
    assert mail["Bcc"] is None and "\n" not in mail["Subject"]


def test_hostile_text_is_inert_in_chat() -> None:
    letter = hostile_letter()
    slack = json.dumps(payload("slack", letter))
    assert "<!" not in slack and "<@" not in slack and "<script" not in slack and "*b*" not in slack
    teams = payload("teams", letter)["attachments"][0]["content"]
    assert {item["type"] for item in teams["body"]} == {"RichTextBlock"}
    assert all(run["type"] == "TextRun" for item in teams["body"] for run in item["inlines"])
    feishu = payload("feishu", letter)["content"]["post"]["en_us"]["content"]
    assert {element["tag"] for row in feishu for element in row} <= {"text", "a"}
    assert all(e["href"].startswith("https://") for row in feishu for e in row if e["tag"] == "a")
    for service in ("wecom", "dingtalk"):
        message = payload(service, letter)
        assert message["msgtype"] == "text" and "@" not in message["text"]["content"]
    assert "javascript:" not in slack + json.dumps([teams, feishu])


@pytest.mark.parametrize(
    ("service", "most"), [("slack", 60_000), ("teams", 28_000), ("feishu", 20_000), ("wecom", 2048), ("dingtalk", 20_000)]
)  # fmt: skip
def test_messages_stay_below_the_limits_of_their_services(service: str, most: int) -> None:
    for lang in ("en", "zh"):
        message = payload(service, hostile_letter(lang))
        text = message["text"]["content"] if service == "wecom" else json.dumps(message, ensure_ascii=False)
        assert len(text.encode()) <= most
        if service == "slack":
            assert len(message["blocks"]) <= 50
            assert all(len(b["text"]["text"]) <= 3000 for b in message["blocks"])


def test_signatures_go_where_their_services_look() -> None:
    url, message = signed("feishu", GOOD["feishu"], {"msg_type": "post"}, "key", NOW)
    assert url == GOOD["feishu"] and message["timestamp"] == str(int(NOW.timestamp())) and message["sign"]
    url, message = signed("dingtalk", GOOD["dingtalk"], {}, "key", NOW)
    assert f"&timestamp={int(NOW.timestamp())}000&sign=" in url and message == {}
    assert signed("slack", GOOD["slack"], {}, "key", NOW) == (GOOD["slack"], {})


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "https://a b.example", "https://u@x.example", "https://x.example/\u202e", "http://[", "", None]
)  # fmt: skip
def test_only_plain_addresses_are_linked(url: str | None) -> None:
    assert safe_link(url) == ""
    assert safe_link("https://x.example/a?b=c&d=<e>") == "https://x.example/a?b=c&d=%3Ce%3E"


def test_strangers_text_is_one_line() -> None:
    assert plain(HOSTILE).count("\n") == 0 and len(plain("x" * 10_000_000)) == 160


def test_a_mail_goes_out_over_tls_as_text_and_html(tmp_path: Path) -> None:
    letter = write_letter([signal("蓝谷完成B轮融资"), stale()], "zh", waiting=2)
    with MailServer(tmp_path) as server:
        config = MailConfig(host="127.0.0.1", port=server.port, sender="evergreen@example.com")
        Mailer(config, context=server.trust).send(letter, "ops@example.com", NOW)
        server.refused.add("gone@example.com")
        with pytest.raises(AlertFailed, match="550 no such mailbox"):
            Mailer(config, context=server.trust).send(letter, "gone@example.com", NOW)
        with pytest.raises(AlertFailed, match="certificate"):
            Mailer(config, context=ssl.create_default_context()).send(letter, "ops@example.com", NOW)
    [(to, mail)] = server.mails
    assert to == "ops@example.com" and not server.in_the_clear
    assert mail["Subject"] == letter.subject
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert "蓝谷完成B轮融资" in text.get_content() and "蓝谷完成B轮融资" in html.get_content()


def test_mail_in_the_clear_goes_to_this_machine_only(tmp_path: Path) -> None:
    letter = write_letter([stale()], "en")
    outside = MailConfig(host="mail.example.com", tls="none", sender="evergreen@example.com")
    with pytest.raises(ConfigError, match="not this machine"):
        Mailer(outside).send(letter, "ops@example.com", NOW)
    with MailServer(tmp_path) as server:
        here = MailConfig(host="127.0.0.1", port=server.port, tls="none", sender="evergreen@example.com")
        Mailer(here).send(letter, "ops@example.com", NOW)
    assert len(server.mails) == 1


def test_what_is_missing_is_told_with_its_setting(tmp_path: Path) -> None:
    file = tmp_path / "evergreen.toml"

    def problem(text: str, environment: dict[str, str] | None = None) -> str:
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            channels(load_config(file), environment or {})
        return str(caught.value)

    assert "Nobody is told" in problem("")
    assert "no mail server" in problem('[alerts]\nrevops = ["ops@example.com"]\n')
    assert "no address" in problem('[alerts.webhooks.ops]\nservice = "slack"\nurl_env = "HOOK"\n')
    hook = '[alerts.webhooks.ops]\nservice = "slack"\nurl_env = "HOOK"\n'
    assert "none of slack's" in problem(hook, {"HOOK": GOOD["feishu"]})
    assert "url_env" in problem(
        '[alerts.webhooks.ops]\nservice = "slack"\nurl = "https://hooks.slack.com/x"\n'
    )
    assert "alerts.owners" in problem('[alerts.owners]\nAnna = "anna@example.com\\nBcc: x@y.example"\n')
