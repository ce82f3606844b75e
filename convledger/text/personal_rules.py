"""The rules by which personal data is found beside e-mail addresses, cards and accounts."""

from __future__ import annotations

from convledger.text import national_checks as checks
from convledger.text.rule import ASSIGN, EDGE, Rule
from convledger.text.secret_checks import Check

_BEFORE = r"""(?:^|\\[nrt]|[\s"'(:;,<>=\[|@])"""
_NUMBER = r"([0-9][0-9 .-]{7,18}[0-9])"
_NAMES = (
    r"(?:ssn|social[ _-]?security|tax[ _-]?(?:payer )?id|tin|itin|sin|bsn|burgerservicenummer|pesel"
    r"|nhs|national[ _-]?(?:id|insurance)|steuer-?id|idnr|identifikationsnummer|aadhaar|aadhar"
    r"|personnummer)(?:[ _-]?(?:number|nummer|no|nr))?"
)


def _national(pattern: str, check: Check, hint: str = "", shown: tuple[int, int] = (0, 2)) -> Rule:
    """Return the rule of a number that a state gives to a person."""
    return Rule(
        "national id", "personal", hint or pattern, rf"{_BEFORE}({pattern})\b", check, shown
    )


PERSONAL = (
    _national(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", checks.american),
    _national(r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", checks.swiss),
    _national(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", checks.brazilian),
    _national(r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", checks.italian),
    _national(r"(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-HJ-NP-TV-Z]", checks.spanish),
    _national(
        r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", checks.french
    ),
    _national(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", checks.belgian),
    _national(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", checks.finnish),
    Rule(
        "national id",
        "personal",
        rf"(?i){EDGE}{_NAMES}(?:{ASSIGN}|\s)[ ]?[0-9]",
        rf"(?i){EDGE}{_NAMES}(?:{ASSIGN}|\s)[ ]?{_NUMBER}",
        checks.named_number,
        (0, 2),
    ),
    Rule(
        "national id",
        "personal",
        r"(?i)(?:nino|insurance)(?:[ _-]?(?:number|no))?[:=\s]",
        r"(?i)(?:nino|national[ _-]insurance)(?:[ _-]?(?:number|no))?[:=\s]\s?"
        r"([A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])\b",
        len,
        (0, 2),
    ),
    Rule(
        "phone number",
        "personal",
        r"[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[.-][0-9]{4}",
        rf"{_BEFORE}(\(?[2-9][0-9]{{2}}\)?[ .-][2-9][0-9]{{2}}[.-][0-9]{{4}})\b",
        checks.american_phone,
        (0, 2),
    ),
    Rule(
        "IP address",
        "personal",
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        r"""(?:^|\\[nrt]|[\s"'(:;,<>=\[|@/])([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})"""
        r"""(?:$|\\[nrt]|[\s"'):;,<>\]|/]|\.(?:\s|$))""",
        checks.public_ip4,
        (0, 0),
        retried=True,
    ),
    Rule(
        "IP address",
        "personal",
        r"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]",
        r"""(?:^|\\[nrt]|[\s"'(;,<>=\[|@/])([23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{4,36})""",
        checks.public_ip6,
        (0, 0),
    ),
)
