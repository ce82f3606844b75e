"""The rules by which secrets, personal data and bait for models are found in text.

Each has a hint, which is searched for first together with those of all others, and a pattern whose
first group is the thing itself. Both run on RE2, in time linear in the text: no hint or pattern may
end in something optional and without bound, whose search would run past the match each time.
"""

from __future__ import annotations

from convledger.text.command_rules import COMMANDS
from convledger.text.personal_rules import PERSONAL
from convledger.text.rule import ASSIGN, EDGE, WORD, Kind, Rule
from convledger.text.secret_checks import (
    anything,
    assigned_key,
    assigned_password,
    basic_credentials,
    card_number,
    discord_token,
    email_address,
    hidden_order,
    iban,
    jwt,
    named_phone_number,
    phone_number,
    private_key,
    random_of,
    url_password,
)

RULES_VERSION = 2  # texts are scanned anew when this has grown: raise it with every change here

_VALUE = r"""([^\s"'`,;\\<>]+)"""
_PASSWORD = (
    r"(?i)(?:passw(?:or)?d|passwort|kennwort|contraseña|mot de passe|passphrase"
    r"|(?:\b|_|\\[nrt])(?:pwd|pass))" + ASSIGN
)
_KEY = (
    r"(?i)(?:(?:api|access|auth|secret|private|client|signing|encryption|master|account|openai"
    r"|azure|subscription|storage|webhook|hmac|session|cookie|app)"
    r"[_.\- ]?key|token|secret)" + ASSIGN
)
_GITLAB = "pat|ptt|dt|rtr?|cbt|ft|ffct|soat|oas|imt|wt|agent"
_AGAINST = r"(?:ignore|disregard|forget|override)\s+"
_TELL = r"(?:tell|inform|mention|reveal|show|notify|alert)"


def _keyed(name: str, start: str, rest: str, least: int, most: int = 4096) -> Rule:
    """Return the rule of keys that a service gives a beginning of their own."""
    return Rule(
        name,
        "secret",
        rf"{EDGE}{start}{rest}",
        rf"{EDGE}({start}{rest}+)",
        random_of(least, most),
    )


_KEYED = [
    _keyed("AWS access key", "(?:AKIA|ASIA|ABIA|ACCA)", "[A-Z2-7]", 20, 20),
    _keyed("Google API key", "AIza", WORD, 39, 39),
    _keyed("Google OAuth client secret", "GOCSPX-", WORD, 35, 35),
    _keyed("Google OAuth access token", r"ya29\.", "[A-Za-z0-9_.-]", 30),
    _keyed("GitHub token", "gh[pousr]_", "[A-Za-z0-9_.-]", 36),
    _keyed("GitHub fine-grained token", "github_pat_", "[A-Za-z0-9_]", 40),
    _keyed("GitLab token", f"gl(?:{_GITLAB})-", "[A-Za-z0-9_.-]", 25),
    _keyed("Slack token", r"xox[abeoprs](?:\.xox[bp])?-", "[A-Za-z0-9-]", 20),
    _keyed("Slack app token", "xapp-", "[A-Za-z0-9-]", 30),
    _keyed("Stripe key", "[rs]k_(?:live|test)_", "[A-Za-z0-9]", 20),
    _keyed("Stripe webhook secret", "whsec_", "[A-Za-z0-9+/=]", 30),
    _keyed("Anthropic key", "sk-ant-", WORD, 30),
    _keyed("OpenRouter key", "sk-or-", WORD, 40),
    _keyed("OpenAI key", "sk-(?:proj|svcacct|admin|None)-", WORD, 30),
    _keyed("OpenAI key", "sk-", "[A-Za-z0-9]", 35, 80),
    _keyed("npm token", "npm_", "[A-Za-z0-9]", 40, 40),
    _keyed("PyPI token", "pypi-Ag", WORD, 60),
    _keyed("SendGrid key", r"SG\.", "[A-Za-z0-9_.-]", 60, 80),
    _keyed("Twilio key", "SK", "[0-9a-f]", 34, 34),
    _keyed("Hugging Face token", "hf_", "[A-Za-z0-9]", 30, 60),
    _keyed("HashiCorp Vault token", r"hv[sbr]\.", WORD, 28),
    _keyed("DigitalOcean token", "do[opr]_v1_", "[0-9a-f]", 71, 71),
    _keyed("Shopify token", "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]", 38, 38),
    _keyed("Groq key", "gsk_", "[A-Za-z0-9]", 40),
    _keyed("xAI key", "xai-", "[A-Za-z0-9]", 60),
    _keyed("Perplexity key", "pplx-", "[A-Za-z0-9]", 40),
    _keyed("Replicate token", "r8_", "[A-Za-z0-9]", 35),
    _keyed("Databricks token", "dapi", "[0-9a-f-]", 36, 40),
    _keyed("Linear key", "lin_(?:api|oauth)_", "[A-Za-z0-9]", 40),
    _keyed("Notion token", "ntn_", "[A-Za-z0-9]", 40),
    _keyed("Docker token", "dckr_(?:pat|oat)_", WORD, 30),
    _keyed("AWS Bedrock key", "ABSK", "[A-Za-z0-9+/=]", 100),
    _keyed("Google OAuth refresh token", "1//0", WORD, 40),
    _keyed("GitLab token", "GR1348941", WORD, 25),
    _keyed("Supabase key", "sb(?:p|_secret)_", WORD, 30),
    _keyed("Atlassian token", "ATATT3", "[A-Za-z0-9_=-]", 100),
    _keyed("Postman key", "PMAK-", "[0-9a-f-]", 60),
    _keyed("Grafana token", "glsa_", "[A-Za-z0-9_]", 40),
    _keyed("Grafana token", "glc_", "[A-Za-z0-9+/=]", 40),
    _keyed("PlanetScale token", "pscale_(?:tkn|pw|oauth)_", WORD, 40),
    _keyed("Doppler token", r"dp\.(?:pt|st|ct|sa|scim)\.", "[A-Za-z0-9_.-]", 40),
    _keyed("Heroku key", "HRKU-", WORD, 40),
    _keyed("Tavily key", "tvly-", WORD, 30),
    _keyed("LangSmith key", "lsv2_(?:pt|sk)_", "[0-9a-f_]", 40),
    _keyed("Pinecone key", "pcsk_", "[A-Za-z0-9_]", 50),
    _keyed("Sentry token", "sntry[su]_", "[A-Za-z0-9+/=_]", 60),
    _keyed("New Relic key", "NRAK-", "[A-Z0-9]", 30),
    _keyed("Figma token", "figd_", WORD, 40),
    _keyed("Square token", "sq0[ac][ts]p-", WORD, 26),
    _keyed("RubyGems key", "rubygems_", "[0-9a-f]", 57),
    _keyed("Airtable token", r"pat[A-Za-z0-9]{14}\.", "[0-9a-f]", 80),
    _keyed("Fly token", "fm[12][a-z]?_", "[A-Za-z0-9+/=]", 100),
    _keyed("Mailgun key", "key-", "[0-9a-f]", 36, 36),
    _keyed("Dropbox token", r"sl\.", WORD, 120),
    _keyed("1Password token", "ops_eyJ", WORD, 100),
    _keyed("age private key", "AGE-SECRET-KEY-1", "[A-Z0-9]", 60),
]  # fmt: skip

_SECRETS = [
    Rule("Terraform token", "secret", r"\.atlasv1\.", r"([A-Za-z0-9]{14}\.atlasv1\.[\w=-]+)",
         random_of(70)),
    Rule("Azure DevOps token", "secret", "AZDO", EDGE + "([A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})",
         random_of(84, 84)),
    Rule("Mailchimp key", "secret", "[0-9a-f]-us[0-9]", EDGE + r"([0-9a-f]{32}-us[0-9]{1,2})\b",
         random_of(36, 37)),
    Rule(
        "private key",
        "secret",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY",
        r"""(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:-?[A-Za-z0-9+/=\\\s"',:.()_])*"""
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?)",
        private_key,
        (0, 0),
    ),
    Rule(
        "AWS secret key",
        "secret",
        r"(?i)aws[a-z_.-]*(?:key|secret)" + ASSIGN,
        r"(?i)aws[a-z_.-]*(?:key|secret)" + ASSIGN + r"([A-Za-z0-9/+]+)",
        random_of(40, 40, 3.5),
        (2, 2),
    ),
    Rule(
        "Azure storage key",
        "secret",
        "AccountKey=",
        r"AccountKey=([A-Za-z0-9+/]+={0,2})",
        random_of(60, 100, 3.5),
    ),
    Rule(
        "Azure client secret",
        "secret",
        r"[0-9]Q~[A-Za-z0-9_~.-]",
        r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]+)",
        random_of(37, 42, 3.5),
    ),
    Rule(
        "Azure shared access signature",
        "secret",
        r"[?&]sig=[A-Za-z0-9%]",
        r"[?&]sig=([A-Za-z0-9%/+]+=?)",
        random_of(43, 120, 3.5),
    ),
    Rule(
        "Slack webhook",
        "secret",
        r"hooks\.slack\.com/(?:services|workflows)/",
        r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/]+)",
        random_of(30),
    ),
    Rule(
        "Discord webhook",
        "secret",
        r"discord(?:app)?\.com/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/([0-9]+/[A-Za-z0-9_-]+)",
        random_of(70),
    ),
    Rule(
        "Discord bot token",
        "secret",
        EDGE + r"(?:[MNO][A-Za-z0-9]{3}){4}",
        EDGE + r"((?:[MNO][A-Za-z0-9]{3}){4,8}[A-Za-z0-9]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)",
        discord_token,
    ),
    Rule(
        "Telegram bot token",
        "secret",
        r"[0-9]:AA[A-Za-z0-9_-]",
        EDGE + r"([0-9]{8,10}:AA[A-Za-z0-9_-]+)",
        random_of(43, 46),
    ),
    Rule(
        "JSON web token",
        "secret",
        EDGE + r"eyJ[A-Za-z0-9_-]+\.eyJ",
        EDGE + r"(eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)",
        jwt,
    ),
    Rule(
        "password in a URL",
        "secret",
        r"""://[^\s:@/"'<>]*:[^\s@/"'<>]+@""",
        r"""://[^\s:@/"'<>]*:([^\s@/"'<>]+)@""",
        url_password,
        (0, 0),
    ),
    Rule(
        "authorization header",
        "secret",
        r"(?i)authorization" + ASSIGN + r"(?:bearer|basic|token)",
        r"(?i)authorization" + ASSIGN + r"(?:bearer|basic|token)\s+([A-Za-z0-9._~+/=-]+)",
        basic_credentials,
        (2, 2),
        general=True,
    ),
    Rule(
        "assigned password",
        "secret",
        _PASSWORD,
        _PASSWORD + _VALUE,
        assigned_password,
        (0, 0),
        general=True,
    ),
    Rule(
        "assigned key",
        "secret",
        _KEY + r"""[^\s"'`,;\\<>]""",
        _KEY + r"(?:Bearer )?" + _VALUE,
        assigned_key,
        (2, 2),
        general=True,
    ),
]  # fmt: skip

_PERSONAL = [
    Rule(
        "IBAN",
        "personal",
        EDGE + r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}",
        EDGE + r"([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30})",
        iban,
        (2, 4),
        retried=True,
    ),
    Rule(
        "card number",
        "personal",
        EDGE + r"[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]",
        r"(?:^|\\[nrt]|[^0-9A-Za-z._+/$#(*-])([2-6][0-9]{3}[ -]?"
        r"(?:[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}|[0-9]{6}[ -]?[0-9]{4,5}))\b",
        card_number,
        (0, 4),
    ),
    Rule(
        "e-mail address",
        "personal",
        r"[A-Za-z0-9_]@[A-Za-z0-9]",
        r"(?:\\[nrt])?([A-Za-z0-9_][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
        r"[A-Za-z]{2,13})\b",
        email_address,
        (1, 2),
    ),
    Rule(
        "phone number",
        "personal",
        r"""(?:^|\\[nrt]|[\s"'(:;,<>=\[|])\+[1-9][0-9]*[ .()/-]*[0-9]""",
        r"""(?:^|\\[nrt]|[\s"'(:;,<>=\[|])(\+[1-9][0-9]*(?:[ ./-]?\(?[0-9]+\)?)+)\b""",
        phone_number,
        (3, 2),
    ),
    Rule(
        "phone number",
        "personal",
        r"(?i)(?:phone|tel|mobile|cell|fax|telefon|handy|mobil)(?:[ _-]?(?:number|no|nr))?\.?"
        + ASSIGN
        + r"\(?[0-9]",
        "(?i)" + EDGE + r"(?:phone|telephone|tel|mobile|cell|fax|telefon|handy|mobil)"
        r"(?:[ _-]?(?:number|no|nr))?\.?" + ASSIGN + r"(\(?[0-9][0-9 ()./-]*[0-9])",
        named_phone_number,
        (0, 2),
    ),
]  # fmt: skip

# What is written to steer a model that reads it. It is shown, never taken out.
_BAIT = [
    Rule(
        "orders to a model",
        "bait",
        r"(?i)" + _AGAINST + r"(?:all|any|the|your|my|every|previous|prior|above|earlier|preced)",
        "(?i)" + EDGE + "(" + _AGAINST + r"(?:(?:all|any|the|your|my|every|of|other)\s+)*"
        r"(?:previous|prior|above|earlier|preceding|former|existing)(?:\s+\w+)?\s+(?:instructions?"
        r"|prompts?|rules?|messages?|directions?|guidelines?|directives?|context|commands?))",
        anything,
    ),
    Rule(
        "secrecy from the user",
        "bait",
        r"(?i)(?:n['’o]t|never|without)\s+" + _TELL,
        "(?i)" + EDGE + r"((?:do\s+not|don['’]?t|never|without)\s+" + _TELL + r"(?:ing)?"
        r"\s+(?:(?:this|that|it|anything)\s+)?(?:to\s+)?the\s+(?:user|human))",
        anything,
    ),
    Rule(
        "another role for a model",
        "bait",
        r"(?i)you are now|new system prompt|<\|im_start\|>|<<SYS>>|developer mode",
        r"(?i)(you are now (?:in |an? )?(?:DAN|jailbroken|developer mode)\b"
        r"|new system prompt\s*:|<\|im_start\|>\s*system|<<SYS>>)",
        anything,
    ),
    Rule(
        "hidden characters",
        "bait",
        r"[\x{E0020}-\x{E007E}]{8}|[\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}]{4}",
        r"([\x{E0020}-\x{E007E}]{8,}|[\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}]{4,})",
        anything,
        (0, 0),
    ),
    Rule(
        "orders in base64",
        "bait",
        r"aWdub3Jl|SWdub3Jl|lnbm9yZ|pZ25vcm|ZGlzcmVnYXJk|Rpc3JlZ2Fyb|kaXNyZWdhcm",
        r"([A-Za-z0-9+/]*(?:aWdub3Jl|SWdub3Jl|lnbm9yZ|pZ25vcm|ZGlzcmVnYXJk|Rpc3JlZ2Fyb"
        r"|kaXNyZWdhcm)[A-Za-z0-9+/]*={0,2})",
        hidden_order,
        (0, 0),
    ),
]  # fmt: skip

RULES = (*_KEYED, *_SECRETS, *COMMANDS, *_PERSONAL, *PERSONAL, *_BAIT)
KINDS: dict[str, Kind] = {rule.name: rule.kind for rule in RULES}
