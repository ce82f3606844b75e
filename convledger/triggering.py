"""What a workspace can be told and asked about rules: data that says what is done when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.backing_up import BackingUp
from convledger.errors import ConfigError, UsageProblem
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.workflow.approvals import Approvals
    from convledger.workflow.firing import Fired
    from convledger.workflow.inbox import Inbox, InboxReport
    from convledger.workflow.rule_files import RuleFile
    from convledger.workflow.rule_terms import LedgerEvent
    from convledger.workflow.rule_words import FiringLine, RuleLine


class Triggering(BackingUp):
    """Rules, which are inert until a person confirms them on this machine, and what they did."""

    workspace: Path

    def has_triggers(self) -> bool:
        """Tell whether there may be rules to follow, or files to take."""
        return any((self.workspace / name).is_dir() for name in (paths.RULES, paths.INBOX))

    @in_words
    def trigger_rules(self) -> list[RuleLine]:
        """Return the rules of the workspace by name, with how each stands. Raises ConfigError."""
        from convledger.reports.trigger_lines import rule_lines
        from convledger.workflow.rule_files import load_rules

        files = load_rules(self.workspace)
        return rule_lines(self.connection, files, self._approvals() if files else None)

    def trigger_rule(self, name: str) -> RuleLine:
        """Return a rule by name. Raises UsageProblem with the one that was meant."""
        from convledger.workflow.rule_files import rule_named

        lines = self.trigger_rules()
        wanted = rule_named([each.file for each in lines], name)
        return next(each for each in lines if each.file is wanted)

    def add_trigger(self, text: str, file_name: str, *, replace: bool = False) -> RuleFile:
        """Keep a rule's text as a file of the workspace; it is inert until it is confirmed.

        Raises ConfigError where it is wrong, UsageProblem where there is another of its name.
        """
        from convledger.toml_files import replace_text
        from convledger.workflow.rule_files import SUFFIX, read_rule
        from convledger.workflow.rule_parse import parse_rule

        self._must_be_open()
        rule = parse_rule(text, file_name)
        place = self.workspace / paths.RULES / f"{rule.name}{SUFFIX}"
        there = [each.file for each in self.trigger_rules() if each.name == rule.name]
        if there and there[0].text == text:
            return there[0]
        if (there or place.exists()) and not replace:
            raise UsageProblem(
                f"there is a rule {rule.name} already: `convledger trigger show {rule.name}`; "
                "--replace puts this one in its place"
            )
        place = there[0].path if there else place
        replace_text(place, text)
        self._note_rule("file of a rule written", rule.name, text)
        return read_rule(place)

    def confirm_trigger(self, name: str, digest: str, *, now: int) -> None:
        """Let a rule hold from now on, on this machine; `digest` is of the text that was shown.

        Raises UsageProblem where the text is another by now, ConfigError where it is wrong.
        """
        from convledger.workflow.noting import hold

        self._must_be_open()
        line = self.trigger_rule(name)
        if line.rule is None:
            raise line.file.trouble or ConfigError(f"{line.file.path}: can't be used")
        if line.file.digest != digest:
            raise UsageProblem(f"the rule {name} has changed meanwhile; look at it again")
        with transaction(self.connection):
            hold(self.connection, line.rule, digest, now)
        self._approvals().confirm(digest, name, now)
        self._note_rule("rule confirmed", name, line.file.text)

    def remove_trigger(self, name: str) -> Path:
        """Take a rule away; its file stays beside under another ending. Raises UsageProblem."""
        from convledger.errors import WorkspaceError
        from convledger.store.firings import let_go
        from convledger.workflow.rule_files import GONE

        self._must_be_open()
        line = self.trigger_rule(name)
        place = line.file.path.with_name(line.file.path.name + GONE)
        self._approvals().withdraw(name)
        try:
            line.file.path.replace(place)
        except OSError as error:
            raise WorkspaceError(f"{line.file.path}: can't be moved: {error.strerror}") from error
        with transaction(self.connection):
            let_go(self.connection, name)
        self._note_rule("rule removed", name, line.file.text)
        return place

    @in_words
    def try_trigger(self, name: str, since: int, *, now: int, zone: tzinfo) -> list[LedgerEvent]:
        """Return the events from `since` on about which a rule would have fired; does nothing.

        Raises UsageProblem, ConfigError.
        """
        from convledger.workflow.noting import would_fire

        line = self.trigger_rule(name)
        if line.rule is None:
            raise line.file.trouble or ConfigError(f"{line.file.path}: can't be used")
        more = self._more_events([line.file], lambda _: since, now, zone)
        found = would_fire(self.connection, line.rule, since, now, more.get(name, ()))
        return list(found)

    @in_words
    def fire_triggers(
        self,
        *,
        now: int,
        zone: tzinfo,
        most: int = -1,
        seconds: float | None = None,
        failed_too: bool = False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Fired:
        """Do what confirmed rules say about what has happened; what fails is in the answer.

        With `failed_too` what failed before is tried again.
        """
        from convledger.store.file_lock import file_lock
        from convledger.workflow.firing import Fired

        if self.is_sealed or not (self.workspace / paths.RULES).is_dir():
            return Fired()
        with file_lock(self.workspace / paths.TRIGGER_LOCK, 0) as held:
            if not held:
                return Fired(busy=True)
            return self._fire(now, zone, most, seconds, failed_too, stopping)

    def _fire(
        self,
        now: int,
        zone: tzinfo,
        most: int,
        seconds: float | None,
        failed_too: bool,
        stopping: Callable[[], bool],
    ) -> Fired:
        from convledger.store import firings
        from convledger.workflow.firing import Fired, Surroundings, fire
        from convledger.workflow.rule_words import CONFIRMED

        try:
            lines = self.trigger_rules()
        except ConfigError as error:
            return Fired(troubles=[str(error)])
        confirmed = [each.file for each in lines if each.state == CONFIRMED]
        troubles = [str(each.file.trouble) for each in lines if each.file.trouble is not None]
        if not confirmed and not firings.count_to_do(self.connection):
            return Fired(troubles=troubles)
        if failed_too and confirmed:
            with transaction(self.connection):
                firings.retry(self.connection, [each.name for each in confirmed])
        hosts, warning = self._allowed_hosts()
        around = Surroundings(self.connection, self.workspace, self._workspace_name(), hosts)
        more = self._more_events(confirmed, self._held_since(), now, zone)
        found = fire(around, confirmed, now, more, most=most, seconds=seconds, stopping=stopping)
        found.troubles = troubles + warning
        return found

    @in_words
    def trigger_firings(
        self,
        *,
        rules: Sequence[str] = (),
        states: Sequence[str] = (),
        since: int | None = None,
        until: int | None = None,
        limit: int = -1,
    ) -> list[FiringLine]:
        """Return what rules did, the latest first, with words on what came of it."""
        from convledger.store.firings import firings
        from convledger.workflow.rule_words import FiringLine, firing_words

        found = firings(
            self.connection, rules=rules, states=states, since=since, until=until, limit=limit
        )
        return [FiringLine(each, firing_words(each)) for each in found]

    @property
    def inbox(self) -> Inbox:
        """The folder from which files of other programs are taken."""
        from convledger.workflow.inbox import Inbox

        return Inbox(self.workspace / paths.INBOX)

    @in_words
    def take_inbox(self, *, now: int, zone: tzinfo) -> InboxReport:
        """Take what other programs have put into the inbox; a file is taken whole or refused."""
        from convledger.store.file_lock import file_lock
        from convledger.workflow.inbox import InboxReport

        if self.is_sealed or not self.inbox.waiting():
            return InboxReport()
        from convledger.reports.inbox_taking import take_inbox

        with file_lock(self.workspace / paths.TRIGGER_LOCK, 0) as held:
            if not held:
                return InboxReport()
            return take_inbox(self.connection, self.inbox, now, zone)

    def _approvals(self) -> Approvals:
        from convledger.workflow.approvals import Approvals

        return Approvals(self.workspace, self._workspace_name())

    def _workspace_name(self) -> str:
        from convledger.store.workspace_id import known_workspace_id, workspace_id

        known = known_workspace_id(self.connection)
        if known or self.is_sealed:
            return known
        with transaction(self.connection):
            return workspace_id(self.connection)

    def _held_since(self) -> Callable[[str], int | None]:
        from convledger.store.firings import held_rule

        def since(name: str) -> int | None:
            held = held_rule(self.connection, name)
            return held.since if held else None

        return since

    def _more_events(
        self,
        files: Sequence[RuleFile],
        since_of: Callable[[str], int | None],
        now: int,
        zone: tzinfo,
    ) -> dict[str, list[LedgerEvent]]:
        """Return by rule what crossed the budgets of conversations, which no row tells."""
        from convledger.reports.trigger_lines import budget_events
        from convledger.workflow.rule_terms import BUDGET

        found = {}
        for each in files:
            since = since_of(each.name)
            if each.rule is not None and each.rule.when == BUDGET and since is not None:
                found[each.name] = budget_events(self, since, now, zone)
        return found

    @staticmethod
    def _allowed_hosts() -> tuple[tuple[str, ...], list[str]]:
        from convledger.config import load_config

        try:
            return load_config().webhook_hosts, []
        except ConfigError as error:
            return (), [f"no host beside this machine is called: {error}"]

    def _note_rule(self, done: str, name: str, text: str) -> None:
        from convledger.store.audit import note_deed
        from convledger.workflow.approvals import rule_digest

        with transaction(self.connection):
            note_deed(self.connection, done, "rule", name=name, sha256=rule_digest(text))
