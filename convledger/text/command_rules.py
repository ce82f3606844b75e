"""The rules by which passwords and keys are found in commands, files of settings, and sentences."""

from __future__ import annotations

from convledger.text.rule import EDGE, Rule
from convledger.text.secret_checks import (
    Check,
    assigned_key,
    assigned_password,
    login_in_base64,
    putty_key,
    random_of,
    url_password,
)

_VALUE = r"""([^\s"'`,;\\<>]+)"""
_QUOTE = r"""\\?["'`]?"""


def _general(name: str, before: str, value: str, check: Check) -> Rule:
    """Return a rule whose hint is what stands before the thing."""
    return Rule(
        name, "secret", f"(?i){before}", f"(?i){before}{value}", check, (0, 0), general=True
    )


COMMANDS = (
    _general(
        "assigned password",
        rf"--(?:password|passwd|pass|pwd)\s+{_QUOTE}",
        _VALUE,
        assigned_password,
    ),
    _general(
        "assigned key",
        rf"--(?:[a-z]+-){{0,3}}(?:token|secret|api-?key|(?:access|secret|auth)-key)\s+{_QUOTE}",
        _VALUE,
        assigned_key,
    ),
    _general(
        "assigned password",
        rf"(?:sshpass\s+-p\s?|mysql(?:dump|admin)?\s(?:[^\n|;]{{0,200}}\s)?-p){_QUOTE}",
        _VALUE,
        assigned_password,
    ),
    _general(
        "password in a command",
        rf"curl\s(?:[^\n|;]{{0,300}}\s)?(?:-u|--user)[ =]{_QUOTE}[^\s:\"']{{1,64}}:",
        r"([^\s\"']+)",
        url_password,
    ),
    _general(
        "assigned password",
        rf"{EDGE}(?:password|passwort|kennwort|passphrase|contraseña|mot de passe|senha)\s+"
        rf"(?:is|was|ist|lautet|es|est|é)\s*:?\s+{_QUOTE}",
        _VALUE,
        assigned_password,
    ),
    _general(
        "assigned password",
        r"<(?:password|passwd|pwd|secret|token|api-?key)>\s?",
        r"([^<\s]+)",
        assigned_password,
    ),
    _general(
        "assigned password",
        r"machine\s+\S{1,200}\s+login\s+\S{1,200}\s+password\s+",
        _VALUE,
        assigned_password,
    ),
    _general("authorization header", rf"{EDGE}bearer\s+", _VALUE, assigned_key),
    _general(
        "name and password in base64",
        r"""(?:_auth\s?=\s?|["\\]auth["\\]+:\s?\\?["'])""",
        "([A-Za-z0-9+/]+=*)",
        login_in_base64,
    ),
    _general("private key", r"client-key-data:\s", "([A-Za-z0-9+/]+=*)", random_of(100, 1 << 14)),
    Rule(
        "private key",
        "secret",
        r"Private-Lines: [0-9]",
        r"Private-Lines: [0-9]+\s+([A-Za-z0-9+/=\s]+)",
        putty_key,
        (0, 0),
    ),
)
