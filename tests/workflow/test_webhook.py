"""Webhooks: what may be called, and what an answer may do. Servers here are on loopback alone."""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import MappingProxyType
from typing import Any

import pytest

from convledger.clock import seconds_passed
from convledger.workflow import webhook
from convledger.workflow.deeds import DeedFailed
from convledger.workflow.webhook import call_webhook, refuse_address, resolve

EVENT = json.dumps({"id": "1", "type": "entry.due"})
Got = list[tuple[str, dict[str, str], bytes]]


class Handler(BaseHTTPRequestHandler):
    """Keeps what was posted and answers as it is told."""

    got: Got
    status = 204
    headers_back: Mapping[str, str] = MappingProxyType({})
    body = b""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.got.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.status)
        for name, value in self.headers_back.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(**answer: Any) -> Iterator[tuple[str, Got]]:
    """Serve on loopback; yields the URL and what was posted."""
    got: Got = []
    kind = type("Answer", (Handler,), {"got": got, **answer})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def talker(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Let somebody talk who speaks no HTTP, or does so slowly; yields the URL."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            sock, _ = listening.accept()
            with sock:
                talk(sock)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()
        thread.join(5)


def test_an_event_is_posted_with_its_query() -> None:
    with served() as (url, got):
        assert call_webhook(f"{url}/hook?a=1", EVENT, (), ()) == "answered 204"

    ((path, headers, body),) = got
    assert (path, body) == ("/hook?a=1", EVENT.encode())
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert headers["Host"] == url.removeprefix("http://")


def test_a_redirect_is_not_followed() -> None:
    with served() as (end, reached), served(status=307, headers_back={"Location": end}) as (url, _):
        with pytest.raises(DeedFailed, match="a redirect, which is not followed"):
            call_webhook(url, EVENT, (), ())

        assert reached == []


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_another_answer_is_a_failure(status: int) -> None:
    with (
        served(status=status, body=b"secret words") as (url, _),
        pytest.raises(DeedFailed) as caught,
    ):
        call_webhook(url, EVENT, (), ())

    assert str(caught.value) == f"answered {status}"


def test_no_more_than_so_much_of_an_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 60.0)
    sent = threading.Event()

    def talk(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        with suppress(OSError):
            while True:
                sock.sendall(b"x" * 65536)
        sent.set()

    with talker(talk) as url:
        assert call_webhook(url, EVENT, (), ()) == "answered 200"
        assert sent.wait(30)  # who talks on is cut off


def test_who_answers_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    over = threading.Event()

    def talk(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            while not over.wait(0.05):  # each piece within the time of a read
                sock.sendall(b"X: y\r\n")

    began = seconds_passed()
    with talker(talk) as url:
        with pytest.raises(DeedFailed, match="no answer within"):
            call_webhook(url, EVENT, (), ())
        over.set()
    assert seconds_passed() - began < 20


def test_who_speaks_no_http_is_told() -> None:
    with (
        talker(lambda sock: sock.sendall(b"SSH-2.0-x\r\n")) as url,
        pytest.raises(DeedFailed, match=r"no HTTP|no connection"),
    ):
        call_webhook(url, EVENT, (), ())


def test_nobody_there_is_told() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()

    with pytest.raises(DeedFailed, match="nobody answers there"):
        call_webhook(f"http://127.0.0.1:{port}/", EVENT, (), ())


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return what names lead to, and let nobody else be asked for it."""
    known: dict[str, list[str]] = {}
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        if host not in known:
            raise socket.gaierror("unknown")
        return [(2, 1, 6, "", (each, port)) for each in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    known["asked"] = asked
    return known


def refused(url: str, hosts: tuple[str, ...] = (), allowed: tuple[str, ...] = ()) -> str:
    """Return why a URL is not called."""
    with pytest.raises(DeedFailed) as caught:
        resolve(url, hosts, allowed)
    return str(caught.value)


def test_another_host_must_be_named_twice_before_it_is_looked_up(
    names: dict[str, list[str]],
) -> None:
    names["hooks.example.org"] = ["93.184.216.34"]
    url = "http://hooks.example.org/x"

    assert "not this machine, and not allowed" in refused(url)
    assert "not this machine, and not allowed" in refused(url, ("hooks.example.org",))
    assert "not this machine, and not allowed" in refused(url, (), ("hooks.example.org",))
    assert names["asked"] == []
    found = resolve(url, ("hooks.example.org",), ("hooks.example.org",))
    assert (str(found.address), found.port, found.path) == ("93.184.216.34", 80, "/x")
    assert names["asked"] == ["hooks.example.org"]


ALWAYS_REFUSED = [
    *("169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "100.100.100.200"),
    *("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "192.0.0.192"),
]


@pytest.mark.parametrize("address", ALWAYS_REFUSED)
def test_the_local_link_and_its_like_are_never_called(
    names: dict[str, list[str]], address: str
) -> None:
    names["hooks.example.org"] = ["93.184.216.34", address]
    names["localhost"] = [address]
    host = "hooks.example.org"

    assert "which is never called" in refused(f"http://{host}/", (host,), (host, address))
    assert "which is never called" in refused("http://localhost/")
    literal = f"[{address}]" if ":" in address else address
    names[address] = [address]
    assert refused(f"http://{literal}/", (address,), (address,))


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.2", "172.16.0.1", "fd12::1"])
def test_a_network_of_ones_own_must_be_meant(names: dict[str, list[str]], address: str) -> None:
    host = "n8n.lan"
    names[host] = [address]

    assert "within a network of your own" in refused(f"http://{host}/", (host,), (host,))
    found = resolve(f"http://{host}/", (host,), (host, address))
    assert str(found.address) == address


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.9.9.9"])
def test_a_name_of_elsewhere_that_leads_here_is_refused(
    names: dict[str, list[str]], address: str
) -> None:
    names["hooks.example.org"] = [address]
    host = "hooks.example.org"

    assert "which is this machine" in refused(f"http://{host}/", (host,), (host,))


def test_localhost_must_be_this_machine(names: dict[str, list[str]]) -> None:
    names["localhost"] = ["93.184.216.34"]

    assert "which is not this machine" in refused("http://localhost/")


def test_the_address_that_was_looked_at_is_the_one_that_is_called(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere at the second look is not asked for a second time."""
    names["hooks.example.org"] = ["93.184.216.34"]
    called: list[tuple[str, int]] = []

    def connect(where: tuple[str, int], *_: object) -> socket.socket:
        called.append(where)
        names["hooks.example.org"] = ["169.254.169.254"]
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    host = ("hooks.example.org",)
    for scheme in ("http", "https"):
        names["hooks.example.org"] = ["93.184.216.34"]
        with pytest.raises(DeedFailed, match="nobody answers there"):
            call_webhook(f"{scheme}://hooks.example.org/", EVENT, host, host)

    assert called == [("93.184.216.34", 80), ("93.184.216.34", 443)]
    assert names["asked"] == ["hooks.example.org", "hooks.example.org"]


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as (proxy, asked), served() as (url, got):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("HTTP_PROXY", proxy)
        call_webhook(url, EVENT, (), ())

        assert (len(got), asked) == (1, [])


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http:///x", "gopher://localhost", "http://[x/"],
)
def test_other_urls_are_not_called(url: str) -> None:
    assert "URL" in refused(url)


def test_addresses_are_judged_by_what_they_stand_for() -> None:
    for text in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"):
        with pytest.raises(DeedFailed, match="network of your own"):
            refuse_address(ipaddress.ip_address(text), "x.example", here=False, allowed=())
