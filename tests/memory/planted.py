"""Short entries with pairs planted among them: reordered, reworded, or with a number changed."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass

from convledger.clock import SECOND
from convledger.memory.drafts import Draft, checked
from convledger.memory.keeping import put
from convledger.store.operations import operation

NOW = 1_790_000_000 * SECOND


def _phrases(text: str) -> list[str]:
    return text.split("|")


_SUBJECTS = _phrases(
    "billing service|staging database|release pipeline|support rota|mobile client|search index|"
    "design team|invoice export|staging cluster|onboarding guide|payment gateway|audit log|"
    "nightly backup|feature flag|image cache|message queue|customer portal|data warehouse|"
    "api gateway|login page|test suite|changelog|docs site|crash reporter|rate limiter|"
    "sales dashboard|partner feed|mail relay|licence server|build agent"
)
_VERBS = _phrases(
    "is owned by|moved to|depends on|must be approved by|is documented in|writes to|reads from|"
    "is restarted through|was replaced by|gets reviewed with|reports to|is mirrored on"
)
_OBJECTS = _phrases(
    "the platform group|the Frankfurt region|a shared volume|the finance lead|the wiki of the team|"
    "an encrypted bucket|the legacy scheduler|a signed manifest|the vendor contract|our runbook|"
    "the compliance officer|a read replica|the on-call engineer|the quarterly roadmap|"
    "a private registry|the steering committee|the monorepo|an external auditor|a canary host"
)
_TAILS = _phrases(
    "because the old one lost messages|since the migration in spring|unless traffic doubles|"
    "after the incident with certificates|so that releases stay small|to keep latency low|"
    "as agreed with legal|while the freeze lasts|in every environment|for tenants in Europe|"
    "when the disk fills up|until the rewrite is finished|by request of the customer"
)
_NUMBERS = _phrases(
    "within {} minutes|on port {}|for at most {} users|every {} hours|with {} workers|"
    "up to {} GB|at {} percent load|after {} retries|in batches of {}|below {} euros"
)
_SYNONYMS = {
    "owned": "run", "moved": "migrated", "depends": "relies", "approved": "signed",
    "documented": "described", "writes": "saves", "reads": "loads", "restarted": "rebooted",
    "replaced": "superseded", "reviewed": "checked", "reports": "answers", "mirrored": "copied",
    "because": "as", "since": "ever since", "unless": "except if", "after": "following",
    "keep": "hold", "agreed": "settled", "while": "as long as", "every": "each", "when": "once",
    "until": "till", "request": "wish", "small": "tiny", "the": "this", "our": "the", "for": "to",
}  # fmt: skip
_SYLLABLES = _phrases("ka|ro|mi|ten|sul|ver|dan|pol|gri|zet|bar|lun|fos|wex|tri|qua")


@dataclass(frozen=True, slots=True)
class Planted:
    """The texts in the order they are kept in, and the places of the pairs among them."""

    texts: list[str]
    reordered: list[tuple[int, int]]
    reworded: list[tuple[int, int]]
    renumbered: list[tuple[int, int]]

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """The places of all planted pairs."""
        return {*self.reordered, *self.reworded, *self.renumbered}


def planted(count: int, each: int = 100, seed: int = 7) -> Planted:
    """Return `count` texts, three times `each` of them made from others."""
    chance = random.Random(seed)
    texts: list[str] = []
    seen: set[str] = set()
    while len(texts) < count - 3 * each:
        text = _text(chance)
        if text not in seen:
            seen.add(text)
            texts.append(text)
    origins = chance.sample(range(len(texts)), 3 * each)
    found: list[list[tuple[int, int]]] = [[], [], []]
    for place, origin in enumerate(origins):
        change = (_reordered, _reworded, _renumbered)[place % 3]
        found[place % 3].append((origin, len(texts)))
        texts.append(change(texts[origin], chance))
    return Planted(texts, *found)


def _text(chance: random.Random) -> str:
    name = "".join(chance.choice(_SYLLABLES) for _ in range(3))
    parts = [
        f"The {chance.choice(_SUBJECTS)} {name} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)}",
        chance.choice(_TAILS),
        chance.choice(_NUMBERS).format(chance.randrange(2, 9000)),
    ]
    return ", ".join(parts) + "."


def _reordered(text: str, chance: random.Random) -> str:
    parts = text.removesuffix(".").split(", ")
    return ", ".join([*parts[1:], parts[0]] if chance.random() < 0.5 else parts[::-1]) + "."


def _reworded(text: str, chance: random.Random) -> str:
    words = text.split()
    places = [place for place, word in enumerate(words) if word in _SYNONYMS]
    for place in chance.sample(places, min(2, len(places))):
        words[place] = _SYNONYMS[words[place]]
    return ("Note that " if chance.random() < 0.3 else "") + " ".join(words)


def _renumbered(text: str, chance: random.Random) -> str:
    words = text.removesuffix(".").split(" ")
    place = max(place for place, word in enumerate(words) if word.isdigit())
    words[place] = str(int(words[place]) + chance.randrange(1, 900))
    return " ".join(words) + "."


def keep_all(connection: sqlite3.Connection, texts: list[str]) -> list[int]:
    """Keep texts as entries and return their numbers."""
    with operation(connection, "import", now=NOW) as recorder:
        return [put(connection, recorder, checked(Draft(text)), NOW)[0] for text in texts]
