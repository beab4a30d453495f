"""Inputs that broke something once, made small: what fuzzing found, kept so that it stays mended."""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.target import envelope
from warehouse.decisions import DecisionStore

LONE = b"\\ud800"
"""Half of a surrogate pair as JSON may write it: it ended the night in which its rows were written."""
RAW = b"\xed\xa0\x80"
"""The same as bytes."""


def _damaged_workbook() -> bytes:
    """A zip whose list is whole and whose part is not."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(range(256)) * 40)
    whole = bytearray(file.getvalue())
    whole[60:90] = b"\xff" * 30
    return bytes(whole)


def _foreign_decisions() -> bytes:
    """A store of decisions with a row that is none of ours."""
    with TemporaryDirectory() as folder:
        store = DecisionStore(Path(folder))
        with closing(sqlite3.connect(Path(folder) / "decisions.sqlite")) as db, db:
            db.execute(
                "INSERT INTO decision VALUES ('i', 'shrug', 'maya', 'now', 'A1', 'phone', 'k', '', '{', NULL)"
            )
        del store
        return (Path(folder) / "decisions.sqlite").read_bytes()


FOUND: tuple[tuple[str, bytes | Callable[[], bytes]], ...] = (
    ("reader bamboohr", b'{"result":[{"id":"' + LONE + b'","jobOpeningName":"a"}]}'),
    ("reader lever", b'[{"id":"a","text":"a","descriptionPlain":"' + LONE + b'"}]'),
    ("reader opencorporates", b'{"results":{"companies":[{"company":{"name":"' + RAW + b'","company_number":"1","jurisdiction_code":"gb"}}]}}'),
    ("reader tianyancha", b'{"error_code":0,"result":{"name":"' + RAW + b'","id":1}}'),
    ("reader feed", b'{"version":"jsonfeed","items":[{"url":"' + LONE + b'","title":"a"}]}'),
    ("source gdelt", envelope(b'{"articles":[{"url":"https://a.test/1","title":"Kettle Works ' + LONE + b'","seendate":"20261120T113000Z"}]}')),
    ("reader feed", b"<feed><entry><title>&#xD800;"),
    ("feeds", envelope(b'<rdf:F xmlns:rdf="&#xD800;"')),
    ("feeds", envelope(b'<F f="" xmlns="<![CDATA[&#xD800;"')),
    ("reader personio", b"<workzag-jobs><position><id>1</id><name>&#xD800;</name></position></workzag-jobs>"),
    ("page", envelope(b"><d\x02><p>Tarn Inc")),
    ("careers and news pages", envelope(b'<a href="http://[">News</a>')),
    ("careers and news pages", envelope(b"<font><a href=/news/1>Plant 2026-11-02 " * 3_000)),
    ("careers and news pages", envelope("<a href='http://\u2100.test/news'>News</a>".encode())),
    ("source news", envelope(b"<a href='//[::1'>Newsroom</a><a href=http://[/news>News</a>")),
    ("bodies and charsets", envelope(b"\x1b\xe9" * 40, type="text/html; charset=rot13")),
    ("bodies and charsets", envelope(b"\x1b\xe9" * 40, type="text/html; charset=idna")),
    ("page", envelope(b"\xe9<p>\xff\x1b$B", type="text/html; charset=unicode_escape")),
    ("board eightfold", b'{"count":1,"positions":[{"id":1,"name":"a","t_create":' + b"9" * 400 + b"}]}"),
    ("reader stooq", b"Date,Close\n2026-11-20,1e309\n2026-11-19,nan\n"),
    ("board jobvite", b"<a href='//[/job/o1'>Buyer</a>"),
    ("board page", b'<script type="application/ld+json">{"@type":"JobPosting","title":"a","url":"http://["}</script>'),
    ("crm hubspot", envelope(b'{"results":[null,"a",{"name":[]}]}', 0, type="application/json")),
    ("crm salesforce", envelope(b'["a"]', 3, type="application/json")),
    ("crm odoo", envelope(b'[{"id":{}}, true, 1]', 2, type="application/json")),
    ("crm odoo_xmlrpc", envelope(b"<?xml version='1.0'?><methodResponse><booleanboolean>1</booleanboolean></methodResponse>", 1, type="text/xml")),
    ("crm dynamics", envelope(b'{"value":[1,[],{"LogicalName":null}]}', 1, type="application/json")),
    ("decisions", _foreign_decisions),
    ("catalogue", b"- {a: ]\n"),
    ("catalogue", b"a: 1"),
    ("catalogue", b"- {name: me, type: name, label: {en: Me}, ttl_days: 9}"),
    ("configuration", b"a." * 100_000 + b"a = 1"),
    ("configuration", b"x = " + b"[" * 5_000),
    ("values", b"( " * 100_000),
    ("values", "https://一".encode() + "一".encode() * 15_000),
    ("audit sheet", b"field,source\t, right\nphone,site,y\n"),
    ("bands", b'{"bands":{"hot":1' + b"0" * 400 + b"}}"),
    ("values", b"1" * 5_000),
    ("values", b"9," * 20_000),
    ("values", b"A\xed\xa0\x80 Ltd"),
    ("xlsx of the CRM", _damaged_workbook),
    ("xlsx of the CRM", lambda: gzip.compress(b"PK\x03\x04")),
)  # fmt: skip
