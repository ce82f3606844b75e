"""The dialogs by which reviews travel: a sample into a file, and what comes back out of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.errors import ConvledgerError, UsageProblem
from convledger.text.display import clip, display_text
from convledger.tui.dropped_paths import typed_path
from convledger.tui.memory_words import from_home
from convledger.tui.review_changes import take_file
from convledger.tui.screens.path_dialog import PathDialog, PathSight
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reviews.writing import Written
    from convledger.store.reviews import StoredBatch
    from convledger.workflow.review_travel import ReviewImport

_YES = ("yes", "y", "with texts")
_NO = ("", "no", "n")
_NAMED = 2  # conflicts and lines that are told one by one


class WriteReviewScreen(FieldsDialog):
    """Writes a sample to a file for one reviewer, or all of it. Returns True when it is written."""

    HELP = (
        "The file holds the reviewer's items and verdicts and nobody else's, one JSON object a "
        "line, readable by you alone. With texts it can be read where the conversations are not. "
        "Erasing a conversation later names the files that it was written to."
    )
    AUTO_FOCUS = "#owner"

    def __init__(self, batch: StoredBatch) -> None:
        title = f"Write {display_text(clip(batch.title, 50))}"
        super().__init__(title, "⏎ Write · tab Next · esc Back")
        self._batch = batch
        self._replaces = False

    def parts(self) -> list[Widget]:
        """Return the lines, what they mean, and the two answers."""
        names = ", ".join(display_text(name) for name in self._batch.owners)
        lines = [
            self.field("owner", "for", "", f"all of it; or one of {names}"),
            self.field("path", "to", "", "review-NAME.jsonl here; or a file"),
            self.field("texts", "with texts", "no", "no; yes: what was said is in the file too"),
        ]
        return [
            Vertical(*lines, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Write"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say where it goes."""
        self.query_one("#owner", Input).focus()
        self.show_effect()

    def _owner(self) -> str:
        typed = self.typed("owner")
        if typed and typed not in self._batch.owners:
            known = ", ".join(self._batch.owners)
            raise UsageProblem(f"nothing of it is {typed:.60}'s; its owners are {known}")
        return typed

    def _path(self) -> Path:
        named = "".join(c if c.isalnum() else "-" for c in self._owner() or "all").strip("-")
        typed = self.typed("path") or f"review-{self._batch.id}-{named or 'all'}.jsonl"
        return Path(typed).expanduser().absolute()

    def _with_texts(self) -> bool:
        typed = self.typed("texts").lower()
        if typed not in (*_YES, *_NO):
            raise UsageProblem("with texts is yes or no")
        return typed in _YES

    def effect(self) -> Content:
        """Return where it goes."""
        self._replaces = False
        self.query_one(Choices).call_it("do", "Write")
        whose = display_text(self._owner()) or "all reviewers"
        texts = " with what was said" if self._with_texts() else ", no texts"
        return Content.assemble(
            (display_text(from_home(str(self._path()))), "$foreground"),
            (f"\nfor {whose}{texts}; readable by you alone", "$muted"),
        )

    def go_on(self) -> None:
        """Write it; over a file that is there only when that was seen."""
        replaces = self._replaces
        if not replaces:
            self.show_effect()
        if self.query_one("#do").disabled:
            return
        from convledger.reports.export import AlreadyThere

        batch, owner, path, now = self._batch, self._owner(), self._path(), self.books.now()
        texts = self._with_texts()

        def work(ledger: Ledger) -> Written | ConvledgerError:
            try:
                return ledger.write_review(
                    batch, owner, path, now=now, with_texts=texts, force=replaces
                )
            except ConvledgerError as error:
                return error

        def done(found: Written | ConvledgerError) -> None:
            if isinstance(found, AlreadyThere) and self.is_attached:
                self._ask_to_replace(path)
            elif isinstance(found, ConvledgerError):
                self.books.trouble(found)
            else:
                held = f"{counted(found.items, 'item')}, {counted(found.verdicts, 'verdict')}"
                self.books.say(f"Written: {display_text(found.path)}, {held}")
                if self.is_attached:
                    self.dismiss(True)

        self.books.ask(("write review", id(self)), work, done, slow=True)

    def _ask_to_replace(self, path: Path) -> None:
        self._replaces = True
        words = f"▲ {display_text(str(path))} is there already.\nNothing is written yet."
        self.query_one("#effect", Static).update(Content.styled(words, "$warning"))
        self.query_one(Choices).call_it("do", "Replace it")
        self.query_one("#leave").focus()  # so that a second enter replaces nothing


class TakeReviewScreen(PathDialog):
    """Takes in what was written elsewhere; what it brings is told before anything is taken."""

    HELP = (
        "A file of reviews: items that were given to you, or verdicts that come back. Taking one "
        "in is safe in any order and any number of times: a verdict is never changed, and the "
        "latest of each person counts."
    )
    TO_TYPE = "A file of reviews, as w or `convledger review export` writes it."
    EXAMPLE = "~/Downloads/review-1-Ada.jsonl"

    def __init__(self) -> None:
        super().__init__("Take in a file of reviews", "⏎ Take it in · ↓ Go on with · esc Back")

    def look_beside(self, ledger: Ledger, text: str) -> PathSight:
        """Tell what stands at a path, and what of it the books have not."""
        from convledger.ingest.choose import completions

        path = Path(typed_path(text)).expanduser()
        goes_on = tuple(completions(typed_path(text), (".jsonl",)))
        if not path.is_file():
            words = "no such file" if not path.is_dir() else "a folder; go on to a file"
            return PathSight(path, Content.styled(f"○ {words}", "$muted"), False, goes_on)
        try:
            found = ledger.read_review_file(path, now=self.books.now())
        except ConvledgerError as error:
            problem = Content.styled(f"✕ {display_text(str(error))}", "$error")
            return PathSight(path, problem, False, goes_on)
        return PathSight(path, _brings(found), True, goes_on)

    def read(self, path: Path) -> None:
        """Take it in."""
        now, books = self.books.now(), self.books

        def work(ledger: Ledger) -> str | ConvledgerError:
            try:
                return take_file(ledger, ledger.read_review_file(path, now=now))
            except ConvledgerError as error:
                return error

        def done(said: str | ConvledgerError) -> None:
            if isinstance(said, ConvledgerError):
                books.trouble(said)
            else:
                books.say(said)
                books.renew()

        self.dismiss(None)
        books.ask(("take review", str(path)), work, done, slow=True)


def _brings(found: ReviewImport) -> Content:
    """Return what a file brings in words."""
    whose = f", {found.owner}'s part" if found.owner else ""
    new = f"{counted(len(found.items), 'item')} and {counted(len(found.verdicts), 'verdict')} new"
    known = f"{found.known_items:,} and {found.known_verdicts:,} known"
    lines = [
        Content.assemble(
            ("● ", "$success"), (display_text(f"{found.batch.title}{whose}"), "bold"),
            (f" · {new}, {known}", "$muted"),
        )
    ]  # fmt: skip
    if found.withdrawn:
        lines.append(
            Content.styled(f"{counted(len(found.withdrawn), 'verdict')} withdrawn", "$muted")
        )
    if found.is_away:
        lines.append(
            Content.styled("The sample was taken away here: D brings it back.", "$warning")
        )
    if found.missing:
        many = counted(len(found.missing), "conversation")
        lines.append(Content.styled(f"{many} not in these books; the items are kept", "$muted"))
    told = [f"conflict: {each}" for each in found.conflicts]
    told += [f"line {line}: {why}" for line, why in found.rejected]
    lines += [Content.styled(display_text(clip(each, 200)), "$warning") for each in told[:_NAMED]]
    if len(told) > _NAMED:
        lines.append(Content.styled(f"and {len(told) - _NAMED:,} more", "$warning"))
    return Content("\n").join(lines)
