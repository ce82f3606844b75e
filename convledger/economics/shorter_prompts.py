"""Calls with a share of their prompts taken off, each kind of token at its own price."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.economics.allocation import allocate
from convledger.economics.call_use import CallUse, Tokens
from convledger.economics.scenarios import NEW, OPENING, ShorterPrompts
from convledger.pricing import Rater
from convledger.pricing.arithmetic import half_even


def shortened(calls: Sequence[CallUse], prompts: ShorterPrompts, rater: Rater) -> list[CallUse]:
    """Return the calls of a conversation, in the order of time, with shorter prompts.

    What is taken off a call is rounded half to even once. Of all that was sent it comes off fresh,
    read and written tokens in proportion; of a call's opening off what was read from the cache
    first, since the cache holds the beginning, then off what was written, then off fresh tokens.
    """
    found = []
    answered = before = 0  # tokens of answers in the history of the thread, and what was sent last
    for call in calls:
        if call.lacks_tokens:
            found.append(call)
            continue
        answers = 0
        if call.in_thread:
            if call.sent < before:
                answered = 0  # the history was shortened: nobody knows what of it were answers
            answers = min(answered, call.sent)
            answered, before = answered + call.output, call.sent
        found.append(call.with_tokens(rater, _tokens(call, prompts, answers)))
    return found


def _tokens(call: CallUse, prompts: ShorterPrompts, answers: int) -> Tokens:
    fresh, output, read, short, long = call.tokens
    kinds = [fresh, read, short, long]
    if prompts.of == OPENING:
        left = _part(prompts, min(prompts.tokens, call.sent))
        for place in (1, 2, 3, 0):
            taken = min(left, kinds[place])
            kinds[place] -= taken
            left -= taken
    else:
        weights = [fresh, 0, short, long] if prompts.of == NEW else kinds
        whole = sum(weights) - (0 if prompts.of == NEW else answers)
        parts = allocate(_part(prompts, whole), weights)
        kinds = [kind - part for kind, part in zip(kinds, parts, strict=True)]
    return kinds[0], output, kinds[1], kinds[2], kinds[3]


def _part(prompts: ShorterPrompts, tokens: int) -> int:
    return half_even(tokens * prompts.share.numerator, prompts.share.denominator)
