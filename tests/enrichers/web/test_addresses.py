from __future__ import annotations

import datetime
import ipaddress
import ssl
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import SourceUnavailable
from enrichers.web.addresses import why_refused
from enrichers.web.target import parse_target
from tests.enrichers.web.server import page, redirect, serve
from tests.enrichers.web.world import client

PRIVATE = [
    "127.0.0.1", "127.255.0.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "::7f00:1",
    "2002:7f00:1::", "2001:db8::1", "2001::1", "fec0::1", "64:ff9b:1::1", "not an address", "fe80::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_off_the_public_internet_are_refused(address):
    assert why_refused(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::6810:84e5", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_not(address):
    assert why_refused(address) is None


def test_loopback_and_nothing_else_is_let_through_for_the_demo():
    assert why_refused("127.0.0.1", allow_loopback=True) is None
    assert why_refused("::1", allow_loopback=True) is None
    assert all(
        why_refused(a, allow_loopback=True) for a in ("10.0.0.1", "169.254.169.254", "0.0.0.0", "fd00::1")
    )


@given(st.ip_addresses(v=4))
def test_mapped_addresses_are_judged_as_what_they_are(address: ipaddress.IPv4Address):
    assert bool(why_refused(f"::ffff:{address}")) == bool(why_refused(str(address)))


class Names:
    """A resolver with answers to give, one list after the other for each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_a_name_that_leads_inside_is_not_asked(address):
    with pytest.raises(SourceUnavailable, match="not on the public internet"):
        client(resolver=Names([address]), allow_private=False).get("http://inside.test/")


def test_a_redirect_inside_is_not_followed():
    names = {"public.test": ["127.0.0.1"], "metadata.test": ["169.254.169.254"]}
    with (
        serve({"/": redirect("http://metadata.test/latest/")}) as site,
        pytest.raises(SourceUnavailable, match=r"metadata\.test leads to an address"),
    ):
        client(resolver=lambda host, port: names[host]).get(site.url(host="public.test"))


def test_the_address_that_was_checked_is_the_one_dialled():
    """DNS rebinding: the second answer of the resolver is never used for the first question's connection."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with serve({"/": page("loopback", connection="close")}) as site:
        web = client(resolver=names)
        assert web.get(site.url(host="rebind.test")).body == b"loopback"
        assert names.asked == 1
        assert site.asked[0][1]["host"] == f"rebind.test:{site.port}"
        with pytest.raises(SourceUnavailable, match="private"):
            web.get(site.url(host="rebind.test"))


def test_refused_addresses_are_passed_over_for_good_ones():
    with serve({"/": page("here")}) as site:
        assert (
            client(resolver=Names(["10.0.0.1", "127.0.0.1"])).get(site.url(host="mixed.test")).body == b"here"
        )


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_odd_spellings_of_loopback_are_refused(host):
    with pytest.raises(SourceUnavailable):
        client(allow_private=False).get(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test:8443/", "http://a.test:22/", "ftp://a.test/", "file:///etc/passwd", "//a.test/", "a.test", "",
        "http://", "http://u@a.test/", "https://a.test:99999/", "http://a.test/" + "x" * 5000, "data:text/html,x",
    ],
)  # fmt: skip
def test_addresses_we_never_ask(url):
    with pytest.raises(SourceUnavailable):
        parse_target(url)


def test_addresses_are_brought_into_one_form():
    target = parse_target("HTTP://Bücher.Example/a b?q=ü#top")
    assert target.url == "http://xn--bcher-kva.example/a%20b?q=%C3%BC"
    assert target.origin == "http://xn--bcher-kva.example:80"
    assert parse_target("https://a.test").url == "https://a.test/"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text):
    try:
        assert parse_target(text).scheme in ("http", "https")
    except SourceUnavailable as error:
        assert error.remedy


class TestTls:
    """SNI and the certificate go by the name, although the checked address is dialled."""

    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        pem = _certificate(tmp_path, "tls.test")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        monkeypatch.setenv("NO_PROXY", "*")
        self.sni: list[str | None] = []

        def wrap(server: ThreadingHTTPServer) -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            context.sni_callback = lambda _, name, __: self.sni.append(name)
            server.socket = context.wrap_socket(server.socket, server_side=True)

        with serve({"/": page("secure")}, wrap=wrap) as running:
            yield running

    def test_the_name_is_verified(self, site):
        web = client(resolver=Names(["127.0.0.1"]), use_proxies=True)
        assert web.get(f"https://tls.test:{site.port}/").body == b"secure"
        assert self.sni == ["tls.test"]

    def test_another_name_does_not_hold(self, site):
        web = client(resolver=Names(["127.0.0.1"]), use_proxies=True)
        with pytest.raises(SourceUnavailable, match=r"other\.test shows a certificate that does not hold"):
            web.get(f"https://other.test:{site.port}/")

    def test_the_environment_is_not_trusted_unless_asked(self, site):
        with pytest.raises(SourceUnavailable, match="certificate"):
            client(resolver=Names(["127.0.0.1"])).get(f"https://tls.test:{site.port}/")


class TestProxies:
    @pytest.fixture
    def proxy(self, monkeypatch: pytest.MonkeyPatch):
        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            for _ in range(60):
                handler.wfile.write(b"x")
                time.sleep(0.05)

        with serve({"http://far.test/": page("by proxy"), "http://slow.test/": drip}) as running:
            for name in ("HTTP_PROXY", "http_proxy"):
                monkeypatch.setenv(name, running.url("").rstrip("/"))
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.setenv(name, "")
            yield running

    def test_are_used_only_when_the_configuration_says_so(self, proxy):
        with serve({"/": page("direct")}) as site:
            assert client(resolver=Names(["127.0.0.1"])).get(site.url(host="near.test")).body == b"direct"
        assert proxy.asked == []
        web = client(resolver=Names(["127.0.0.1"]), use_proxies=True, allow_private=False)
        assert web.get("http://far.test/").body == b"by proxy"

    def test_do_not_lead_inside_by_a_literal_address(self, proxy):
        with pytest.raises(SourceUnavailable, match="public internet"):
            client(use_proxies=True).get("http://169.254.169.254/latest/")
        assert proxy.asked == []

    def test_are_cut_at_the_total_time_too(self, proxy):
        with pytest.raises(SourceUnavailable, match="took longer than"):
            client(use_proxies=True, total_timeout=0.4, read_timeout=0.3).get("http://slow.test/")


def _certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key, good for one test."""
    x509 = pytest.importorskip("cryptography.x509")
    hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "site.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem
