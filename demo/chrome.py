"""What surrounds the text of a real page: styles, scripts, menus, teasers, icons, notices; it says nothing of the company.

The world's own pages are about a kilobyte. Dressed in this they have the size and make-up of real ones, 30 to 70 KB of which most
is markup, so that what is measured on them is what reading real pages costs.
"""

from __future__ import annotations

import json
from functools import cache
from random import Random

from demo.companies import Firm
from demo.words import dice, words

#: Bytes of a page, drawn evenly a site; the shares of its parts.
SMALLEST, LARGEST = 30_000, 70_000
_STYLES, _SCRIPTS, _MENU, _TEASERS, _ICONS = 0.30, 0.30, 0.12, 0.22, 0.06
#: So many designs are in use, each by many sites.
_DESIGNS = 24
_RULES = (
    "display:flex", "display:grid", "position:relative", "padding:{n}px {m}px", "margin:0 auto {n}px", "color:#{hex}",
    "background-color:#{hex}", "border-radius:{n}px", "font-size:{n}px", "line-height:1.{n}", "max-width:{m}0px",
    "transition:opacity .{n}s ease-in-out", "box-shadow:0 {n}px {m}px rgba(0,0,0,.{n})", "grid-template-columns:repeat({n},1fr)",
)  # fmt: skip


def dress(page: bytes, encoding: str, firm: Firm, kind: str) -> bytes:
    """A page with all that is around it, in the encoding of the site; the same every night until the site is redesigned."""
    rng = dice("chrome", firm.number, firm.redesigns)
    size, design = rng.randint(SMALLEST, LARGEST), rng.randrange(_DESIGNS)
    start = dice("page", firm.number, kind).randrange(10_000)
    head = f"<style>{_cut(_styles(design), size * _STYLES)}</style><script>{_cut(_scripts(design), size * _SCRIPTS / 2)}</script>"
    language = "zh" if firm.chinese else "en"
    bytes_each = 2 if firm.chinese else 1
    over = (
        f'<svg class="d{design}-defs" aria-hidden="true">{_cut(_icons(design), size * _ICONS)}</svg>'
        + _some(_menu(language, design), firm.number, size * _MENU, "nav", bytes_each)
    )
    state = json.dumps({"page": kind, "build": f"{design:x}{firm.number:07x}", "locale": language})
    under = (
        _some(_teasers(language, design), start, size * _TEASERS, "section", bytes_each)
        + _notice(language, design)
        + f'<script id="__STATE__" type="application/json">{state}</script>'
        + f"<script>{_cut(_scripts(design + _DESIGNS), size * _SCRIPTS / 2)}</script>"
    )
    page = _before(page, b"</head>", head.encode())
    page = _after_tag(page, b"<body", over.encode(encoding, "xmlcharrefreplace"))
    return _before(page, b"</body>", under.encode(encoding, "xmlcharrefreplace"))


def _before(page: bytes, mark: bytes, part: bytes) -> bytes:
    at = page.lower().rfind(mark)
    return page[:at] + part + page[at:] if at >= 0 else page + (part if mark == b"</body>" else b"")


def _after_tag(page: bytes, mark: bytes, part: bytes) -> bytes:
    at = page.lower().find(mark)
    end = page.find(b">", at) + 1 if at >= 0 else 0
    return page[:end] + part + page[end:] if end else page


def _cut(text: str, size: float) -> str:
    """The beginning of a text, up to a line's end."""
    return text[: text.rfind("\n", 0, int(size)) + 1]


def _some(parts: tuple[str, ...], start: int, size: float, tag: str, bytes_each: int) -> str:
    """Parts from somewhere in a list on, of a size together."""
    taken, at = [], start
    left = size / bytes_each if bytes_each == 1 else size / 1.3
    while left > 0:
        part = parts[at % len(parts)]
        taken.append(part)
        left -= len(part)
        at += 1
    return f"<{tag}>{''.join(taken)}</{tag}>"


@cache
def _styles(design: int) -> str:
    rng = dice("styles", design)
    return "".join(
        f".d{design}-{rng.randrange(400)}{rng.choice(('', ':hover', '>li', ' a', '::after'))}{{{_declarations(rng)}}}\n"
        for _ in range(500)
    )


def _declarations(rng: Random) -> str:
    return ";".join(
        rule.format(n=rng.randint(1, 9), m=rng.randint(10, 99), hex=f"{rng.randrange(1 << 24):06x}")
        for rule in rng.sample(_RULES, 4)
    )


@cache
def _scripts(design: int) -> str:
    rng = dice("scripts", design)
    lines = []
    for number in range(400):
        a, b, c = (f"{rng.choice('abcdefgh')}{rng.randrange(90)}" for _ in range(3))
        lines.append(
            f'function f{number}({a},{b}){{var {c}=document.querySelectorAll(".d{design}-"+{a});for(var i=0;i<{c}.length;i++)'
            f'{{{c}[i].classList.toggle({b}?"on":"off");}}return {c}.length>{rng.randrange(9)}}};\n'
        )
    return "".join(lines)


@cache
def _icons(design: int) -> str:
    rng = dice("icons", design)
    lines = []
    for number in range(80):
        points = " ".join(
            f"L{rng.randrange(24)}.{rng.randrange(99)} {rng.randrange(24)}.{rng.randrange(99)}"
            for _ in range(9)
        )
        lines.append(
            f'<symbol id="i{number}" viewBox="0 0 24 24"><path d="M2 2 {points}Z"></path></symbol>\n'
        )
    return "".join(lines)


def _goods(language: str, rng: Random) -> tuple[str, str]:
    lists = words("chrome")[language]
    kind, thing = rng.choice(lists["kinds"]), rng.choice(lists["goods"])
    place = f"{lists['kinds'].index(kind)}-{lists['goods'].index(thing)}"
    return (f"{kind}{thing}" if language == "zh" else f"{kind.capitalize()} {thing}"), f"/range/{place}"


@cache
def _menu(language: str, design: int) -> tuple[str, ...]:
    rng, entries = dice("menu", language, design), []
    for number in range(300):
        name, path = _goods(language, rng)
        entries.append(
            f'<li class="d{design}-item menu-item-{number}"><a class="d{design}-link" href="{path}" data-track="nav:{number}">{name}</a></li>\n'
        )
    return tuple(entries)


@cache
def _teasers(language: str, design: int) -> tuple[str, ...]:
    rng, entries, lists = dice("teasers", language, design), [], words("chrome")[language]
    for number in range(300):
        name, path = _goods(language, rng)
        sizes = ", ".join(f"/media/d{design}/{number}-{w}.webp {w}w" for w in (320, 640, 960))
        entries.append(
            f'<article class="d{design}-card d{design}-card--{rng.randrange(6)}"><a href="{path}" aria-label="{name}"><picture>'
            f'<source type="image/webp" srcset="{sizes}"><img loading="lazy" decoding="async" width="640" height="427" '
            f'src="/media/d{design}/{number}.jpg" alt="{name}"></picture></a><div class="d{design}-body"><h3>{name}</h3>'
            f'<p>{rng.choice(lists["says"])}</p><a class="d{design}-more" href="{path}">{lists["more"]}</a></div></article>\n'
        )
    return tuple(entries)


@cache
def _notice(language: str, design: int) -> str:
    lists = words("chrome")[language]
    buttons = "".join(
        f'<button type="button" class="d{design}-btn">{text}</button>' for text in lists["choices"]
    )
    return f'<div class="d{design}-notice" role="dialog" aria-live="polite"><p>{lists["notice"]}</p>{buttons}</div>\n'
