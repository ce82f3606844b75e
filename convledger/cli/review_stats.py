"""The command `review stats`: how many defects, how sure that is, how far reviewers agree."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.plain_names import plural
from convledger.cli.printing import print_json, print_table
from convledger.cli.review_words import batch_option
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.economics.agreement import Measure, Rate
    from convledger.reports.reviews.figures import ReviewStats

_HUNDREDTH = Decimal("0.01")


@click.command(short_help="Defect rate, and how far reviewers agree.")
@batch_option
@options.json_flag
def stats(batch: str | None, as_json: bool) -> int:
    """Print what the verdicts come to, of one sample or of all.

    Rates are of the items that are settled, with the interval in which the share of all
    conversations is likely to be (Wilson, 95 %). Agreement is of those who were given the same.
    """
    from convledger.reports.reviews.documents import stats_document

    with chosen.open_ledger() as ledger:
        number = None if batch is None else ledger.review_batch(batch).id
        found = ledger.review_stats(
            now=clock.now_us(), batches=None if number is None else [number]
        )
    if as_json:
        print_json({"schema": 1, "batch": number, **stats_document(found)})
    elif not found.items:
        streams.say("Nothing is to be reviewed.")
    else:
        _print(found)
    return 0


def _print(found: ReviewStats) -> None:
    from convledger.reports.render.table import Column
    from convledger.workflow.review_words import VERDICTS

    parts = [f"{found.settled:,} settled", f"{found.disputed:,} disputed", f"{found.open:,} open"]
    if found.overdue:
        parts.append(f"{found.overdue:,} overdue")
    streams.say(f"{plural(found.items, 'item')}: {', '.join(parts)}")
    streams.say()
    counts = ", ".join(f"{found.standing[name]:,} {name}" for name in VERDICTS)
    streams.say(f"verdicts     {counts}")
    streams.say(f"defects      {_rate_words(found.defects)}")
    streams.say(f"serious      {_rate_words(found.serious)}")
    if found.reasons:
        told = ", ".join(f"{code} {count:,}" for code, count in found.reasons.most_common())
        streams.say(display_text(f"reasons      {told}"))
    if found.disputed:
        streams.remark(
            "Rates are of what is settled; `convledger review disagreements` has the rest."
        )
    streams.say()
    print_table(
        [Column("reviewer", shrink=True), Column("given", "right"), Column("judged", "right"),
         Column("waiting", "right"), Column("minutes", "right"), Column("each", "right"),
         *(Column(name, "right", optional=1) for name in VERDICTS)],
        [
            [
                each.name, f"{each.assigned:,}", f"{each.judged:,}", f"{each.waiting:,}",
                _minutes(Fraction(each.seconds, 60)) if each.timed else "–",
                _minutes(Fraction(each.seconds, 60 * each.timed)) if each.timed else "–",
                *(f"{each.verdicts[name]:,}" for name in VERDICTS),
            ]
            for each in found.reviewers
        ],
    )  # fmt: skip
    streams.say()
    streams.say(f"agreement    on {plural(found.overlapping, 'item')} that several judged")
    for name, measure, share in (
        ("percent", found.percent, True),
        ("Cohen's kappa", found.kappa, False),
        ("Krippendorff's alpha, nominal", found.alpha_nominal, False),
        ("Krippendorff's alpha, ordinal", found.alpha_ordinal, False),
    ):
        streams.say(f"  {name.ljust(30)} {_measure_words(measure, share=share)}")
    if len(found.pairs) > 1:
        for pair in found.pairs:
            words = f"{_measure_words(pair.kappa, share=False)} on {plural(pair.items, 'item')}"
            streams.say(display_text(f"  kappa of {' and '.join(pair.names)}: {words}"))


def _rate_words(rate: Rate) -> str:
    if rate.share is None or rate.low is None or rate.high is None:
        return "– (nothing is settled yet)"
    low, high = _percent(Fraction(rate.low)), _percent(Fraction(rate.high))
    return f"{rate.hits:,} of {rate.of:,}, {_percent(rate.share)} (95 %: {low} to {high})"


def _measure_words(measure: Measure, *, share: bool) -> str:
    if measure.value is None:
        return f"– ({measure.why})"
    if share:
        return _percent(measure.value)
    exact = Decimal(measure.value.numerator) / measure.value.denominator
    return f"{exact:.3f}"


def _percent(share: Fraction) -> str:
    exact = Decimal(share.numerator) * 100 / share.denominator
    text = f"{exact:.1f}"
    return f"{text.removesuffix('.0')} %"


def _minutes(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / value.denominator:.1f}"
    return text.removesuffix(".0")
