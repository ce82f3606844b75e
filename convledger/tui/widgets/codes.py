"""Colours of program text: strings, comments, numbers and words that most languages keep.

One expression that never goes back over what it has read: a hostile text takes no longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from convledger.tui.widgets.lines import Part

PLAIN = "$foreground"
_LONGEST = 2000  # characters of a line that is looked at
_STYLES = {"comment": "italic $muted", "string": "$success", "number": "$series-3"}
_KEPT = "bold $primary"
_HASH = """
    python py sh bash zsh shell console yaml yml toml ruby rb perl r make makefile dockerfile ini
    nix elixir julia
"""
_SLASHES = """
    c h cpp c++ cc hpp cs csharp java js javascript jsx ts typescript tsx go rust rs swift kotlin
    kt scala php dart zig json jsonc json5 css scss proto
"""
_DASHES = "sql lua haskell hs ada elm postgres sqlite"
_COMMENTS = {
    **dict.fromkeys(_HASH.split(), "#"),
    **dict.fromkeys(_SLASHES.split(), "//"),
    **dict.fromkeys(_DASHES.split(), "--"),
}
_WORDS = """
    and as async await begin bool break case catch class const continue def default defer del do
    done elif else elseif end enum esac except export extends extern fi final finally fn for from
    func function if impl implements import in include interface is lambda let local loop match
    mod module mut namespace new nil none None not null or package pass private protected pub
    public raise ref require return select self static struct super switch then this throw throws
    trait true false True False try type typedef union unless unsafe until use using var void
    when where while with yield int float double char string str long u8 u16 u32 u64 i32 i64 usize
"""
_SQL_WORDS = """
    add all alter and as asc begin between by case column commit create cross delete desc
    distinct drop else end exists foreign from full group having if in index inner insert into is
    join key left like limit not null offset on or order outer primary references right rollback
    select set table then union unique update using values view when where with
"""
_KNOWN, _KNOWN_SQL = frozenset(_WORDS.split()), frozenset(_SQL_WORDS.split())


def is_known(language: str) -> bool:
    """Tell whether text in a language gets colours."""
    return language.lower() in _COMMENTS


def coloured(line: str, language: str) -> Iterator[Part]:
    """Yield a line of program text as parts with their styles."""
    language = language.lower()
    if language not in _COMMENTS or len(line) > _LONGEST:
        yield line, PLAIN
        return
    is_sql = _COMMENTS[language] == "--"
    end = 0
    for token in _tokens(_COMMENTS[language]).finditer(line):
        kind, text = token.lastgroup or "", token[0]
        if kind == "word":
            known = text.lower() in _KNOWN_SQL if is_sql else text in _KNOWN
            if not known:
                continue
        if token.start() > end:
            yield line[end : token.start()], PLAIN
        yield text, _STYLES.get(kind, _KEPT)
        end = token.end()
    if end < len(line) or not line:
        yield line[end:], PLAIN


@lru_cache
def _tokens(comment: str) -> re.Pattern[str]:
    begins = r"(?<![^\s;])" if comment == "#" else ""  # not in the middle of a word or a variable
    return re.compile(
        rf"(?P<comment>{begins}{re.escape(comment)}.*+)"
        r"""|(?P<string>"(?:[^"\\]|\\.)*+"?|`[^`]*+`?|'(?:[^'\\]|\\.)*+')"""
        r"|(?P<number>(?<!\w)\d\w*+(?:\.\d\w*+)?)"
        r"|(?P<word>[^\W\d]\w*+)"
    )
