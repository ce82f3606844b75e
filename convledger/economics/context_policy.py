"""Conversations replayed under another rule for how much of their history is sent along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from convledger.economics.ratios import Number

FULL, WINDOW, RESET, SUMMARY = "full", "window", "reset", "summarise"
POLICIES = (FULL, WINDOW, RESET, SUMMARY)


class TooSmall(ValueError):
    """A turn (0-based) alone has more tokens than the policy lets a request have."""

    def __init__(self, place: int, tokens: int, cap: int) -> None:
        super().__init__(
            f"turn {place + 1} has {tokens} tokens by itself, more than the {cap} of a request"
        )
        self.place, self.tokens = place, tokens


@dataclass(frozen=True, slots=True)
class Turn:
    """Tokens that a turn adds: what is asked, with what tools return, and what is answered.

    `waited` is the time since the turn before (microseconds): a prompt cache may have gone cold.
    `kept` is what of the answer stays in the history, None for all of it: thinking may not. `anew`
    says that the history had been shortened in fact: all that is sent is what is `asked`.
    """

    asked: int
    answered: int
    waited: int = 0
    kept: int | None = None
    anew: bool = False

    @property
    def tokens(self) -> int:
        """What the turn adds to the history."""
        return self.asked + (self.answered if self.kept is None else self.kept)


@dataclass(frozen=True, slots=True)
class TokenRates:
    """Picodollars for a token; without a price for the cache its tokens are billed as input."""

    input: Number
    output: Number
    cache_read: Number | None = None
    cache_write: Number | None = None


@dataclass(frozen=True, slots=True)
class ContextPolicy:
    """What is sent with a turn. `cap` is the most tokens of a request, None for no cap.

    A window drops the oldest whole turns; a reset begins anew with an empty history; a summary of
    `summary_tokens` takes the place of the history, and is written by one further request.
    `every` resets after so many turns, whatever their size.
    """

    kind: str = FULL
    cap: int | None = None
    every: int | None = None
    summary_tokens: int = 1_000

    def __post_init__(self) -> None:
        if self.kind not in POLICIES:
            raise ValueError(
                f"no such policy: {self.kind!r:.40}. Policies are: {', '.join(POLICIES)}"
            )
        if self.kind in (WINDOW, SUMMARY) and self.cap is None:
            raise ValueError(f"{self.kind} needs the most tokens that a request may have")
        if self.kind == RESET and self.cap is None and self.every is None:
            raise ValueError("a reset needs the most tokens of a request, or a number of turns")


class Request(NamedTuple):
    """Tokens of one request of the turn at `place`, or of the summary that it made needed."""

    place: int
    input: int
    cache_read: int
    cache_write: int
    output: int
    is_summary: bool = False

    @property
    def sent(self) -> int:
        """All tokens that were sent, from the cache or not."""
        return self.input + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests that a policy makes of turns, and what it forgot on the way (0-based places).

    `first_forgotten` is the first turn that was dropped, `first_forgetting` the one that did
    without it; None where nothing was.
    """

    requests: list[Request]
    forgotten_turns: int
    forgotten_tokens: int
    first_forgotten: int | None
    first_forgetting: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a policy comes to: tokens by kind, their cost (picodollars), and what was forgotten.

    `forgotten_turns` and `forgotten_tokens` are what the last request went without;
    `first_forgetting` is the first turn (0-based) that did, None where none did.
    """

    input: int
    cache_read: int
    cache_write: int
    output: int
    cost: Fraction
    forgotten_turns: int
    forgotten_tokens: int
    first_forgetting: int | None
    requests: int

    @property
    def input_tokens(self) -> int:
        """All tokens that were sent, from the cache or not."""
        return self.input + self.cache_read + self.cache_write


def replay(
    turns: Sequence[Turn],
    policy: ContextPolicy,
    rates: TokenRates,
    *,
    cached: bool = False,
    prefix: int = 0,
    cache_lives: int | None = None,
) -> Replayed:
    """Replay turns under a policy at one set of prices. Raises TooSmall as `requests_of` does."""
    made = requests_of(turns, policy, cached=cached, prefix=prefix, cache_lives=cache_lives)
    fresh, read, written, output = (
        sum(request[kind] for request in made.requests) for kind in range(1, 5)
    )
    read_price = rates.input if rates.cache_read is None else rates.cache_read
    write_price = rates.input if rates.cache_write is None else rates.cache_write
    cost = (
        Fraction(rates.input) * fresh
        + Fraction(read_price) * read
        + Fraction(write_price) * written
        + Fraction(rates.output) * output
    )
    return Replayed(
        fresh,
        read,
        written,
        output,
        cost,
        made.forgotten_turns,
        made.forgotten_tokens,
        made.first_forgetting,
        len(made.requests),
    )


def requests_of(
    turns: Sequence[Turn],
    policy: ContextPolicy,
    *,
    cached: bool = False,
    prefix: int = 0,
    cache_lives: int | None = None,
) -> Requests:
    """Return the requests of turns under a policy. Raises TooSmall for a turn above the cap.

    `prefix` are tokens that open every request (instructions, tools). With `cached` what a request
    shares with the one before is read from the cache and the rest is written to it; after
    `cache_lives` microseconds of silence nothing is left in it.
    """
    replaying = _Replaying(policy, cached, prefix)
    for place, turn in enumerate(turns):
        if cache_lives is not None and turn.waited > cache_lives:
            replaying.shared = 0
        replaying.take(place, turns, turn)
    return replaying.result()


class _Replaying:
    """The history that is sent along: a summary, then the turns from `first` on."""

    def __init__(self, policy: ContextPolicy, cached: bool, prefix: int) -> None:
        self._policy, self._cached, self._prefix = policy, cached, prefix
        self._first = 0
        self._summary = 0
        self._history = 0  # tokens of the turns from `first` on
        self._requests: list[Request] = []
        self._forgotten: int | None = None
        self._forgetting: int | None = None
        self._lost_turns = self._lost_tokens = 0
        self.shared = 0  # tokens at the beginning of the next request that the cache still holds

    def take(self, place: int, turns: Sequence[Turn], turn: Turn) -> None:
        if turn.anew:
            self._begin_anew(place)
        self._make_room(place, turns, turn)
        if self._forgetting is None and self._lost_turns:
            self._forgetting = place
        sent = self._prefix + self._summary + self._history + turn.asked
        self._request(place, sent, turn.answered)
        self._history += turn.tokens

    def _make_room(self, place: int, turns: Sequence[Turn], turn: Turn) -> None:
        policy, cap = self._policy, self._policy.cap
        due = policy.every is not None and place - self._first >= policy.every
        if cap is None or policy.kind == FULL:
            if due and policy.kind == RESET:
                self._forget_all(place)
            return
        alone = self._prefix + turn.asked
        if alone > cap or (policy.kind == SUMMARY and alone + policy.summary_tokens > cap):
            raise TooSmall(place, alone, cap)
        while due or self._summary + self._history + alone > cap:
            if policy.kind == WINDOW:
                self._drop(turns[self._first].tokens, 1)
            elif policy.kind == SUMMARY and not due:
                sent = self._prefix + self._summary + self._history
                self._request(place, sent, policy.summary_tokens, is_summary=True)
                self._forget_all(place)
                self._summary = policy.summary_tokens
            else:
                self._forget_all(place)
            due = False

    def _drop(self, tokens: int, count: int) -> None:
        if self._forgotten is None:
            self._forgotten = self._first
        self._first += count
        self._history -= tokens
        self._lost_turns += count
        self._lost_tokens += tokens
        self.shared = min(self.shared, self._prefix)  # what follows the prefix begins elsewhere

    def _forget_all(self, place: int) -> None:
        self._drop(self._history, place - self._first)
        self._summary = 0

    def _begin_anew(self, place: int) -> None:
        """Let go what had gone in fact too: no policy forgot it."""
        self._first, self._history, self._summary = place, 0, 0
        self.shared = min(self.shared, self._prefix)

    def _request(self, place: int, sent: int, answered: int, *, is_summary: bool = False) -> None:
        if not self._cached:
            self._requests.append(Request(place, sent, 0, 0, answered, is_summary))
            return
        read = min(self.shared, sent)
        self._requests.append(Request(place, 0, read, sent - read, answered, is_summary))
        self.shared = sent

    def result(self) -> Requests:
        return Requests(
            self._requests,
            self._lost_turns,
            self._lost_tokens,
            self._forgotten,
            self._forgetting,
        )
