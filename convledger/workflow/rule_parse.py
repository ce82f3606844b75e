"""Reads a rule from TOML, strictly: what is not known is refused with what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import SplitResult, urlsplit

from convledger.economics.work_text import seconds_of
from convledger.errors import ConfigError, UsageProblem
from convledger.toml_files import open_table
from convledger.toml_tables import LONGEST_TEXT, Table, nearest, shown
from convledger.workflow import rule_terms as terms
from convledger.workflow.rule_terms import Condition, Rule, Wanted

VERSION = 1
MOST_CONDITIONS, MOST_VALUES, MOST_WORDS, MOST_HOSTS = 50, 200, 100, 20
LONGEST_URL = 2000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_SIZE = re.compile(r"(\d{1,6})\s*(KB|MB|GB)", re.IGNORECASE)
_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_LEAST_SIZE, _MOST_SIZE = 1 << 10, 1 << 30
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_ALWAYS = ("rule_version", "name", "about", "when", "where", "do", "cooldown", "once")
_OF_ACTION = {
    terms.OUTBOX: ("file", "largest"),
    terms.COMMAND: ("command", "timeout"),
    terms.WEBHOOK: ("url", "hosts"),
}
_KEYS = (*_ALWAYS, "idle", *(key for keys in _OF_ACTION.values() for key in keys))
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def parse_rule(text: str, file_name: str) -> Rule:
    """Return the rule that a text says. Raises ConfigError with file, line, key and the way out."""
    table = open_table(text, file_name)
    table.allow_only(_KEYS)
    if "rule_version" in table:
        table.whole("rule_version", VERSION, VERSION)
    when = _one_of(table, "when", tuple(terms.EVENTS))
    do = _one_of(table, "do", terms.ACTIONS)
    _refuse_of_others(table, when, do)
    url, hosts = _url(table) if do == terms.WEBHOOK else ("", ())
    return Rule(
        name=_name(table),
        when=when,
        do=do,
        about=_line(table, "about") if "about" in table else "",
        where=_conditions(table, terms.EVENTS[when]),
        cooldown=_length(table, "cooldown", 0, 0),
        once=table.flag("once"),
        idle=_length(table, "idle", 30 * 60, 60),
        command=_command(table) if do == terms.COMMAND else (),
        timeout=_length(table, "timeout", 10, 1, 600),
        file=_file(table) if "file" in table else "",
        largest=_size(table, "largest", 16 << 20),
        url=url,
        hosts=hosts,
    )


def _refuse_of_others(table: Table, when: str, do: str) -> None:
    """Refuse a key that belongs to another action or event: it would be without effect."""
    for action, keys in _OF_ACTION.items():
        for key in keys if action != do else ():
            if key in table:
                raise table.problem(key, f'goes with do = "{action}", and this rule does "{do}"')
    if "idle" in table and when != terms.CLOSED:
        raise table.problem("idle", f'goes with when = "{terms.CLOSED}"')


def _one_of(table: Table, key: str, known: Iterable[str]) -> str:
    value, known = table.text(key), tuple(known)
    if value not in known:
        near = nearest(value, known)
        listed = ", ".join(known)
        raise table.problem(
            key, f"can't be {shown(value)}; did you mean {near}? It is one of {listed}"
        )
    return value


def _name(table: Table) -> str:
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise table.problem("name", "must be small letters, digits, - and _, like costly-talks")
    return name


def _line(table: Table, key: str) -> str:
    text = table.text(key)
    if not text.isprintable():
        raise table.problem(key, "must be one line without control characters")
    return text


def _file(table: Table) -> str:
    """Return the outbox: a name in the workspace, or a whole path; never the ledger itself."""
    name = _line(table, "file")
    is_whole = name.startswith(("/", "~/"))
    if not name.endswith(".jsonl") or (not is_whole and ("/" in name or "\\" in name)):
        raise table.problem(
            "file", 'must be a name like "mine.jsonl" in the workspace, or a whole path of one'
        )
    if ".." in name.split("/"):
        raise table.problem("file", "must not lead upwards by ..")
    return name


def _length(table: Table, key: str, otherwise: int, least: int, most: int = 7 * 86400) -> int:
    if key not in table:
        return otherwise
    text = table.value(key)
    bare = isinstance(text, str) and text.strip().isdigit()
    try:
        if not isinstance(text, str) or bare:
            raise UsageProblem("")
        seconds = seconds_of(text)
    except UsageProblem:
        like = 'must be a length of time in quotes, like "30s", "10m" or "1h30m"'
        raise table.problem(key, like) from None
    if not least <= seconds <= most:
        raise table.problem(key, f"must be from {least} s to {most} s")
    return seconds


def _size(table: Table, key: str, otherwise: int) -> int:
    if key not in table:
        return otherwise
    text = table.value(key)
    found = _SIZE.fullmatch(text.strip()) if isinstance(text, str) else None
    size = int(found[1]) * _UNITS[found[2].upper()] if found else 0
    if not _LEAST_SIZE <= size <= _MOST_SIZE:
        raise table.problem(key, 'must be a size in quotes from "1 KB" to "1 GB", like "16 MB"')
    return size


def _command(table: Table) -> tuple[str, ...]:
    """Return the words of a command; its program is found in PATH or named from the root."""
    words = table.value("command")
    like = 'must be a list of texts, like ["notify-send", "A conversation was costly"]'
    if not isinstance(words, list) or not 0 < len(words) <= MOST_WORDS:
        raise table.problem("command", like)
    for word in words:
        if not isinstance(word, str) or len(word) > LONGEST_TEXT or "\0" in word:
            raise table.problem("command", like)
    program = words[0]
    if not program.strip():
        raise table.problem("command", like)
    if "/" in program and not program.startswith("/"):
        raise table.problem(
            "command",
            f"runs {shown(program)}: write the whole path of a program, or the bare name of one "
            "that is in PATH; no shell is there to find it",
        )
    return tuple(words)


def _url(table: Table) -> tuple[str, tuple[str, ...]]:
    url = table.text("url")
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise table.problem("url", "must be a URL of ASCII letters without spaces")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise table.problem("url", "is no URL: http://127.0.0.1:5678/webhook/costly") from None
    _refuse_parts(table, parts, host)
    hosts = _hosts(table)
    if not is_loopback_name(host) and host not in hosts:
        raise table.problem(
            "url",
            f"leads to {shown(host)}, which is not this machine: name it in "
            f'hosts = ["{host}"] here, and in webhook_hosts of your config.toml',
        )
    return url, hosts


def _refuse_parts(table: Table, parts: SplitResult, host: str) -> None:
    if parts.scheme not in ("http", "https"):
        raise table.problem("url", "must begin with http:// or https://")
    if "@" in parts.netloc:
        raise table.problem(
            "url", "must hold no name and no password: they would be in every log of it"
        )
    if not host or not _HOST.fullmatch(host):
        raise table.problem("url", "must name a host, like http://127.0.0.1:5678/webhook/costly")
    if parts.fragment:
        raise table.problem("url", "must not have a part behind #")


def _hosts(table: Table) -> tuple[str, ...]:
    value = table.value("hosts") if "hosts" in table else []
    like = 'must be a list of names of hosts, like ["hooks.example.org"]'
    if not isinstance(value, list) or len(value) > MOST_HOSTS:
        raise table.problem("hosts", like)
    for each in value:
        if not isinstance(each, str) or not _HOST.fullmatch(each):
            raise table.problem("hosts", like)
    return tuple(each.lower() for each in value)


def is_loopback_name(host: str) -> bool:
    """Tell whether a host is this machine by what it is called: localhost, 127..., ::1."""
    return host.lower() in LOOPBACK or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def _conditions(table: Table, facts: dict[str, str] | Any) -> tuple[Condition, ...]:
    tables = table.tables("where")
    if len(tables) > MOST_CONDITIONS:
        raise table.problem("where", f"has more than {MOST_CONDITIONS} conditions")
    return tuple(_condition(each, facts) for each in tables)


def _condition(table: Table, facts: dict[str, str] | Any) -> Condition:
    table.allow_only(("field", "op", "value"))
    field = table.text("field")
    if field not in facts:
        near = nearest(field, facts)
        raise table.problem(
            "field",
            f"can't be {shown(field)}; did you mean {near}? It is one of {', '.join(facts)}",
        )
    sort = facts[field]
    ops = terms.OPS[sort]
    op = _one_of(table, "op", terms.ALL_OPS)
    if op not in ops:
        raise table.problem("op", f"can't be {shown(op)} of {field}, only {', '.join(ops)}")
    if "value" not in table:
        raise table.problem("value", "is missing")
    return Condition(field, op, _wanted(table, sort, op))


def _wanted(table: Table, sort: str, op: str) -> Wanted:
    value = table.value("value")
    if op == "known" or sort == terms.FLAG:
        if not isinstance(value, bool):
            raise table.problem("value", "must be true or false, without quotes")
        return value
    of = _number if sort == terms.NUMBER else _text
    if op in ("in", "not_in"):
        if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
            raise table.problem("value", f'must be a list for "{op}"')
        found: Any = tuple(of(table, each) for each in value)
        return found  # type: ignore[no-any-return]
    return of(table, value)


def _text(table: Table, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise table.problem("value", "must be a text in quotes")
    return value


def _number(table: Table, value: object) -> Decimal:
    """Return a number as it was written: a float of TOML has at most 15 digits, or is refused."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return Decimal(value)
    if isinstance(value, float) and abs(value) < 10**12:
        return Decimal(repr(value))
    raise table.problem("value", "must be a number without quotes, like 2.50")


def rule_problem(text: str, file_name: str) -> ConfigError | None:
    """Return what is wrong with a rule's text, None where nothing is."""
    try:
        parse_rule(text, file_name)
    except ConfigError as error:
        return error
    return None
