"""Keys of more services, secrets in commands and sentences, and the numbers of people."""

from __future__ import annotations

import random
import string
import uuid
from base64 import b64encode
from hashlib import sha256
from time import process_time

import pytest

from convledger.text.secrets import KINDS, find_secrets, redact, veiled
from tests.text.test_secrets import HEX, noise

MADE_UP = "hunter" + "2abc"
LOGIN = b64encode(b"ana:rye-bread-77").decode()
TRUE = [
    ("AWS Bedrock key", "{}", "AB" + "SK" + noise(110)),
    ("GitLab token", "{}", "gl" + "oas-" + noise(64)),
    ("GitLab token", "{}", "GR13" + "48941" + noise(20)),
    ("Slack token", "{}", "xo" + "xe.xoxp-1-" + noise(140)),
    ("Google OAuth refresh token", "refresh {}", "1/" + "/0" + noise(60)),
    ("Supabase key", "{}", "sb" + "p_" + noise(40, HEX)),
    ("Atlassian token", "{}", "ATA" + "TT3xFfGF0" + noise(180)),
    ("Postman key", "{}", "PM" + "AK-" + noise(24, HEX) + "-" + noise(34, HEX)),
    ("Grafana token", "{}", "gl" + "sa_" + noise(32) + "_" + noise(8, HEX)),
    ("PlanetScale token", "{}", "pscale" + "_tkn_" + noise(43)),
    ("Doppler token", "{}", "dp." + "pt." + noise(43)),
    ("Terraform token", "use {}", noise(14) + ".atlas" + "v1." + noise(64)),
    ("Azure DevOps token", "use {}", noise(76) + "AZ" + "DO" + noise(4)),
    ("Mailchimp key", "use {}", noise(32, HEX) + "-u" + "s12"),
    ("Mailgun key", "use {}", "ke" + "y-" + noise(32, HEX)),
    ("Pinecone key", "{}", "pc" + "sk_" + noise(60)),
    ("Sentry token", "{}", "sntr" + "ys_" + noise(90)),
    ("Figma token", "{}", "fi" + "gd_" + noise(40)),
    ("RubyGems key", "{}", "ruby" + "gems_" + noise(48, HEX)),
    ("Airtable token", "{}", "pat" + noise(14) + "." + noise(64, HEX)),
    ("1Password token", "{}", "ops" + "_eyJ" + noise(200)),
    ("assigned password", "convert --password {} in.pdf", MADE_UP),
    ("assigned password", "sshpass -p {} ssh ana@host", MADE_UP),
    ("assigned password", "mysql -u root -p{} bakery", MADE_UP),
    ("assigned password", "my password is {}", MADE_UP),
    ("assigned password", "Das Passwort ist {} seit heute", MADE_UP),
    ("assigned password", "contraseña: {}", MADE_UP),
    ("assigned password", "<password>{}</password>", MADE_UP),
    ("assigned password", "machine rail.org login ana password {}", MADE_UP),
    ("assigned key", "deploy --api-token {} now", noise(32)),
    ("assigned key", "AZURE_OPENAI_KEY={}", noise(32, HEX)),
    ("password in a command", "curl -s -u ana:{} https://rail.org", MADE_UP),
    ("authorization header", "'Bearer {}'", noise(40)),
    ("name and password in base64", '"auth": "{}"', LOGIN),
    ("name and password in base64", "//registry/:_auth={}", LOGIN),
    ("private key", "client-key-data: {}", noise(200)),
    ("private key", "Private-Lines: 1\n{}\nPrivate-MAC: 0", noise(43) + "="),
    ("national id", "SSN {}", "536-90" + "-4399"),
    ("national id", "AHV {}", "756.9217" + ".0769.85"),
    ("national id", "CPF {}", "529.982" + ".247-25"),
    ("national id", "CF {}", "RSSMRA85" + "T10A562S"),
    ("national id", "NIE {}", "X123" + "4567L"),
    ("national id", "rrn {}", "85.07.30" + "-033.28"),
    ("national id", "hetu {}", "131052" + "-308T"),
    ("national id", "BSN {} please", "1112" + "22333"),
    ("national id", "PESEL: {}", "440514" + "01359"),
    ("national id", "Steuer-ID: {}", "860957" + "42719"),
    ("national id", "NHS number: {}", "943 476" + " 5919"),
    ("national id", "Aadhaar: {}", "2341 2341" + " 2346"),
    ("national id", "personnummer {}", "811228" + "-9874"),
    ("national id", "NINO {}", "AB12" + "3456C"),
    ("phone number", "call {}", "415-867" + "-5309"),
    ("IP address", "client {} left", "51.15." + "24.130"),
    ("IP address", "https://{}/x", "51.15." + "24.130"),
    ("IP address", "from {} port 22", "2a01:4f8:c17:" + "b0f:1::2"),
]  # fmt: skip
RANDOM = random.Random(3)
FALSE = [
    *(str(uuid.UUID(int=RANDOM.getrandbits(128), version=4)) for _ in range(40)),
    *(sha256(bytes([number])).hexdigest() for number in range(40)),
    *(sha256(bytes([number])).hexdigest().upper() for number in range(40)),
    *(b64encode(sha256(bytes([number])).digest()).decode() for number in range(40)),
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor 0123456789.",
    "the token is passed on; its secret is that a password is never stored",
    "my password is stored in the safe",
    "curl -u $USER:$PASS https://rail.org",
    "curl -u ana:<password> https://rail.org",
    "mysql -u root -p bakery",
    "sort -u a:b1c2d3",
    "docker run -u 1000:1000 image",
    "convert --password-file secret1.txt --password $PASS",
    "run --token ${TOKEN_1} --key path/to/key1.pem",
    "<password>${db.password1}</password>",
    "Authorization: Bearer $TOKEN",
    "bearer of bad news 2024",
    "version 10.0.19041.1, chrome 120.0.6099.109, python 3.11.7.1",
    "192.168.100.200 and 10.200.100.50 and 127.0.0.1 and 172.20.99.88",
    "192.0.2.44 and 198.51.100.77 and 203.0.113.99 and 8.8.8.8",
    "oid 1.3.6.1.4.1.99.88, mask 255.255.255.0, net 51.15.24.0",
    "::1 and fe80::1 and 2001:db8::1 and 12:30:45 and 2606:4700:4700::1111",
    "2026-11-21 20231105-1432 12:30 978-3-16-148410-0",
    "000-12-3456 and 666-12-3456 and 912-12-3456 and 123-45-6789",
    "12345678Z and 756.1234.5678.90 and 111.111.111-11",
    "555-867-5309 is nobody's and 415-555-0123 neither",
    "the nhs paid 1234567890 and sin 123456789",
]


@pytest.mark.parametrize(("rule", "around", "secret"), TRUE)
def test_secret_is_found_in_its_place(rule: str, around: str, secret: str) -> None:
    text = around.format(secret)
    found = [each for each in find_secrets(text) if each.rule == rule]

    assert [text[each.start : each.start + each.length] for each in found] == [secret]
    assert secret not in found[0].redacted
    assert secret not in veiled(text, (KINDS[rule],))
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("text", FALSE)
def test_what_only_looks_like_one_is_let_be(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize(
    "piece",
    [
        *("curl -u a:", "curl ", "mysql -p ", "mysql ", "--token ", "bearer a", "<password>"),
        *("machine a login ", "password is ", "536-90-4399 ", "12345678A ", "51.15.24.130 "),
        *("1.2.3.4.", " 2a01:", "nhs 1 ", " 1 85", "AZDO", ".atlasv1.", "Private-Lines: 1 A"),
    ],
)
def test_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    def taken(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        begun = process_time()
        find_secrets(text)
        return process_time() - begun

    taken(10)
    small, large = taken(10_000), taken(80_000)
    assert large < 30 * small + 0.3


def test_every_rule_has_a_name_and_a_kind() -> None:
    assert set(KINDS.values()) == {"secret", "personal", "bait"}
    assert all(name.strip(string.whitespace) == name for name in KINDS)
