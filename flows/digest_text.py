"""A digest in words: one letter, from which mails and the messages of every chat service are made.

All that strangers wrote (names, titles, values) passes `plain` on its way into a letter; what a service takes for markup is
the business of its own payload (`flows/digest_payloads.py`) or of the template.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.digest import Kind, News
from intelligence.tables import data

Lang = Literal["en", "zh"]
_LONGEST = 160
_LONGEST_URL = 600
_WEB = re.compile(r"(?i)\bhttps?://")
_BLANKS = re.compile(r"\s+")
_SCHEME = re.compile(r"(?i):(?=//)|(?<=javascript):|(?<=vbscript):|(?<=mailto):|(?<=data):|(?<=file):")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: what it is, whose, more about it, and where to read on (empty, or plain http and https)."""

    head: str
    account: str = ""
    detail: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of news; `more` counts in words what is not listed."""

    title: str
    lines: tuple[Line, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest in one language, ready for any channel."""

    lang: Lang
    subject: str
    lead: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    console: str = ""
    open_words: str = ""


def plain(text: Any, longest: int = _LONGEST) -> str:
    """A stranger's text on one line: no controls, no marks that turn the writing round, no scheme that makes a link.

    >>> plain("Acme\\u202e\\n https://x.example/"), plain("javascript:alert(1)")
    ('Acme x.example/', 'javascript：alert(1)')
    """
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in str(text or "")[: 8 * longest])
    line = _SCHEME.sub("：", _WEB.sub("", _BLANKS.sub(" ", kept)).strip())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def safe_link(url: Any) -> str:
    """The address if it is plain http or https and nothing odd, else nothing."""
    text = str(url or "").strip()
    if len(text) > _LONGEST_URL or any(c.isspace() or unicodedata.category(c)[0] == "C" for c in text):
        return ""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        return ""
    return quote(text, safe="!#$%&'()*+,/:;=?@[]~-._") if usable else ""


@cache
def _strings() -> Mapping[str, tuple[str, str]]:
    text = resources.files("flows").joinpath("digest_words.yml").read_text(encoding="utf-8")
    return {key: (str(pair[0]), str(pair[1])) for key, pair in yaml.safe_load(text).items()}


def _say(lang: Lang, key: str, **places: Any) -> str:
    return _strings()[key][0 if lang == "en" else 1].format(**places)


def write_letter(
    news: Sequence[News],
    lang: Lang,
    *,
    most: int = 10,
    owner: str | None = None,
    waiting: int = 0,
    console: str | None = None,
) -> Letter:
    """The letter for news, sections in the order of `Kind`, `most` lines each; `waiting` counts all open questions."""
    base = safe_link(console).rstrip("/")
    by_kind = {kind: [one for one in news if one.kind is kind] for kind in Kind}
    parts = [_counted(lang, kind, len(ones)) for kind, ones in by_kind.items() if ones]
    sections = tuple(
        Section(
            _say(lang, f"title_{kind}"),
            tuple(_line(one, lang, base) for one in ones[:most]),
            _say(lang, "more", n=len(ones) - most) if len(ones) > most else "",
        )
        for kind, ones in by_kind.items()
        if ones
    )
    foot = [_say(lang, "waiting_one" if waiting == 1 else "waiting", n=waiting)] if waiting else []
    return Letter(
        lang,
        _say(lang, "subject", parts=_say(lang, "subject_comma").join(parts)),
        _say(lang, "lead_owner", owner=plain(owner)) if owner else _say(lang, "lead_all"),
        sections,
        (*foot, _say(lang, "foot")),
        base,
        _say(lang, "open"),
    )


def _counted(lang: Lang, kind: Kind, count: int) -> str:
    return _say(lang, f"count_one_{kind}" if count == 1 else f"count_{kind}", n=count)


def _line(one: News, lang: Lang, base: str) -> Line:
    row = one.row
    account = plain(row.get("account_name") or row.get("account_id"), 80)
    here = (
        f"{base}/accounts/{quote(str(row['account_id']), safe='')}" if base and row.get("account_id") else ""
    )
    if one.kind is Kind.SIGNAL:
        day = str(row["happened_on"] or _say(lang, "undated"))
        return Line(_signal(row, lang), account, day, safe_link(row["url"]) or here)
    if one.kind is Kind.FAILURE:
        return _failure(
            one, lang, account, f"{base}/runs/{row['run_id']}" if base and row.get("run_id") else here
        )
    if one.kind is Kind.STALE:
        detail = _say(
            lang, f"{one.what}_detail", age=row["age_days"], ttl=row["ttl_days"], reason=plain(row["reason"])
        )
        return Line(
            _say(lang, one.what, label=row[f"label_{lang}"], value=plain(row["crm_value"], 80)),
            account,
            detail,
            here,
        )
    old = plain(row["crm_value"], 80) or _say(lang, "blank")
    words = _say(lang, one.what, label=row[f"label_{lang}"], old=old, new=plain(row["proposed"], 80))
    return Line(words, account, "", f"{base}/review" if base else "")


def _signal(row: Mapping[str, Any], lang: Lang) -> str:
    names = data("brief")["classes"].get(row["event_class"], {})
    event = names.get(lang, str(row["event_class"]).replace("_", " "))
    key = f"status_{row['status']}"
    status = _say(lang, key) if key in _strings() else ""
    return _say(lang, "signal", event=event, status=status, title=plain(row["title"]))


def _failure(one: News, lang: Lang, account: str, here: str) -> Line:
    row, what = one.row, one.what
    label = row.get(f"label_{lang}") or row.get("field") or ""
    if what == "quiet":
        shown = "{:.1f}" if row["measure"] == "fill" else "{:.0%}"
        now, usual = shown.format(row["value"]), shown.format(row["usual"])
        detail = _say(lang, "quiet_detail", now=now, usual=usual, asked=row["asked"])
    elif what == "silence":
        detail = _say(lang, "silence_detail", last=f"{row['last']:%Y-%m-%d %H:%M}")
    else:
        detail = plain(row.get("message") or row.get("error"))
    if what == "invalid":
        what = "rejected"
    places = {k: plain(v, 80) for k, v in row.items() if k in ("run_id", "source", "asked", "value", "hours")}
    return Line(_say(lang, what, label=label, **places), account, detail, here)


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    lines = [letter.lead]
    for section in letter.sections:
        lines += [
            "",
            section.title,
            "-" * sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in section.title),
        ]
        for line in section.lines:
            lines.append(f"* {line.account}: {line.head}" if line.account else f"* {line.head}")
            lines += [f"  {extra}" for extra in (line.detail, line.link) if extra]
        lines += [section.more] if section.more else []
    link = f"{letter.open_words}: {letter.console}" if letter.console else ""
    return "\n".join([*lines, "", *letter.foot, *([link] if link else [])]) + "\n"


def as_html(letter: Letter) -> str:
    """The letter as an HTML mail: no script, nothing fetched, everything escaped, styles at the elements for old readers."""
    environment = Environment(
        loader=PackageLoader("flows"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("digest.html.j2").render(letter=letter)
