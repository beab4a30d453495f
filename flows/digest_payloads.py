"""Digests as the messages of chat services, each in the service's own form, so that no name of a stranger is markup.

Slack's text is escaped as its documentation asks and taken verbatim; Teams gets text runs and 飞书 text elements, which know no
markup; 企业微信 and 钉钉 get the message type `text`. Nobody is ever mentioned. Sizes stay below each service's limit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flows.digest_text import Letter, Line, Section, as_text

Payload = dict[str, Any]
#: Slack: characters a section block, blocks a message. The rest: bytes a message.
_SLACK_SECTION, _SLACK_BLOCKS = 2900, 48
_TEAMS_BYTES, _FEISHU_BYTES, _WECOM_BYTES, _DINGTALK_BYTES = 24_000, 18_000, 2_000, 18_000
_CUT = "…"


def payload(service: str, letter: Letter) -> Payload:
    """The message of a service. Raises KeyError for one that is not known."""
    return _MAKERS[service](letter)


def signed(
    service: str, url: str, message: Payload, secret: str | None, now: datetime
) -> tuple[str, Payload]:
    """Address and message with the signature 钉钉 puts into the address and 飞书 into the message; others sign nothing."""
    if not secret:
        return url, message
    if service == "feishu":
        seconds = str(int(now.timestamp()))
        mark = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
        return url, {"timestamp": seconds, "sign": base64.b64encode(mark).decode(), **message}
    if service == "dingtalk":
        millis = str(int(now.timestamp() * 1000))
        mark = hmac.new(secret.encode(), f"{millis}\n{secret}".encode(), hashlib.sha256).digest()
        more = urlencode({"timestamp": millis, "sign": base64.b64encode(mark).decode()})
        return f"{url}{'&' if '?' in url else '?'}{more}", message
    return url, message


def refusal(service: str, status: int, body: bytes) -> str | None:
    """Why a service did not take a message, in its own words, or None where it did: some refuse with status 200."""
    text = body[:2000].decode("utf-8", "replace").strip()
    if not 200 <= status < 300:
        return f"status {status}: {text[:200]}"
    if service == "slack":
        return None if text == "ok" else text[:200]
    if service == "teams":
        return text[:200] if "failed" in text.lower() else None
    try:
        told = json.loads(text)
        code = told.get("errcode", told.get("code", told.get("StatusCode")))
    except (ValueError, AttributeError):
        return f"an answer that is none: {text[:200]}"
    return None if code == 0 else str(told.get("errmsg") or told.get("msg") or code)[:200]


def _slack(letter: Letter) -> Payload:
    blocks: list[Payload] = [
        {"type": "header", "text": {"type": "plain_text", "text": letter.subject[:150], "emoji": False}},
        _slack_text(_slack_escape(letter.lead)),
    ]
    for section in letter.sections:
        text = f"*{_slack_escape(section.title)}*"
        for line in _slack_lines(section):
            if len(text) + len(line) >= _SLACK_SECTION:
                blocks.append(_slack_text(text))
                text = ""
            text += f"\n{line}"
        blocks.append(_slack_text(text))
    ends = [_slack_escape(words) for words in letter.foot]
    ends += (
        [f"<{_slack_escape(letter.console)}|{_slack_escape(letter.open_words)}>"] if letter.console else []
    )
    return {
        "text": _slack_escape(letter.subject),
        "blocks": [*blocks[:_SLACK_BLOCKS], _slack_text("\n".join(ends))],
    }


def _slack_lines(section: Section) -> Iterator[str]:
    for line in section.lines:
        head = _slack_escape(line.head)
        head = (
            f"<{_slack_escape(line.link).replace('|', '%7C')}|{head.replace('|', '¦')}>"
            if line.link
            else head
        )
        detail = f" ({_slack_escape(line.detail)})" if line.detail else ""
        yield f"• {_slack_escape(line.account)}: {head}{detail}" if line.account else f"• {head}{detail}"
    if section.more:
        yield _slack_escape(section.more)


def _slack_text(text: str) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "verbatim": True, "text": text.strip()}}


def _slack_escape(text: str) -> str:
    """As Slack asks, and the marks of its formatting by look-alikes: it has no escape for those."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.translate({ord("*"): "∗", ord("`"): "'", ord("~"): "∼", ord("_"): "_\u2060"})


def _teams(letter: Letter) -> Payload:
    body: list[Payload] = [
        _teams_line(letter.subject, size="large", weight="bolder"),
        _teams_line(letter.lead),
    ]
    for section in letter.sections:
        body.append(_teams_line(section.title, size="medium", weight="bolder") | {"spacing": "medium"})
        body += [_teams_item(line) for line in section.lines]
        body += [_teams_line(section.more)] if section.more else []
    body += [_teams_line(words, isSubtle=True) for words in letter.foot]
    while len(json.dumps(body).encode()) > _TEAMS_BYTES:
        body[-2:] = [_teams_line(_CUT)]
    card: Payload = {
        "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.4",
        "body": body,
    }  # fmt: skip
    if letter.console:
        card["actions"] = [{"type": "Action.OpenUrl", "title": letter.open_words, "url": letter.console}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _teams_item(line: Line) -> Payload:
    run: Payload = {"type": "TextRun", "text": line.head}
    if line.link:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": line.link}
    before = [{"type": "TextRun", "text": f"{line.account}: ", "weight": "bolder"}] if line.account else []
    after = [{"type": "TextRun", "text": f" ({line.detail})", "isSubtle": True}] if line.detail else []
    return {"type": "RichTextBlock", "inlines": [*before, run, *after]}


def _teams_line(text: str, **look: Any) -> Payload:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _feishu(letter: Letter) -> Payload:
    rows: list[list[Payload]] = [[_feishu_text(letter.lead)]]
    for section in letter.sections:
        rows.append([_feishu_text(f"【{section.title}】")])
        rows += [_feishu_row(line) for line in section.lines]
        rows += [[_feishu_text(section.more)]] if section.more else []
    rows.append([_feishu_text(" ".join(letter.foot))])
    if letter.console:
        rows.append([{"tag": "a", "text": letter.open_words, "href": letter.console}])
    while len(json.dumps(rows, ensure_ascii=False).encode()) > _FEISHU_BYTES:
        rows[-2:] = [[_feishu_text(_CUT)]]
    lang = "zh_cn" if letter.lang == "zh" else "en_us"
    return {"msg_type": "post", "content": {"post": {lang: {"title": letter.subject, "content": rows}}}}


def _feishu_row(line: Line) -> list[Payload]:
    head = _feishu_text(line.head) if not line.link else {"tag": "a", "text": line.head, "href": line.link}
    before = [_feishu_text(f"{line.account}: ")] if line.account else []
    return [*before, head, *([_feishu_text(f" ({line.detail})")] if line.detail else [])]


def _feishu_text(text: str) -> Payload:
    return {"tag": "text", "text": text.replace("<", "＜").replace(">", "＞")}


def _wecom(letter: Letter) -> Payload:
    return {
        "msgtype": "text",
        "text": {"content": _cut(_short_text(letter), _WECOM_BYTES), "mentioned_list": []},
    }


def _dingtalk(letter: Letter) -> Payload:
    content = _cut(f"{letter.subject}\n\n{as_text(letter)}".replace("@", "＠"), _DINGTALK_BYTES)
    return {"msgtype": "text", "text": {"content": content}, "at": {"isAtAll": False, "atMobiles": []}}


def _short_text(letter: Letter) -> str:
    """The letter without links, for a service that takes little: the console has them."""
    lines = [letter.subject]
    for section in letter.sections:
        lines += ["", f"【{section.title}】"]
        lines += [
            f"· {line.account}: {line.head}" if line.account else f"· {line.head}" for line in section.lines
        ]
        lines += [section.more] if section.more else []
    ends = [letter.console] if letter.console else []
    return "\n".join([*lines, "", *ends]).replace("@", "＠")


def _cut(text: str, most: int) -> str:
    """The text in no more bytes of UTF-8, cut at a line."""
    if len(text.encode()) <= most:
        return text
    lines, left = [], most - len(_CUT.encode()) - 1
    for line in text.split("\n"):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join([*lines, _CUT])


_MAKERS = {"slack": _slack, "teams": _teams, "feishu": _feishu, "wecom": _wecom, "dingtalk": _dingtalk}
