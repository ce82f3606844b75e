"""The command `memory`: what AI tools carry along, reviewed, edited, searched and put away."""

from __future__ import annotations

import click

from convledger.cli import (
    memory_export,
    memory_files,
    memory_findings,
    memory_listing,
    memory_making,
    memory_review,
    memory_verdicts,
)
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="What your tools remember: review, edit, prune.")
def memory() -> None:
    """List, search and edit what is remembered; decide what stays.

    An entry has a source, dates, versions and a cost of being carried along. Nothing is merged,
    ended or put away by itself: the machine proposes, you decide, and `memory undo` takes any
    decision back. `convledger help memory` explains it all.
    """


for command in (
    memory_listing.list_,
    memory_listing.show,
    memory_listing.search,
    memory_making.add,
    memory_making.edit,
    memory_making.set_,
    memory_review.review,
    memory_review.hygiene,
    memory_verdicts.accept,
    memory_verdicts.confirm,
    memory_verdicts.snooze,
    memory_verdicts.archive,
    memory_verdicts.restore,
    memory_verdicts.merge,
    memory_verdicts.choose,
    memory_verdicts.no_pair,
    memory_verdicts.prune,
    memory_files.import_,
    memory_export.export,
    memory_files.feed,
    memory_files.write,
    memory_files.lint,
    memory_findings.findings,
    memory_findings.redact,
    memory_findings.pairs,
    memory_verdicts.undo,
    memory_verdicts.history,
):
    memory.add_command(command)
