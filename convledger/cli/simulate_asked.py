"""What a simulation is asked on the command line: a scenario, a time, whose conversations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger.cli import options
from convledger.economics.conversation_costs import SEGMENTS
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.economics.context_policy import ContextPolicy
    from convledger.economics.scenarios import Scenario, ShorterPrompts
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.asked import CostQuery

F = TypeVar("F", bound=Callable[..., Any])
LIKE = "--context takes full, window=32000, reset=32000, reset=10turns or summarise=32000,1000"
DAYS = "30d"
TIMES = ("since", "until", "tz", "month", "currency", "no_sync")
_SIZE = re.compile(r"([0-9]{1,9})(k?)")
_TURNS = re.compile(r"([0-9]{1,6}) ?turns?")


def whose(command: F) -> F:
    """Give a command the options of time, of filters by segment, and of the currency."""
    command = click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")(
        command
    )
    command = click.option(
        "--currency", metavar="CODE", default="USD", show_default=True, help="Of totals."
    )(command)
    for name in reversed(SEGMENTS):
        command = options.several(f"--{name}", f"Only conversations of this {name}.")(command)
    command = click.option("--month", metavar="MONTH", help="2026-10.")(command)
    return options.since_until(command)


def query_of(ledger: Ledger, given: Mapping[str, Any]) -> CostQuery:
    """Return which conversations are meant, after a look at the logs. Raises UsageProblem."""
    from convledger.cli.following import look
    from convledger.plans.currencies import CURRENCIES
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.zones import zone_of

    since, until, month = given["since"], given["until"], given["month"]
    if month is not None and (since or until):
        raise UsageProblem("--month says it all; leave --since and --until out")
    code = given["currency"].strip().upper()
    if code not in CURRENCIES:
        raise UsageProblem(f"no such currency: {code!r:.20}. Write a code like USD or EUR")
    zone, zone_name = zone_of(given["tz"])
    now = look(ledger, no_sync=given["no_sync"])
    last = read_until(month or until or "today", zone, now)
    first = read_since(month or since or DAYS, zone, now if not until else max(last - 1, 0))
    if first >= last:
        raise UsageProblem("there is no time between --since and --until")
    scope = {name: options.parts(given[name]) for name in SEGMENTS}
    wanted = {name: values for name, values in scope.items() if values}
    return CostQuery(first, last, now, zone, zone_name, wanted, code)


def scenario_of(ledger: Ledger, given: Mapping[str, Any]) -> Scenario:
    """Return the scenario that options describe or name. Raises UsageProblem, ConfigError."""
    made = _quick(given)
    name = given["scenario"]
    if name is None:
        if not made.steps:
            raise UsageProblem(
                "say what should be otherwise: --to MODEL, --context window=32000, "
                "--shorter-prompts 20%, --escalation-rate 10%, or --scenario NAME"
            )
        return made
    if made.steps or made.scope or made.note or made.prices_on:
        raise UsageProblem("--scenario says it all; leave the other changes out, or edit it")
    return named(ledger, name)


def named(ledger: Ledger, name: str) -> Scenario:
    """Return a scenario by its name, or from a file. Raises UsageProblem, ConfigError."""
    from convledger.economics.scenario_text import read_scenario
    from convledger.toml_files import read_text

    if name not in ledger.scenarios() and Path(name).expanduser().is_file():
        found = read_scenario(read_text(Path(name).expanduser(), name) or "", name)
        return found if found.name else replace(found, name=Path(name).stem)
    return ledger.scenario(name)


def _quick(given: Mapping[str, Any]) -> Scenario:
    from convledger.economics.scenario_text import factor_of, share_of
    from convledger.economics.scenarios import OtherContext, OtherModel, Scenario
    from convledger.plans.lengths import length_of

    models: tuple[OtherModel, ...] = ()
    if given["to"] is not None:
        factor = _read("--tokenizer-factor", given["tokenizer_factor"] or "1", factor_of)
        source = options.parts(given["source_model"])
        models = (OtherModel(given["to"], source, given["provider"] or "", factor),)
    else:
        _goes_with(given, "--to", "source_model", "provider", "tokenizer_factor")
    context = None
    if given["context"] is not None:
        policy = policy_of(given["context"])
        cached = {"on": True, "off": False}.get(given["cache"] or "")
        context = OtherContext(policy, given["instructions"] or 0, cached)
        if given["cache_lives"] is not None:
            lives = _read("--cache-lives", given["cache_lives"], length_of)
            if lives.months:
                raise UsageProblem("--cache-lives is a length of time, like 5m or 1h")
            context = replace(context, cache_lives=lives.elapsed)
        if policy.cap is not None and context.instructions >= policy.cap:
            raise UsageProblem("--instructions leave no room under the cap of --context")
    else:
        _goes_with(given, "--context", "instructions", "cache", "cache_lives")
    rate = given["escalation_rate"]
    return Scenario(
        note=given["note"] or "",
        scope=_touched(given["only"]),
        prices_on=_day(given["prices_on"]),
        prompts=_prompts(given),
        context=context,
        models=models,
        escalation=None if rate is None else _read("--escalation-rate", rate, share_of),
    )


def _prompts(given: Mapping[str, Any]) -> ShorterPrompts | None:
    from convledger.economics.scenario_text import share_of
    from convledger.economics.scenarios import NEW, OPENING, SENT, ShorterPrompts

    if given["shorter_prompts"] is None:
        _goes_with(given, "--shorter-prompts", "opening", "new_only")
        return None
    share = _read("--shorter-prompts", given["shorter_prompts"], share_of)
    if given["opening"] is not None and given["new_only"]:
        raise UsageProblem("--opening and --new-only can't both be meant; choose one")
    if given["opening"] is not None:
        return ShorterPrompts(share, OPENING, given["opening"])
    return ShorterPrompts(share, NEW if given["new_only"] else SENT)


def _goes_with(given: Mapping[str, Any], option: str, *names: str) -> None:
    """Refuse options that say nothing without another one."""
    for name in names:
        if given[name]:
            shown = "from" if name == "source_model" else name.replace("_", "-")
            raise UsageProblem(f"--{shown} goes with {option}; say that too")


def policy_of(text: str) -> ContextPolicy:
    """Return the policy that a word names: "window=32000". Raises UsageProblem."""
    from convledger.economics.context_policy import FULL, RESET, SUMMARY, WINDOW, ContextPolicy

    kind, equals, value = text.strip().lower().partition("=")
    if kind == FULL and not equals:
        return ContextPolicy()
    if kind == RESET and (turns := _TURNS.fullmatch(value)) and int(turns[1]):
        return ContextPolicy(RESET, every=int(turns[1]))
    size, comma, summary = value.partition(",")
    cap = _size(size)
    if kind in (WINDOW, RESET) and cap and not comma:
        return ContextPolicy(kind, cap)
    if kind == SUMMARY and cap and (not comma or _size(summary)):
        most = _size(summary) if comma else None
        return ContextPolicy(SUMMARY, cap, **({"summary_tokens": most} if most else {}))
    raise UsageProblem(f"{text!r:.60} is no context policy. {LIKE}")


def _size(text: str) -> int | None:
    found = _SIZE.fullmatch(text.strip().replace("_", ""))
    return None if found is None else int(found[1]) * (1000 if found[2] else 1)


def _touched(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    from convledger.economics.scenario_text import SCOPE_KEYS

    scope: dict[str, tuple[str, ...]] = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not equals or key not in SCOPE_KEYS or not options.parts((value,)):
            raise UsageProblem(
                f"--only {word!r:.60}: write it like project=shop; known are "
                f"{', '.join(SCOPE_KEYS)}"
            )
        scope[key] = (*scope.get(key, ()), *options.parts((value,)))
    return scope


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageProblem(f"--prices-on {text!r:.40} is no day; write 2026-11-20") from None


T = TypeVar("T")


def _read(option: str, text: str, reading: Callable[[str], T]) -> T:
    try:
        return reading(text)
    except ValueError as error:
        raise UsageProblem(f"{option}: {error}") from None
