"""Bytes of a page to text. Pages lie about their encoding, in Chinese more than elsewhere; nothing here raises."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

_SAMPLE = 200_000
_TOLERATED = (
    0.02  # share of non-ASCII bytes that may be broken in a declared encoding that is right all the same
)
_RUN = re.compile(rb"[\x80-\xff]+")
_ASCII = bytes(range(128))
_UTF8_SEQUENCE = re.compile(rb"[A-Za-z]?[\xc2-\xf4][\x80-\xbf]{1,3}[A-Za-z]?")
_TELLING = 3
"""What a sequence counts that is hardly chance: three bytes or more, or a letter of a Latin word."""
_ENOUGH = 8
"""Where a multi-byte encoding is declared, whose characters may look like short sequences: three telling ones."""
_DEFAULTS = frozenset({"cp1252", "iso8859-1", "latin-1"})  # what servers say without having looked
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
"""What Python calls encodings and no browser does; UTF-7 hides markup."""
_SUPERSETS = {"gbk": "gb18030", "gb2312": "gb18030", "hz-gb-2312": "gb18030", "big5": "big5hkscs"}


def decode(body: bytes, headers: Mapping[str, str]) -> str:
    """The text of a body. `headers` have lower-case names.

    In this order: a byte order mark; UTF-8 that is plainly valid, whatever is declared; the encoding the header, then the page declares,
    if the bytes agree with it; the best guess. What cannot be decoded becomes U+FFFD. GB2312 and GBK are read as
    their superset GB18030.
    """
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return body[len(mark) :].decode(_known(marked) or "utf-8", "replace")
    if body.isascii() and b"\x1b" not in body:
        return body.decode("ascii")
    declared = list(_declared(body, headers))
    if _is_utf8(body, declared):
        return body.decode("utf-8", "replace")
    for name in sorted(declared, key=lambda name: name in _DEFAULTS):
        text = _agrees(body, name)
        if text is not None:
            return (_as_chinese(body) or text) if name in _DEFAULTS else text
    return _guess(body, declared)


def _declared(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """The encodings header and page declare, as Python knows them, without those it does not."""
    named = (
        http_content_type_encoding(headers.get("content-type", "")),
        html_body_declared_encoding(body[:8192]),
    )
    seen: set[str] = set()
    for name in named:
        known = _known(name) if name else None
        if known and known not in seen:
            seen.add(known)
            yield known


def _known(name: str) -> str | None:
    resolved = resolve_encoding(name)
    if resolved is None:
        return None
    try:
        codec = codecs.lookup(resolved)
    except (LookupError, ValueError):
        return None
    if codec.name in _NO_CHARSETS or not _is_of_text(codec):
        return None
    return _SUPERSETS.get(codec.name, codec.name)


def _is_of_text(codec: codecs.CodecInfo) -> bool:
    """False for what turns bytes into bytes (base64, zlib), which Python keeps in the same drawer."""
    return bool(getattr(codec, "_is_text_encoding", True))


def _is_utf8(body: bytes, declared: list[str]) -> bool:
    """True for valid UTF-8. Where something else is declared, a few sequences may be chance and do not count."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(body) - 3:  # cut in the middle of the last character is no fault
            return False
    if not declared or "utf-8" in declared:
        return True
    enough = _TELLING if all(name in _DEFAULTS for name in declared) else _ENOUGH
    count = 0
    for match in _UTF8_SEQUENCE.finditer(body):
        count += 1 if len(match.group()) == 2 else _TELLING
        if count >= enough:
            return True
    return False


def _agrees(body: bytes, name: str) -> str | None:
    """The text in a declared encoding if (nearly) all bytes fit it, else None."""
    try:
        text = body.decode(name, "replace")
    except (LookupError, ValueError):  # codecs that are no text encodings
        return None
    broken = text.count("�") - body.count(b"\xef\xbf\xbd")
    foreign = _foreign_share(body) * len(body)
    cut = 1 if text.endswith("�") else 0  # in the middle of the last character
    return text if broken - cut <= _TOLERATED * foreign else None


def _guess(body: bytes, declared: list[str]) -> str:
    """The likeliest reading of a body whose declaration is missing or wrong."""
    text = _agrees(body, "utf-8") or _as_chinese(body)
    if text is not None:
        return text
    if _stands_alone(body):
        return body.decode("cp1252", "replace")
    best = from_bytes(body[:_SAMPLE]).best()
    encoding = best.encoding if best is not None else (declared[0] if declared else "utf-8")
    return body.decode(encoding, "replace")


def _foreign_share(body: bytes) -> float:
    """The share of bytes that are not ASCII."""
    sample = body[:_SAMPLE]
    return len(sample.translate(None, _ASCII)) / max(1, len(sample))


def _stands_alone(body: bytes) -> bool:
    """True where foreign bytes mostly come one by one, as accents and typographic quotes of Latin text do."""
    runs = [len(run) for run in _RUN.findall(body[:_SAMPLE])]
    return sum(runs) < 1.5 * len(runs)


def _as_chinese(body: bytes) -> str | None:
    """The body read as GB18030 if that makes everyday Chinese of it, else None."""
    text = _agrees(body, "gb18030")
    return text if text is not None and _reads_chinese(text) else None


def _reads_chinese(text: str) -> bool:
    """True when most of what is not ASCII is everyday Chinese: Latin-1 read as GB18030 gives rare characters."""
    foreign = [c for c in text[:_SAMPLE] if c > "\x7f"]
    return bool(foreign) and sum(c in _EVERYDAY for c in foreign) >= 0.15 * len(foreign)


_EVERYDAY = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还"
    "发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全"
    "工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产"
    "入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光"
    "，。、：；“”（）《》版权所有联系我们技术支持服务有限公司首页产品网站电话地址邮编传真备案号"
)
