"""What tells numbers of people and machines from other numbers: check digits, dates, ranges."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
_RESOLVERS = ("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "208.67.222.222")
_KNOWN = ("078051120", "219099999", "123456789", "111111111")


def _digits(found: str) -> list[int]:
    return [int(char) for char in found if char in "0123456789"]


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: list[int]) -> bool:
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _verhoeff(digits: list[int]) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):  # the permutation, applied as often as its place asks for
            digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
        check = _turned(check, digit)
    return check == 0


def _turned(one: int, other: int) -> int:
    """Return the product of two symmetries of a pentagon."""
    turn, is_flipped = one % 5, one > 4
    moved = (turn - other) if is_flipped else (turn + other)
    return moved % 5 + 5 * (is_flipped != (other > 4))


def _is_day(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12


def american(found: str) -> int:
    """Take a social security number in a range that is given out."""
    area, group, serial = found.split(found[3])
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return 0
    return 0 if area + group + serial in _KNOWN else len(found)


def swiss(found: str) -> int:
    """Take a number of the Swiss old-age insurance, which ends as an EAN does."""
    digits = _digits(found)
    check = -_weighted(digits[:12], (1, 3) * 6) % 10
    return len(found) if len(digits) == 13 and check == digits[12] else 0


def brazilian(found: str) -> int:
    """Take a CPF whose two check digits are right."""
    digits = _digits(found)
    if len(set(digits)) < 3:
        return 0
    first = _weighted(digits, tuple(range(10, 1, -1))) * 10 % 11 % 10
    second = _weighted(digits, tuple(range(11, 1, -1))) * 10 % 11 % 10
    return len(found) if [first, second] == digits[9:] else 0


def italian(found: str) -> int:
    """Take a codice fiscale whose last letter is right."""
    values = [int(char) if char.isdigit() else ord(char) - 65 for char in found[:15]]
    total = sum(value if place % 2 else _ODD[value] for place, value in enumerate(values))
    return len(found) if chr(65 + total % 26) == found[15] else 0


def spanish(found: str) -> int:
    """Take a DNI or NIE whose letter is right."""
    number = found[:-1].replace("-", "")
    number = number.translate(str.maketrans("XYZ", "012"))
    if number == "12345678" or len(set(number)) < 3:
        return 0
    return len(found) if _LETTERS[int(number) % 23] == found[-1] else 0


def french(found: str) -> int:
    """Take a number of the French social insurance whose key is right."""
    digits = "".join(char for char in found if char.isdigit())
    if len(digits) != 15 or not (1 <= int(digits[3:5]) <= 12 or int(digits[3:5]) >= 20):
        return 0
    return len(found) if 97 - int(digits[:13]) % 97 == int(digits[13:]) else 0


def belgian(found: str) -> int:
    """Take a Belgian register number whose check is right."""
    digits = "".join(char for char in found if char.isdigit())
    numbers = (int(digits[:9]), int(f"2{digits[:9]}"))
    return len(found) if int(digits[9:]) in [97 - number % 97 for number in numbers] else 0


def finnish(found: str) -> int:
    """Take a Finnish personal code whose last sign is right."""
    if not _is_day(int(found[:2]), int(found[2:4])):
        return 0
    return len(found) if _FINNISH[int(found[:6] + found[7:10]) % 31] == found[10] else 0


def named_number(found: str) -> int:
    """Take what stands behind the name of such a number, and has the check of one of them."""
    digits = _digits(found)
    if len(set(digits)) < 3 or "".join(map(str, digits)) in _KNOWN:
        return 0
    is_right = _BY_LENGTH.get(len(digits), lambda _: False)(digits)
    return len(found.rstrip(" -.")) if is_right else 0


def _nine(digits: list[int]) -> bool:
    """Canada's and America's numbers, and the Dutch one."""
    dutch = _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
    area, group, serial = (
        digits[:3], digits[3:5], digits[5:],
    )  # fmt: skip
    issued = any(area) and area != [6, 6, 6] and area[0] != 9 and any(group) and any(serial)
    return dutch or _luhn(digits) or issued


def _ten(digits: list[int]) -> bool:
    """Britain's health number, and the Swedish number."""
    check = -_weighted(digits, tuple(range(10, 1, -1))) % 11
    return check == digits[9] or (_luhn(digits) and _is_day(_two(digits, 4), _two(digits, 2)))


def _two(digits: list[int], place: int) -> int:
    return 10 * digits[place] + digits[place + 1]


def _eleven(digits: list[int]) -> bool:
    """Germany's tax number and Poland's number."""
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = 2 * total % 11
    polish = -_weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == digits[10]
    return (11 - product) % 10 == digits[10] or polish


def _twelve(digits: list[int]) -> bool:
    """India's number, and the Swedish one with its century."""
    swedish = _luhn(digits[2:]) and _is_day(_two(digits, 6), _two(digits, 4))
    return _verhoeff(digits) or swedish


_BY_LENGTH = {9: _nine, 10: _ten, 11: _eleven, 12: _twelve}


def public_ip4(found: str) -> int:
    """Take an address of a machine in the open net: no version, no example, no known resolver."""
    try:
        address = ip_address(found)
    except ValueError:
        return 0
    is_open = isinstance(address, IPv4Address) and address.is_global and not address.is_multicast
    parts = [int(part) for part in found.split(".")]
    # Four small numbers are a version more often than an address.
    if not is_open or found in _RESOLVERS or sum(part > 31 for part in parts) < 2:
        return 0
    return 0 if parts[3] == 0 else len(found)


def public_ip6(found: str) -> int:
    """Take an address of the open net, of a machine and not of a network."""
    found = found.rstrip(":")
    try:
        address = ip_address(found)
    except ValueError:
        return 0
    is_open = isinstance(address, IPv6Address) and address.is_global
    known = ("2001:4860:4860:", "2606:4700:4700:", "2620:fe:")
    if not is_open or found.lower().startswith(known) or not int(address) & (1 << 64) - 1:
        return 0
    return len(found) if re.search("[0-9]", found) else 0


def american_phone(found: str) -> int:
    """Take a North American number as it is written there; 555-01xx is nobody's."""
    digits = [char for char in found if char.isdigit()]
    parts = ("".join(digits[:3]), "".join(digits[3:6]))
    return 0 if "555" in parts or len(set(digits)) < 4 else len(found)
