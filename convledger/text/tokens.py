"""How many tokens a text is: counted with the vocabulary that is shipped, or guessed at once."""

from __future__ import annotations

import lzma
import re
from binascii import a2b_base64
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError

if TYPE_CHECKING:
    from tiktoken import Encoding

METHOD, ESTIMATED = "o200k", "estimated"
VOCABULARY = "o200k_base.tiktoken.xz"
_DIGEST = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_MOST_BYTES = 1 << 22  # of the vocabulary unpacked, which has 3.6 million
# How o200k takes a text apart before it merges bytes.
_SHORT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_HEAD, _TAIL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_WORDS = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{_HEAD}*{_TAIL}+{_SHORT}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{_HEAD}+{_TAIL}*{_SHORT}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
# tiktoken takes a time that grows with the square of a word's length, and gives up on a million
# spaces. A text is therefore counted in parts, cut where o200k would cut it in any case: before a
# space that follows none, behind the end of a line, before a mark that ends a word.
_CUT = re.compile(
    r"(?<=\S)(?=[ \t])|(?<=\n)(?=[^\s/])|(?<=[^\W_])(?=[!-&(-/:-@\[-`{-~、。，！？；：])"
)
# A part is half of this at least, and all of it where there is no such place. It divides by 3 and
# by 128: a cut through a long run of digits, of spaces or of one letter then costs no token.
_LONGEST = 1152

_RUN = re.compile(r"\s[ ]")  # a space that o200k may not cut before
_KEPT = 200_000  # words whose tokens a counter remembers
_WORTH_KEEPING = 48  # characters: a longer word does not come again

_lock = Lock()
_loaded: list[Encoding] = []


def count_tokens(text: str) -> int:
    """Return how many tokens of o200k a text is; what looks like a special token is plain text.

    The first call takes the better part of a second to load the vocabulary: not on a screen's
    thread. In a text with a thousand characters and no place to cut, a token may be counted more.
    """
    encode = _encoding().encode_ordinary
    if len(text) <= _LONGEST:
        return len(encode(text))
    return sum(len(encode(part)) for part in _parts(text))


class TokenCounter:
    """Counts as `count_tokens` does, each word once: most texts are words seen before."""

    def __init__(self) -> None:
        self._first = _Known("")
        self._later = _Known(" ")

    def __call__(self, text: str) -> int:
        """Return how many tokens of o200k a text is."""
        if len(text) > _LONGEST:
            return count_tokens(text)
        first, *later = text.split(" ")
        if _RUN.search(text) is None:
            return self._first[first] + sum(map(self._later.__getitem__, later))
        return sum(map(self._first.__getitem__, _joined(first, later)))


class _Known(dict[str, int]):
    """The tokens of words, counted when they are first asked for, behind what stands before."""

    def __init__(self, before: str) -> None:
        super().__init__()
        self._before = before

    def __missing__(self, word: str) -> int:
        found = count_tokens(self._before + word)
        if len(word) <= _WORTH_KEEPING:
            if len(self) >= _KEPT:
                self.clear()
            self[word] = found
        return found


def _joined(first: str, later: list[str]) -> Iterator[str]:
    """Yield words with the space before them, in one piece where white space runs on."""
    word = first
    for each in later:
        if word and not word[-1].isspace():
            yield word
            word = ""
        word += f" {each}"
    yield word


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text is, at once: a quarter of its bytes."""
    return estimated_from_bytes(len(text.encode("utf-8", "replace")))


def estimated_from_bytes(size: int) -> int:
    """Return about how many tokens a text of so many bytes (UTF-8) is."""
    return -(-size // 4)


def _parts(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > _LONGEST:
        found = _CUT.search(text, start + _LONGEST // 2, start + _LONGEST)
        end = start + _LONGEST if found is None else found.start()
        yield text[start:end]
        start = end
    yield text[start:]


def _encoding() -> Encoding:
    """Return the encoding, made once in a process: building it by name would ask the network."""
    with _lock:
        if not _loaded:
            from tiktoken import Encoding

            ranks = _ranks()
            made = Encoding(METHOD, pat_str=_WORDS, mergeable_ranks=ranks, special_tokens={})
            _loaded.append(made)
        return _loaded[0]


def _ranks() -> dict[bytes, int]:
    packed = files("convledger.text").joinpath("data", VOCABULARY)
    try:
        with packed.open("rb") as file, lzma.open(file) as unpacked:
            content = unpacked.read(_MOST_BYTES)
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise ConvledgerError(f"The vocabulary {VOCABULARY} can't be read: {error}") from error
    if sha256(content).hexdigest() != _DIGEST:
        raise ConvledgerError(f"The vocabulary {VOCABULARY} is not as it was shipped: install anew")
    fields = content.split()
    return dict(zip(map(a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True))
