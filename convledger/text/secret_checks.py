"""What tells a secret from what only looks like one: checksums, lengths, randomness, structure.

A check gets what a rule's pattern has found and returns how many of its first characters are the
thing itself: none where it is no finding.
"""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from collections import Counter
from collections.abc import Callable
from math import log2

Check = Callable[[str], int]

LONGEST = 4096  # characters; nobody's password or key is longer
# Words of documentation: a value with one of these stands for a secret and is none.
_STAND_INS = (
    *("example", "xxxx", "your", "changeme", "change_me", "change-me", "placeholder", "dummy"),
    *("redacted", "****", "....", "…", "${", "{{", "insert", "replace_", "replace-", "<"),
)
_WEAK = (
    "password",
    "passwort",
    "passwd",
    "tiger",
    "secret",
    "pass",
    "pwd",
    "foo",
    "bar",
    "test",
    "none",
    "null",
)
_PATH = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+")
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+|v?[0-9]{1,4}")
_NUMERIC = re.compile(r"[0-9TZ:.,+_/-]+")


def randomness(text: str) -> float:
    """Return the bits that a character of `text` tells, from how often each one occurs."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values())


def is_stand_in(text: str) -> bool:
    """Return whether a value only says that a secret belongs there."""
    lower = text.lower()
    return any(word in lower for word in _STAND_INS)


def random_of(least: int, most: int = LONGEST, bits: float = 2.5) -> Check:
    """Return a check for keys with a known beginning, of a length and some randomness."""

    def check(found: str) -> int:
        found = found.rstrip(".")
        if not least <= len(found) <= most or is_stand_in(found):
            return 0
        return len(found) if randomness(found[4:]) >= bits else 0

    return check


def _is_code(value: str) -> bool:
    """Return whether a value is a name, a path or a number rather than something made up."""
    if (
        value[0] in "$%{[(<@&/~.*:"
        or value[-1] in "*:"
        or "://" in value
        or any(sign in value for sign in "()[]{}")
    ):
        return True
    if _NUMERIC.fullmatch(value) or _PATH.fullmatch(value):
        return True
    return value.isidentifier() and (value.isupper() or not any(map(str.isdigit, value)))


def assigned_password(found: str) -> int:
    """Take what is assigned to a password: letters with digits or signs, no name and no path."""
    if not 6 <= len(found) <= 256 or is_stand_in(found) or _is_code(found):
        return 0
    kinds = [str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum()]
    if sum(any(map(kind, found)) for kind in kinds) < 2 or found.lower().strip("!?.123") in _WEAK:
        return 0
    if not any(map(str.isalpha, found)) or randomness(found) < 2.2:
        return 0
    return len(found) if any(not char.isalpha() and char not in "-_." for char in found) else 0


def assigned_key(found: str) -> int:
    """Take what is assigned to a key or token: long, with digits, and not made of words."""
    if not 12 <= len(found) <= LONGEST or is_stand_in(found) or _is_code(found):
        return 0
    if not any(map(str.isdigit, found)) or not any(map(str.isalpha, found)):
        return 0
    if all(_WORD.fullmatch(part) for part in re.split(r"[-_.:/]", found) if part):
        return 0
    return len(found) if randomness(found) >= 2.9 else 0


def url_password(found: str) -> int:
    """Take a password in a URL, unless it is a variable or a word of documentation."""
    if not 3 <= len(found) <= 512 or is_stand_in(found) or found[0] in "$%{[(*":
        return 0
    return 0 if found.lower() in _WEAK or len(set(found)) < 3 else len(found)


_PEM_END = re.compile(r"-----END [A-Z0-9 ]*-----")
_PEM_HEAD = re.compile(r"-----BEGIN [A-Z0-9 ]*-----(?:[\s\\nr]|[A-Za-z-]+: ?[^\n\\]*)*")
_PEM_LINES = re.compile(r"(?:[A-Za-z0-9+/=]{16,}|\\[nr]|[\s\"',+])+")


def private_key(found: str) -> int:
    """Take a block with a key in it; of one that is cut off, the lines that are key."""
    begun = _PEM_HEAD.match(found)
    after = begun.end() if begun else 0
    lines = _PEM_LINES.match(found, after)
    if lines is None or "..." in found or randomness(lines[0]) < 3:
        # The head may have taken the first line: a line of letters alone is rare, not impossible.
        return len(found) if _PEM_END.search(found) and len(found) > 160 else 0
    if sum(map(str.isalnum, lines[0])) < 40:
        return 0
    end = _PEM_END.search(found)
    return end.end() if end else after + len(lines[0].rstrip(" \n\r\t\"',+\\"))


def jwt(found: str) -> int:
    """Take three parts of which the first says how the third was made."""
    head, claims, _ = found.split(".", 2)
    if b'"alg"' not in _decoded(head) or len(found) > 2 * LONGEST:
        return 0
    return 0 if b"John Doe" in _decoded(claims) else len(found)  # the example of the format's site


def discord_token(found: str) -> int:
    """Take three parts of which the first is an account's number."""
    parts = found.split(".")
    if len(parts[1]) != 6 or not 27 <= len(parts[2]) <= 38:
        return 0
    return len(found) if _decoded(parts[0]).isdigit() else 0


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part[:LONGEST] + "=" * (-len(part[:LONGEST]) % 4))
    except ValueError:
        return b""


def basic_credentials(found: str) -> int:
    """Take credentials of a header: random, or a name and a password when decoded."""
    if is_stand_in(found):
        return 0
    if len(found) >= 8 and len(found) % 4 == 0:
        name, colon, password = _decoded(found).partition(b":")
        if colon and name.isalnum():
            return len(found) if password.strip() else 0
    return random_of(16, bits=2.8)(found)


def login_in_base64(found: str) -> int:
    """Take what is a name and a password when decoded."""
    name, colon, password = _decoded(found).partition(b":")
    return len(found) if colon and name.isascii() and name and len(password) > 3 else 0


def putty_key(found: str) -> int:
    """Take the lines of a key, up to what names its check."""
    lines = found.rpartition("Private")[0] or found
    lines = lines.rstrip()
    return len(lines) if len(lines) >= 40 and randomness(lines) >= 3.5 else 0


_IBAN_LENGTHS = {
    code: int(length)
    for code, length in re.findall(
        "([A-Z]{2})([0-9]{2})",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24"
        "FI18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
        "LI21LT20LU20LV21MC27MD24ME22MK19MR27MT31MU30NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22"
        "SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20",
    )
}
# The examples that every explanation of IBANs uses.
_KNOWN_IBANS = (
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "GB82WEST12345698765432",
    "FR1420041010050500013M02606",
)


def iban(found: str) -> int:
    """Take an account number of its country's length whose remainder by 97 is 1."""
    length = _IBAN_LENGTHS.get(found[:2], 0)
    end = length
    while end < len(found) and end - found.count(" ", 0, end) < length:
        end += 1
    number = found[:end].replace(" ", "")
    if not length or len(number) != length or number in _KNOWN_IBANS:
        return 0
    if found[end : end + 1].isalnum():
        return 0
    return (
        end if int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1 else 0
    )


# Numbers that payment firms publish for tests.
_TEST_CARDS = (
    *("4242424242424242", "4111111111111111", "4012888888881881", "4000056655665556"),
    *("5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222"),
    *("378282246310005", "371449635398431", "6011111111111117", "6011000990139424"),
    *("30569309025904", "3056930009020004", "3566002020360505", "6200000000000005"),
    *("4000000000000002", "4444333322221111"),
)
_CARDS = re.compile(
    r"4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}"
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14}"
)


def card_number(found: str) -> int:
    """Take a number of a card firm's form whose check digit is right."""
    digits = found.replace(" ", "").replace("-", "")
    if not _CARDS.fullmatch(digits) or digits in _TEST_CARDS or len(set(digits)) < 4:
        return 0
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return len(found) if (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0 else 0


_NO_PERSON = ("git", "hg", "noreply", "no-reply", "donotreply", "do-not-reply", "root", "user")
_NO_DOMAIN = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local|internal|lan"
    r"|png|jpe?g|gif|svg|webp|js|mjs|ts|tsx|jsx|css|html?|json|ya?ml|toml|txt|service|socket|timer"
    r"|users\.noreply\.github\.com|(?:your)?(?:domain|company|email)\.com)"
)


def email_address(found: str) -> int:
    """Take a person's address: no service's, no example's, no file's name."""
    name, _, domain = found.lower().partition("@")
    if len(name) > 64 or len(domain) > 253 or name in _NO_PERSON or "noreply" in name:
        return 0
    return 0 if _NO_DOMAIN.fullmatch(domain) or is_stand_in(name) else len(found)


_LIMITS = ("2147483647", "2147483648", "4294967295", "4294967296")  # of integers
_NOBODYS = ("447700900", *(f"1{area}55501" for area in range(200, 1000)))  # kept free for films


def phone_number(found: str) -> int:
    """Take a number with a country's code, written as people write it."""
    digits = "".join(char for char in found if char.isdigit())
    marks = sum(not char.isdigit() for char in found) - 1
    if found[1] == "1" and not (len(digits) == 11 and digits[1] in "23456789"):
        return 0
    if not 8 <= len(digits) <= 15 or (marks == 0 and len(digits) < 10) or len(set(digits)) < 4:
        return 0
    if marks == 1 and "." in found:  # a number with a fraction
        return 0
    return 0 if digits in _LIMITS or digits.startswith(_NOBODYS) else len(found)


def named_phone_number(found: str) -> int:
    """Take what stands behind "phone" and is as long as a number."""
    digits = "".join(char for char in found if char.isdigit())
    if not 7 <= len(digits) <= 15 or len(set(digits)) < 4 or "55501" in digits:
        return 0
    return len(found)


_HIDDEN_ORDER = re.compile(
    rb"(?i)(?:ignore|disregard|forget|override)\s.{0,40}(?:instruction|prompt|rule|previous|prior)"
)


def hidden_order(found: str) -> int:
    """Take text in base64 that gives a model orders."""
    if len(found) > 65536:
        return 0
    for shift in range(4):
        part = found.rstrip("=")[shift:]
        try:
            if _HIDDEN_ORDER.search(b64decode(part[: len(part) // 4 * 4])):
                return len(found)
        except ValueError:
            continue
    return 0


def anything(found: str) -> int:
    """Take whatever the pattern has found."""
    return len(found)
