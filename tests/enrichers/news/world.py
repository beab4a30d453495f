"""A company's news as invented pages and feeds."""

from __future__ import annotations

import json

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Kettle Works news</title><link>https://kettleworks.test/</link>
<item><media:title>a picture</media:title><title>Kettle Works &amp; Sons opens a second plant in Port Anselm</title><link>/news/plant</link>
<guid isPermaLink="false">n1</guid><pubDate>Thu, 19 Nov 2026 09:00:00 -0500</pubDate>
<description><![CDATA[<p>Short.</p>]]></description></item>
<item><title>Kettle Works appoints Mara Quill as finance chief</title><link>https://kettleworks.test/news/cfo</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><content:encoded><![CDATA[<p>%s</p>]]></content:encoded></item>
<item><title>An old story</title><link>https://kettleworks.test/news/old</link><pubDate>Mon, 05 Jan 2015 10:00:00 GMT</pubDate></item>
</channel></rss>""" % ("Kettle Works today named Mara Quill its chief financial officer. " * 8)

PLANT = """<html><head><title>News</title><meta property="og:title" content="Kettle Works opens a second plant">
<meta property="article:published_time" content="2026-11-19T14:00:00Z"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News and press releases of the company</a></li></ul></nav>
<div class="story"><h1>Kettle Works opens a second plant</h1>
<p>Port Anselm, November 19, 2026. Kettle Works has opened a second plant in Port Anselm for 40 million dollars.</p>
<p>The plant will employ two hundred people and make electric kettles for the European market, the company said.</p>
<p>Production started on Monday with one line; a second one follows in spring after the permits have come.</p></div>
<footer><p>Subscribe to our newsletter and read more about cookies on this site, all rights reserved.</p></footer></body></html>"""

ROOM_ZH = """<html><head><meta charset="utf-8"><title>新闻中心</title></head><body><ul class="menu"><li><a href="/about">关于我们</a></li></ul>
<ul class="list">
<li><a href="/news/101.html">兰亭机械新建智能工厂正式投产</a><span>2026-11-18</span></li>
<li><a href="/news/102.html" title="兰亭机械与北岭集团签署战略合作协议">兰亭机械与北岭集团签署战略…</a><span>2026年11月5日</span></li>
<li><a href="/news/103.html"><h4>兰亭机械参加汉诺威展会</h4><p>11-02 2026</p></a></li>
<li><a href="/news/list_2.html">下一页</a><span>2026-11-18</span></li>
</ul></body></html>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://kettleworks.test/blog/"><title>Blog</title>
<entry><title type="html">Kettles &amp;lt;b&gt;rise&amp;lt;/b&gt;</title><link rel="self" href="self"/><link href="rise"/><id>tag:1</id>
<published>2026-11-10T08:00:00+01:00</published><updated>2026-11-12T08:00:00Z</updated>
<source><title>Another feed</title></source><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One &lt;tag&gt; <b>two</b></div></content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>R</title></channel><item rdf:about="https://r.test/1"><title>One</title><link>https://r.test/1</link><dc:date>2026-11-01T00:00:00Z</dc:date></item></rdf:RDF>"""

GDELT = json.dumps({"articles": [
    {"url": "https://wire.test/1", "title": "Kettle Works , Inc . buys rival", "seendate": "20261120T113000Z", "domain": "wire.test", "language": "English"},
    {"url": "https://wire.test/2", "title": "", "seendate": "x"},
]}).encode()  # fmt: skip

GOOGLE = """<rss version="2.0"><channel><title>"Kettle Works" - Google News</title>
<item><title>Kettle Works buys rival - The Wire</title><link>https://news.google.com/rss/articles/AAA?oc=5</link><guid isPermaLink="false">AAA</guid>
<pubDate>Fri, 20 Nov 2026 14:05:00 GMT</pubDate><description>&lt;a href="x"&gt;Kettle Works buys rival&lt;/a&gt;</description><source url="https://wire.test">The Wire</source></item>
<item><title>Kettles - a history</title><link>https://news.google.com/rss/articles/BBB</link><pubDate>Thu, 19 Nov 2026 09:00:00 GMT</pubDate><source url="https://x.test">X</source></item>
</channel></rss>"""
