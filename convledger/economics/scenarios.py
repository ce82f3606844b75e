"""What could be done otherwise: shorter prompts, less context, another model, fewer hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from convledger.economics.context_policy import ContextPolicy

# The parts of a scenario in the order in which they are applied to a conversation, each to what
# the one before has left: fewer tokens first, then what they cost, then who serves.
PROMPTS, CONTEXT, MODEL, ESCALATION = "prompts", "context", "model", "escalation"
STEPS = (PROMPTS, CONTEXT, MODEL, ESCALATION)
# What of a prompt is made shorter.
SENT, NEW, OPENING = "sent", "new", "opening"
SHORTENED = (SENT, NEW, OPENING)
CACHE_LIVES = 300_000_000  # microseconds of silence after which a prompt cache is cold
LARGEST_FACTOR = 100


@dataclass(frozen=True, slots=True)
class ShorterPrompts:
    """A share that is taken off the input of every call.

    `of` is all that is sent but for earlier answers, what is sent anew (fresh or written to the
    cache), or the first `tokens` of each call: its instructions and tools.
    """

    share: Fraction
    of: str = SENT
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class OtherContext:
    """A rule for how much history is sent along in the main thread of a conversation.

    `instructions` are tokens that open every request and are never forgotten. `cached` says whether
    prompts are cached: None as each conversation had it. A cache lives `cache_lives` microseconds.
    """

    policy: ContextPolicy
    instructions: int = 0
    cached: bool | None = None
    cache_lives: int = CACHE_LIVES


@dataclass(frozen=True, slots=True)
class OtherModel:
    """Calls of the models that `source` names (patterns; none is all), at the prices of `to`.

    `factor` is what every count of tokens is multiplied by, as another tokenizer may count.
    """

    to: str
    source: tuple[str, ...] = ()
    provider: str = ""
    factor: Fraction = Fraction(1)
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is changed, and for which conversations; without any part everything stays.

    `prices_on` is the day whose prices (its first instant, UTC) other models have, None for those
    of now. `escalation` is the share of the conversations with a bot that a person takes over. Of
    several models the first that is meant for a call counts.
    """

    name: str = ""
    note: str = ""
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices_on: date | None = None
    prompts: ShorterPrompts | None = None
    context: OtherContext | None = None
    models: tuple[OtherModel, ...] = ()
    escalation: Fraction | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The parts that there are, in the order in which they are applied."""
        there = {
            PROMPTS: self.prompts is not None,
            CONTEXT: self.context is not None,
            MODEL: bool(self.models),
            ESCALATION: self.escalation is not None,
        }
        return tuple(step for step in STEPS if there[step])
