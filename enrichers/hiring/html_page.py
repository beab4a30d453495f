"""Pages of boards that have no other interface."""

from __future__ import annotations

from lxml import etree
from lxml import html as lxml_html

from accounts.errors import SourceBroken
from accounts.values.base import tidy
from enrichers.web.charset import decode


def parse_html(body: bytes) -> lxml_html.HtmlElement:
    """The tree of a page. Raises SourceBroken for a body that is none."""
    page = decode(body, {}).replace("\x00", "")
    try:
        root = lxml_html.document_fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceBroken("The answer is no page.") from error
    return root


def shown(node: lxml_html.HtmlElement) -> str:
    """The text an element shows, tidied."""
    return tidy("".join(node.itertext())[:2000])
