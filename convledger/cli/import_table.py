"""Tables on the command line: how one would be read, what is still to be said, and saying it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, streams
from convledger.cli.plain_names import tilde
from convledger.clock import iso_text
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.sources.table.guess import Guess
    from convledger.sources.table.mapping import Mapping
    from convledger.sources.table.sample import Sample

GUESS = "guess"
_TEXT = 60


def map_option(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options by which a table's columns are given their meaning."""
    for option in (
        click.option(
            "--write-map", metavar="FILE", type=click.Path(path_type=Path),
            help="Write how a table would be read to FILE, to be edited; import nothing.",
        ),
        click.option(
            "--map", "mapping", metavar="MAP",
            help="Read a table by MAP: a TOML file, a saved name, a preset, or `guess`.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def settle(
    paths: Sequence[Path],
    source: str | None,
    mapping: str | None,
    write_map: Path | None,
    *,
    quiet: bool,
) -> tuple[str | None, bool]:
    """Have every table among the paths mapped; return the source to read as, and whether to go on.

    Raises UsageProblem with the open questions where nobody has said how a table is to be read.
    """
    if mapping is None and write_map is None:
        for path in paths:
            _must_be_mapped(path, source, quiet=quiet)
        return ("table" if source is None and _all_tables(paths) else source), True
    if source not in (None, "table"):
        raise UsageProblem(f"--map is for tables, not for --as {source}")
    if not paths:
        raise UsageProblem("--map needs a table: convledger import TABLE --map MAP.toml")
    if write_map is not None:
        if len(paths) != 1 or mapping is not None:
            raise UsageProblem("--write-map takes one table: import TABLE --write-map MAP.toml")
        _write(paths[0], write_map)
        return "table", False
    for path in paths:
        _map(path, str(mapping))
    return "table", True


def _sample(path: Path, mapping: Mapping | None = None) -> Sample:
    from convledger.ingest.mappings import open_sample
    from convledger.sources.document import NotReadable

    try:
        return open_sample(path.expanduser(), mapping)
    except NotReadable as error:
        raise UsageProblem(f"{path}: can't be read as a table: {error}") from error


def _is_table(path: Path) -> bool:
    """Tell whether a path is a table that no other reader knows."""
    from convledger.ingest.mappings import is_unknown_table

    return is_unknown_table(path.expanduser())


def _all_tables(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(_is_table(path) for path in paths)


def _must_be_mapped(path: Path, source: str | None, *, quiet: bool) -> None:
    """Show how a table would be read, and end, unless it is known how it is to be."""
    from convledger.ingest.mappings import mapping_for

    if source not in (None, "table") or not (source == "table" or _is_table(path)):
        return
    if path.expanduser().is_dir():
        return
    sample = _sample(path)
    if mapping_for(chosen.folder(), sample.header) is not None:
        return
    found = _guess(path, sample)
    if not quiet and streams.is_terminal_out():
        _show(path, sample, found)
    raise _unsaid(path, found)


def _guess(path: Path, sample: Sample) -> Guess:
    from convledger.sources.table.guess import guess
    from convledger.sources.table.mapping_file import name_of
    from convledger.sources.table.presets import presets

    return guess(sample, name_of(path.stem), presets())


def _map(path: Path, given: str) -> None:
    """Save the mapping that is given for a table, remembered by the table's header."""
    from convledger.ingest.mappings import chosen_mapping, save_mapping
    from convledger.sources.table.mapping import missing_columns

    with chosen.open_ledger() as ledger:
        if given == GUESS:
            sample = _sample(path)
            found = _guess(path, sample)
            if found.questions:
                raise _unsaid(path, found)
            save_mapping(ledger.workspace, found.mapping, sample.header)
            return
        mapping = chosen_mapping(ledger.workspace, given)
        sample = _sample(path, mapping)
        if missing := missing_columns(mapping, sample.header):
            raise UsageProblem(
                f"{path}: the mapping {mapping.name} reads columns that the table lacks: "
                f"{', '.join(missing)}; it has {', '.join(sample.header)}"
            )
        save_mapping(ledger.workspace, mapping, sample.header)


def _write(path: Path, target: Path) -> None:
    """Write a guess with its open questions as TOML; an existing file is left alone."""
    from convledger.sources.table.mapping_file import mapping_text
    from convledger.toml_files import replace_text

    target = target.expanduser()
    if target.exists():
        raise UsageProblem(f"{target}: is there already; name another file")
    found = _guess(path, _sample(path))
    replace_text(
        target, mapping_text(found.mapping, {one.key: one.text for one in found.questions})
    )
    streams.say(f"Written: {display_text(tilde(str(target)))}")
    for each in found.questions:
        streams.say(f"  to be answered: {display_text(each.key)}: {display_text(each.text)}")
    streams.say(
        f"Then: convledger import {display_text(str(path))} --map {display_text(str(target))}"
    )


def _unsaid(path: Path, found: Guess) -> UsageProblem:
    """Say what is open of a table and how it is answered; return the problem that ends it."""
    for each in found.questions:
        choices = ", ".join(choice.value for choice in each.choices)
        words = f"{each.key}: {each.text} ({choices})"
        streams.note(f"  {display_text(words)}")
    name = display_text(str(path))
    if not found.questions:
        streams.note(f"  no question is open; as guessed: convledger import {name} --map guess")
    streams.note(f"  to say it: convledger import {name} --write-map MAP.toml, edit MAP.toml,")
    streams.note(f"  then: convledger import {name} --map MAP.toml")
    asked = ", ".join(each.key for each in found.questions)
    open_ = f"; open: {asked}" if asked else ""
    return UsageProblem(f"{path}: nobody has said yet how this table is to be read{open_}")


def _show(path: Path, sample: Sample, found: Guess) -> None:
    """Print what each column is taken for, and the first rows as they would be read."""
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.sources.table.mapping import MEANINGS, ROWS
    from convledger.sources.table.preview import columns_seen, rows_seen

    streams.say(f"{display_text(str(path))}: a table, guessed: {ROWS[found.mapping.rows]}")
    print_table(
        [Column("column", shrink=True), Column("is read as"), Column("first value", shrink=True)],
        [
            [each.name, MEANINGS.get(each.meaning, "a detail"), each.example]
            for each in columns_seen(found.mapping, sample)
        ],
    )
    streams.say("The first rows as they would be read:")
    print_table(
        [
            Column("conversation", shrink=True), Column("instant", optional=1), Column("who"),
            Column("text", shrink=True, minimum=12), Column("spent", shrink=True, optional=2),
        ],
        [
            [
                each.conversation,
                iso_text(each.at) if each.at is not None else "–",
                each.who,
                clip(display_text(each.text), _TEXT) or each.problem,
                each.spent,
            ]
            for each in rows_seen(found.mapping, sample, 6)
        ],
    )  # fmt: skip
    for note in found.notes:
        streams.say(f"Note: {display_text(note)}")
