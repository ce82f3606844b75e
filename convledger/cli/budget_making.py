"""Makes, changes, removes and brings back budgets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.errors import ConfigError, UsageProblem

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.economics.ladder import Step
    from convledger.ledger import Ledger

F = TypeVar("F", bound=Callable[..., Any])
COUNTS = ("full", "machine", "billed", "list")
PERIODS = ("day", "week", "month", "year")
CUSTOMERS = ("user", "client", "project", "source")
_FACTS = {
    "price": "price",
    "margin": "gross_margin",
    "other_costs": "other_costs",
    "expected": "expected",
    "amount": "amount",
    "summary_share": "summary_share",
}


def complete_budget(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a budget."""
    from convledger.errors import ConvledgerError

    try:
        with chosen.open_ledger() as ledger:
            return [each.name for each in ledger.budgets() if each.name.startswith(incomplete)]
    except ConvledgerError:
        return []


def budget_argument(command: F) -> F:
    """Give a command the argument that names a budget."""
    return click.argument("name", metavar="NAME", shell_complete=complete_budget)(command)


def ladder_options(command: F) -> F:
    """Give a command what a ladder is made of."""
    for option in (
        click.option(
            "--step", multiple=True, metavar="PERCENT=ACTION",
            help="70=drop_retrieval, 80=summarise, 90=downgrade, 95=refuse_tools, 100=end.",
        ),
        click.option("--small-model", metavar="MODEL|PART",
                     help="What `downgrade` changes to: a model, or its part of the cost, 0.2."),
        click.option("--summary-share", metavar="PART",
                     help="What of the history stays once it is summarised.  [default: 50%]"),
    ):  # fmt: skip
        command = option(command)
    return command


def _terms_options(command: F) -> F:
    for option in (
        click.option("--file", "file", metavar="FILE", help="Take it from TOML; - reads input."),
        click.option("--until", metavar="DAY", help="Not for conversations from this day on."),
        click.option("--since", metavar="DAY", help="For conversations from this day on."),
        click.option("--at", metavar="PERCENTS", help="When to alert.  [default: 70,90,100]"),
        click.option("--scope", multiple=True, metavar="SEGMENT=VALUE",
                     help="tier=pro, source=desk, client=acme, tag=... May be repeated."),
        click.option("--customer", type=click.Choice(CUSTOMERS),
                     help="Who pays the price.  [default: user]"),
        click.option("--counts", type=click.Choice(COUNTS),
                     help="Which cost counts.  [default: machine]"),
        click.option("--currency", metavar="CODE", help="USD, EUR ...  [default: USD]"),
        click.option("--amount", metavar="MONEY", help="For each conversation, in place of price."),
        click.option("--per", type=click.Choice(PERIODS), help="[default: month]"),
        click.option("--expected", metavar="NUMBER", help="Conversations of a customer in it."),
        click.option("--other-costs", metavar="MONEY", help="What else a customer costs in it."),
        click.option("--margin", metavar="PART", help="Gross margin that is to stay: 70% or 0.7."),
        click.option("--price", metavar="MONEY", help="What a customer pays in a period."),
    ):  # fmt: skip
        command = option(command)
    return ladder_options(command)


@click.command(short_help="Make a budget.")
@click.argument("name", metavar="NAME")
@_terms_options
@click.option("--replace", is_flag=True, help="In place of one of that name.")
@options.json_flag
def new(name: str, replace: bool, as_json: bool, file: str | None, **said: Any) -> None:
    """Make a budget, and print what it leaves for a conversation.

    \b
    convledger budget new pro --price 19 --margin 70% --other-costs 2.70 --expected 6
    convledger budget new desk --amount 0.50 --scope source=desk --step 90=downgrade
    """
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.economics.budget_text import budget_text

    changes = _changes(said)
    if file is not None and changes:
        raise UsageProblem("--file says it all; leave the other options out")
    if file is not None:
        text = _from(file)
    else:
        if "price" not in changes and "amount" not in changes:
            raise UsageProblem(
                "say --price with --margin and --expected, or --amount for each conversation"
            )
        if "price" in changes and "amount" in changes:
            raise UsageProblem("--price and --amount can't be said at once; choose one")
        if "price" in changes and "expected" not in changes:
            raise UsageProblem("--expected is missing: how many conversations a customer has")
        text = budget_text(_with(BudgetTerms(name), changes))
    with chosen.open_ledger() as ledger:
        terms = _keep(ledger, name, text, is_file=file is not None, replace=replace)
    _tell(terms, as_json)


@click.command(short_help="Change a budget.")
@budget_argument
@_terms_options
@options.json_flag
def edit(name: str, as_json: bool, file: str | None, **said: Any) -> None:
    """Change what you name of a budget, or all of it with --file.

    `convledger budget show NAME --text > pro.toml` writes it to a file to begin with.
    """
    from dataclasses import replace

    from convledger.economics.budget_text import budget_text
    from convledger.reports.unit_costs.budget_shelf import terms_of

    changes = _changes(said)
    if (file is None) == (not changes):
        raise UsageProblem("say what is to change, like --price 29, or --file FILE with all of it")
    with chosen.open_ledger() as ledger:
        if file is not None:
            ledger.budget(name)
            text = _from(file)
        else:
            before = terms_of(ledger.budget(name))
            if "amount" in changes:
                before = replace(before, price=None, gross_margin=Fraction(0))
                before = replace(before, other_costs=Fraction(0))
            elif "price" in changes:
                before = replace(before, amount=None)
            text = budget_text(_with(before, changes))
        terms = _keep(ledger, name, text, is_file=file is not None, replace=True)
    _tell(terms, as_json)


@click.command(short_help="Remove a budget; it can be brought back.")
@budget_argument
def remove(name: str) -> None:
    """Remove a budget. Nothing else is changed, and `bring-back` takes it back."""
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        ledger.remove_budget(name, clock.now_us())
    shown = display_text(name)
    streams.say(f"Removed {shown}. `convledger budget bring-back {shown}` brings it back.")


@click.command("bring-back", short_help="Bring back a budget that was removed.")
@click.argument("name", metavar="NAME")
def bring_back(name: str) -> None:
    """Bring back a budget that was removed."""
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        ledger.bring_budget_back(name)
    streams.say(f"{display_text(name)} is back.")


def steps_of(texts: Iterable[str]) -> tuple[Step, ...]:
    """Return the steps that options say: "70=drop_retrieval". Raises UsageProblem."""
    from convledger.economics.budget_text import step_of

    found = []
    for text in options.parts(texts):
        at, _, action = text.partition("=")

        def complain(_: str, complaint: str, said: str = text) -> UsageProblem:
            ends = "" if complaint.endswith("?") else "."
            return UsageProblem(f"--step {said!r:.40}: {complaint}{ends} Write 70=drop_retrieval")

        number = at.strip().removesuffix("%").strip()
        found.append(
            step_of(int(number) if number.isdigit() and len(number) < 9 else None,
                    action.strip(), complain)
        )  # fmt: skip
    if len({step.action for step in found}) < len(found):
        raise UsageProblem("--step names an action twice; once is enough")
    return tuple(sorted(found, key=lambda step: step.at))


def part_of(option: str, text: str) -> Fraction:
    """Return a number or share that an option says. Raises UsageProblem."""
    from convledger.economics.budget_text import number_of

    try:
        return number_of(text)
    except ValueError:
        raise UsageProblem(f"{option} is no number: {text!r:.40}. Write 19, 2.70 or 70%") from None


def small_model_of(text: str) -> Fraction | str:
    """Return the part of the cost that a smaller model comes to, or its name."""
    from convledger.economics.budget_text import number_of

    try:
        return number_of(text)
    except ValueError:
        return text.strip()


def _changes(said: dict[str, Any]) -> dict[str, Any]:
    """Return the terms that options set."""
    found: dict[str, Any] = {}
    for option, key in _FACTS.items():
        if said[option] is not None:
            found[key] = part_of(f"--{option.replace('_', '-')}", said[option])
    if not 0 <= found.get("gross_margin", 0) <= 1:
        raise UsageProblem(
            f"--margin is no share of the price: {said['margin']!r:.40}. Write 70% or 0.70, at "
            "most 100%"
        )
    for key in ("per", "counts", "customer"):
        if said[key] is not None:
            found[key] = said[key]
    if said["currency"] is not None:
        found["currency"] = said["currency"].strip().upper()
    if said["scope"]:
        found["scope"] = _scope(said["scope"])
    if said["at"] is not None:
        found["thresholds"] = _percents(said["at"])
    if said["step"]:
        found["steps"] = steps_of(said["step"])
    if said["small_model"] is not None:
        found["small_model"] = small_model_of(said["small_model"])
    for key in ("since", "until"):
        if said[key] is not None:
            found[key] = _day(f"--{key}", said[key])
    return found


def _scope(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not value.strip():
            raise UsageProblem(f"--scope {text!r:.40} is no SEGMENT=VALUE, like tier=pro")
        name = name.strip()
        found[name] = (*found.get(name, ()), *options.parts([value]))
    return found


def _percents(text: str) -> tuple[int, ...]:
    parts = [each.removesuffix("%").strip() for each in options.parts([text])]
    if not parts or not all(each.isdigit() and 1 <= int(each) <= 10_000 for each in parts):
        raise UsageProblem(f"--at holds no percents: {text!r:.40}. Write 70,90,100")
    return tuple(sorted({int(each) for each in parts}))


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageProblem(f"{option} is no day: {text!r:.40}. Write 2026-10-01") from None


def _with(terms: BudgetTerms, changes: dict[str, Any]) -> BudgetTerms:
    from dataclasses import replace

    return replace(terms, **changes)


def _keep(ledger: Ledger, name: str, text: str, *, is_file: bool, replace: bool) -> BudgetTerms:
    """Keep a budget; what is wrong with options is wrong use. Raises UsageProblem, ConfigError."""
    try:
        return ledger.set_budget(name, text, clock.now_us(), replace=replace)
    except ConfigError as error:
        if is_file:
            raise
        raise UsageProblem(str(error)) from error


def _from(file: str) -> str:
    from convledger.toml_files import read_text

    if file == "-":
        return sys.stdin.read()
    text = read_text(Path(file).expanduser(), file)
    if text is None:
        raise UsageProblem(f"{file}: there is no such file")
    return text


def _tell(terms: BudgetTerms, as_json: bool) -> None:
    from convledger.reports.unit_costs.unit_budget_words import about, arithmetic
    from convledger.text.display import display_text

    if as_json:
        from convledger.cli.printing import print_json
        from convledger.reports.unit_costs.budget_documents import terms_document

        print_json({"schema": 1, **terms_document(terms)})
        return
    streams.say(f"{streams.bold(display_text(terms.name))}  {display_text(about(terms))}")
    for line in arithmetic(terms):
        streams.say(display_text(line))
