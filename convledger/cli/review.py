"""The command `review`: people's verdicts on samples of conversations."""

from __future__ import annotations

import click

from convledger.cli import review_files, review_judging, review_listing, review_sampling
from convledger.cli import review_stats as figures
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="People's verdicts on a sample; do they agree?")
def review() -> None:
    """Draw a sample of conversations, let people judge them, and see how far they agree.

    \b
    convledger review sample --size 50 --seed 7 --owner Ada --owner Bo --overlap 10
    convledger review next
    convledger review verdict 3 minor --reason incomplete

    `convledger help reviews` explains it all.
    """


for command in (
    review_listing.list_,
    review_sampling.sample,
    review_sampling.batches,
    review_sampling.remove,
    review_sampling.bring_back,
    review_listing.next_,
    review_listing.show,
    review_judging.verdict,
    review_judging.undo,
    review_listing.disagreements,
    review_judging.adjudicate,
    review_judging.reasons,
    figures.stats,
    review_files.export,
    review_files.import_,
):
    review.add_command(command)
