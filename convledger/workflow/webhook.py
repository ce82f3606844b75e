"""Calls a webhook: the one place that opens a connection, for rules that a person confirmed.

The name is resolved once and the connection goes to that very address, so that a name which leads
elsewhere a moment later leads nowhere. Loopback unless a host is allowed by name; addresses of the
local link, where clouds keep their secrets, never. No redirect is followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from convledger.workflow.deeds import DeedFailed
from convledger.workflow.rule_parse import is_loopback_name

SECONDS = 5.0
MOST_ANSWER = 64 << 10
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds answer with secrets, beyond those of the local link.
_METADATA = frozenset(
    ipaddress.ip_address(each) for each in ("100.100.100.200", "fd00:ec2::254", "192.0.0.192")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_AGENT = "convledger"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook leads: the host as it is named, and the address that it was resolved to."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address


def call_webhook(url: str, event: str, hosts: Iterable[str], allowed: Iterable[str]) -> str:
    """Post an event; returns what came of it. Raises DeedFailed.

    `hosts` are those that the rule names, `allowed` those that the user's settings do: one that is
    not this machine must be among both. What is answered is read and thrown away.
    """
    target = resolve(url, hosts, allowed)
    connection = _connection(target)
    late = threading.Event()

    def end() -> None:
        late.set()
        sock = connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, end)  # the time of a connection is that of each step of it
    timer.daemon = True
    timer.start()
    try:
        connection.request(
            "POST",
            target.path,
            body=event.encode("ascii"),
            headers={
                "Content-Type": "application/cloudevents+json",
                "User-Agent": _AGENT,
                "Connection": "close",
            },
        )
        answer = connection.getresponse()
        _read(answer)
        status = answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise DeedFailed(f"no answer within {SECONDS:.0f} s") from error
        raise DeedFailed(_why(error)) from error
    finally:
        timer.cancel()
        connection.close()
    if late.is_set():
        raise DeedFailed(f"no answer within {SECONDS:.0f} s")
    if 300 <= status < 400:
        raise DeedFailed(f"answered {status}: a redirect, which is not followed. Name its end")
    if not 200 <= status < 300:
        raise DeedFailed(f"answered {status}")
    return f"answered {status}"


def resolve(url: str, hosts: Iterable[str], allowed: Iterable[str]) -> Target:
    """Return where a URL leads, resolved once. Raises DeedFailed where it may not be called."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DeedFailed("the URL can't be read") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not host:
        raise DeedFailed("the URL may not be called: http or https, and no name or password in it")
    allowed = {each.lower() for each in allowed}
    here = is_loopback_name(host)
    if not here and (host not in hosts or host not in allowed):
        raise DeedFailed(
            f"{host} is not this machine, and not allowed: hosts in the rule and webhook_hosts in "
            "config.toml must both name it"
        )
    port = port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    addresses = _addresses(host, port)
    for each in addresses:
        refuse_address(each, host, here=here, allowed=allowed)
    return Target(parts.scheme, host, port, path, addresses[0])


def refuse_address(address: Address, host: str, *, here: bool, allowed: Iterable[str]) -> None:
    """Raise DeedFailed for an address that a host must not lead to."""
    real = unwrapped(address)
    if (
        real.is_link_local
        or real.is_multicast
        or real.is_unspecified
        or real in _METADATA
        or (real.is_reserved and not real.is_loopback)
    ):
        raise DeedFailed(f"{host} leads to {address}, which is never called")
    if here:
        if not real.is_loopback:
            raise DeedFailed(f"{host} leads to {address}, which is not this machine")
    elif real.is_loopback:
        raise DeedFailed(f"{host} leads to {address}, which is this machine: name it as such")
    elif not real.is_global and str(real) not in allowed:
        raise DeedFailed(
            f"{host} leads to {address}, within a network of your own: name that address in "
            "webhook_hosts too, if it is meant"
        )


def unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and address in _NAT64:
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inside is None and address.teredo is not None:
        inside = address.teredo[1]
    return inside or address


def _addresses(host: str, port: int) -> list[Address]:
    """Return what a name leads to; the system may take no longer over it than a call may."""
    found: queue.Queue[list[str] | OSError | UnicodeError] = queue.Queue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([str(row[4][0]) for row in rows])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=SECONDS)
    except queue.Empty:
        raise DeedFailed(f"{host}: the name could not be found within {SECONDS:.0f} s") from None
    if isinstance(answer, Exception):
        raise DeedFailed(f"{host}: no such host") from answer
    addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in dict.fromkeys(answer)]
    if not addresses:
        raise DeedFailed(f"{host}: no such host")
    return addresses


def _connection(target: Target) -> http.client.HTTPConnection:
    """Return a connection that goes to the address that was looked at, under the host's name."""
    kind = _Secure if target.scheme == "https" else _Plain
    return kind(target)


class _Plain(http.client.HTTPConnection):
    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._target = target

    def connect(self) -> None:
        """Connect to the address, without asking for the name again."""
        self.sock = socket.create_connection(
            (str(self._target.address), self._target.port), SECONDS
        )


class _Secure(http.client.HTTPSConnection):
    def __init__(self, target: Target) -> None:
        self._secured = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=SECONDS, context=self._secured)
        self._target = target

    def connect(self) -> None:
        """Connect to the address; the certificate must be that of the host's name."""
        plain = socket.create_connection((str(self._target.address), self._target.port), SECONDS)
        try:
            self.sock = self._secured.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def _read(answer: http.client.HTTPResponse) -> None:
    left = MOST_ANSWER
    while left > 0:
        block = answer.read(min(left, 8192))
        if not block:
            return
        left -= len(block)


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody answers there"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection: {error.reason or 'refused'}"
    if isinstance(error, http.client.HTTPException):
        return "the answer is no HTTP"
    return f"no connection: {getattr(error, 'strerror', None) or type(error).__name__}"
