"""Inputs nobody wrote down: our own fixtures cut, flipped, doubled, nested and filled with what trips programs up.

Every mutation is drawn from a `Random`, so that (target, seed, number) names an input for good.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

WORDS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xf0\x9f\x92\xa9" * 9, b"\xcc\x81" * 300,
    "ǅﬀİßſ".encode(), "１２３４５６７８９０".encode(), "²³①⑩፩៣".encode(), "٠١٢٣٤٥٦٧٨٩".encode(), "〇零廿卅".encode(), b"&#xD800;", b"&#0;", b"&#99999999999;", b"&amp;" * 200,
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<script>", b"</script>", b"<svg><style>", b"<template>", b"<a href='//[::1'>", b"<base href='http://['>",
    b"http://[", b"https://a@b:c@d:99999/", b"javascript:1", b"mailto:@", b"tel:+", b"data:,", b"//", b"%", b"%zz%00", b"{{", b"}}", b"${", b"\\u0000", b"\\ud83d",
    b"\r", b"\n", b"\t", b"\x0b\x0c", b"\x1b$B", b"\"", b"'", b"`", b";", b",", b"=cmd|' /C calc'!A0", b"../../etc/passwd", b"1e309", b"-0", b"0x10", b"9" * 400, b"nan", b"2026-02-30",
    b"0000-00-00", b"9999-12-31T23:59:60Z", b"+00:00", b"-9999999999999", b"\xc2\xa0", b"\xe3\x80\x80", b"\xe2\x80\x8b" * 50,
)  # fmt: skip
LIES = (
    "text/html; charset=utf-8", "text/html; charset=gbk", "text/html; charset=utf-16", "text/html; charset=utf-7", "text/html; charset=big5", "application/json",
    "text/html; charset=\x00", "text/html; charset=rot13", "text/html; charset=base64", "text/html; charset=idna", "text/html; charset=unicode_escape", "image/png", "", ";;;=;", "text/html; charset=" + "x" * 5000,
)  # fmt: skip


LARGEST = 10_000_000
"""What the client lets through of one answer, and more than any of our files."""


def _span(random: Random, data: bytes, longest: int = 2000) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + 1 + int(random.random() ** 3 * longest))


def cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(1 + int(random.random() ** 3 * 40)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def drop(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:start] + data[end:]


def double(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    times = random.choice((1, 2, 10, 300)) if end - start < 300 else 1
    return data[:end] + data[start:end] * times + data[end:]


def insert(random: Random, data: bytes) -> bytes:
    for _ in range(random.choice((1, 1, 2, 6))):
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(WORDS) + data[at:]
    return data


def swap(random: Random, data: bytes) -> bytes:
    (a, b), (c, d) = sorted((_span(random, data), _span(random, data)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def recode(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        random.choice(("gb18030", "big5", "utf-16", "utf-16-be", "latin-1", "utf-7", "shift_jis", "utf-32")),
        "replace",
    )


def _tag(random: Random, data: bytes) -> tuple[int, int]:
    """Where some markup stands: from a `<` to the next `>`."""
    start = data.find(b"<", random.randrange(len(data) + 1))
    end = data.find(b">", start) + 1
    return (start, end) if 0 <= start < end else (0, 0)


def repeat_tag(random: Random, data: bytes) -> bytes:
    start, end = _tag(random, data)
    return data[:start] + data[start:end] * random.choice((2, 20, 500)) + data[end:]


def nest(random: Random, data: bytes) -> bytes:
    """Markup inside markup inside markup, now and then 100,000 deep."""
    deep = random.choice((30, 300, 300, 3_000)) if random.random() < 0.97 else 100_000
    opening = random.choice(
        (
            b"<div>",
            b"<b>",
            b"<table><tr><td>",
            b"<ul><li>",
            b"<a href=x>",
            b"<font>",
            b"<svg>",
            b"<x y=z>",
            b"<![CDATA[",
            b"<p><form>",
            b"<item>",
            b"<!--",
        )
    )
    at = random.randrange(len(data) + 1)
    return data[:at] + opening * deep + data[at:]


def huge(random: Random, data: bytes) -> bytes:
    """An attribute, word, number or run of blanks that is far too long."""
    size = random.choice((5_000, 50_000)) if random.random() < 0.97 else 3_000_000
    what = random.choice(
        (
            b"a",
            b" ",
            b"\n",
            b"1",
            b"-",
            b"a@",
            b"a.",
            b"//",
            b"( ",
            b"&",
            b"&#",
            b"<",
            b"\xe5\x85\xac",
            b"A B ",
            b'""',
            b"1,",
            b"x=",
            b"http://",
            b"+1 ",
        )
    )
    body = what * (size // len(what))
    start, end = _tag(random, data)
    if end and random.random() < 0.5:
        return data[: end - 1] + b' data-x="' + body + b'"' + data[end - 1 :]
    return data[:start] + body + data[start:]


PLAIN = (cut, flip, drop, double, insert, swap, recode)
MARKUP = (*PLAIN, insert, repeat_tag, nest, huge)
Mutation = Callable[[Random, bytes], bytes]


def mutated(random: Random, seeds: Sequence[bytes], kinds: Sequence[Mutation]) -> bytes:
    """A seed, or two spliced, after one to four mutations; at most some megabytes."""
    data = random.choice(seeds)
    if random.random() < 0.1:
        other = random.choice(seeds)
        data = data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]
    for _ in range(random.choice((1, 1, 2, 4))):
        if len(data) < 8_000_000:
            data = random.choice(kinds)(random, data)
    return data[:LARGEST]


def plain(random: Random, seeds: Sequence[bytes]) -> bytes:
    return mutated(random, seeds, PLAIN)


def sized(random: Random, seeds: Sequence[bytes]) -> bytes:
    return mutated(random, seeds, (*PLAIN, huge))


def markup(random: Random, seeds: Sequence[bytes]) -> bytes:
    return mutated(random, seeds, MARKUP)


def _deep(random: Random) -> Any:
    value: Any = None
    for _ in range(random.choice((3, 40, 400))):
        value = [value] if random.random() < 0.5 else {"a": value}
    return value


VALUES: tuple[Callable[[Random], Any], ...] = (
    lambda r: None, lambda r: r.choice((True, False)), lambda r: r.choice((0, 1, -1, 10**400, -(2**63) - 1, 2**64, 253402300800000, 1e308, 1e15)),
    lambda r: r.choice((float("nan"), float("inf"), float("-inf"), -0.0, 5e-324)), lambda r: "", lambda r: [], lambda r: {},
    lambda r: r.choice(WORDS).decode("utf-8", "replace"), lambda r: "\ud800", lambda r: "a\udfff\x00b", lambda r: "\u202eAcme\u2066 Ltd", lambda r: "x" * 20_000,
    lambda r: [None], lambda r: [[]], lambda r: {"": None}, lambda r: {"value": {"value": {"value": 1}}}, lambda r: "9" * 300, lambda r: "2026-13-45T99:99:99", _deep,
    lambda r: "&lt;p&gt;" * 200, lambda r: "http://[::1", lambda r: ["a", 1, None, {}], lambda r: [{"id": None, "name": []}] * 30,
)  # fmt: skip


def _paths(value: Any) -> list[tuple[Any, ...]]:
    """Every place in a JSON value that is no deeper than a hundred."""
    found: list[tuple[Any, ...]] = []
    todo: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while todo and len(found) < 20_000:
        path, here = todo.pop()
        found.append(path)
        inner = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        todo += [((*path, key), child) for key, child in inner if len(path) < 100]
    return found


def _changed(random: Random, value: Any, path: tuple[Any, ...]) -> Any:
    """The value with one place wrong: another type, gone, doubled, or of another name."""
    if not path:
        return random.choice(VALUES)(random)
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) > 1:
        copy[path[0]] = _changed(random, value[path[0]], path[1:])
        return copy
    fate = random.random()
    if fate < 0.7:
        copy[path[0]] = random.choice(VALUES)(random)
    elif fate < 0.85:
        del copy[path[0]]
    elif isinstance(copy, list):
        copy += [copy[path[0]]] * random.choice((1, 3, 200))
    else:
        copy[random.choice(VALUES)(random) if random.random() < 0.1 else f"{path[0]}x"] = copy.pop(path[0])
    return copy


def json_body(random: Random, seeds: Sequence[bytes]) -> bytes:
    """A JSON body that is wrong at one to five of its places; one in ten is broken as bytes."""
    seed = random.choice(seeds)
    try:
        value = json.loads(seed)
    except ValueError:
        return mutated(random, [seed], MARKUP)
    if random.random() < 0.1:
        return mutated(random, [seed], (*PLAIN, huge))
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        places = _paths(value)
        try:
            value = _changed(random, value, random.choice(places))
        except TypeError:  # a name that cannot be one
            continue
    body = json.dumps(value, ensure_ascii=random.random() < 0.7)
    return body.encode("utf-8", "surrogatepass")
