"""Charts as inert SVG: drawn by pygal, stripped of its scripts and styles, coloured by the page's own style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup
from pygal.style import Style

#: Elements that are drawn; everything else of pygal's output is left out.
_DRAWN = frozenset(
    {"svg", "g", "rect", "path", "line", "circle", "text", "title", "desc", "tspan", "polyline"}
)
_DROPPED = frozenset({"style", "onload", "onclick", "onmouseover"})
_FONT = Style(
    label_font_size=12, major_label_font_size=12, legend_font_size=12, value_font_size=11, tooltip_font_size=12,
    font_family="system-ui",
)  # fmt: skip

Series = Mapping[str, Sequence[float | None]]


def bars(title: str, labels: Sequence[str], series: Series, *, height: int = 220, width: int = 760) -> Markup:
    """Stacked bars: one bar a label, one layer a series."""
    return _draw(pygal.StackedBar, title, labels, series, height, width, margin=4, spacing=12)


def lines(
    title: str, labels: Sequence[str], series: Series, *, height: int = 220, width: int = 760
) -> Markup:
    """Lines over labels; a missing value leaves a gap."""
    return _draw(pygal.Line, title, labels, series, height, width, margin=4, dots_size=2.5)


def _draw(
    kind: Any, title: str, labels: Sequence[str], series: Series, height: int, width: int, **given: Any
) -> Markup:
    every = max(1, len(labels) // 8)
    chart = kind(
        js=[], width=width, height=height, style=_FONT, show_legend=False, no_prefix=True, pretty_print=False,
        disable_xml_declaration=True, x_labels_major_every=every, show_minor_x_labels=False, truncate_label=-1,
        min_scale=3, max_scale=5, include_x_axis=True, **given,
    )  # fmt: skip
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    root = etree.fromstring(
        chart.render(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )
    _make_inert(root)
    etree.cleanup_namespaces(root)
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("preserveAspectRatio", "xMidYMid meet")
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - drawn and stripped just here


def _make_inert(root: Any) -> None:
    for element in list(root.iter()):
        tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if tag not in _DRAWN:
            _remove(element)
            continue
        for name in list(element.attrib):
            if name in _DROPPED or name.startswith(("on", "{")) or not element.attrib[name]:
                del element.attrib[name]


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
