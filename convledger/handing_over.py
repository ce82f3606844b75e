"""What a workspace can be told and asked about hand-offs to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convledger.errors import UsageProblem
from convledger.reconciling import Reconciling
from convledger.store.connection import in_words, transaction
from convledger.who import person

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.economics.conversation_costs import Talk
    from convledger.reports.handoffs.known import Handoff, HandoffQuery
    from convledger.store.cost_changes import Change
    from convledger.store.handoffs import StoredHandoff
    from convledger.workflow.handoff_file import HandoffImport


class HandingOver(Reconciling):
    """Hand-offs are kept in one transaction each with the time they took, and can be taken back.

    Every change is returned as what `undo_handoffs` takes.
    """

    @in_words
    def handoffs(self, query: HandoffQuery) -> list[Handoff]:
        """Return hand-offs, entered, told and inferred, with what they cost, the latest first."""
        from convledger.reports.handoffs.known import handoffs

        return handoffs(self.connection, query)

    @in_words
    def handoffs_of(self, conversation_id: int, zone: tzinfo) -> list[Handoff]:
        """Return the hand-offs of one conversation, the earliest first."""
        from convledger.reports.handoffs.known import handoffs_of

        return handoffs_of(self.connection, conversation_id, zone)

    @in_words
    def handoffs_among(self, talks: Iterable[Talk], zone: tzinfo) -> list[Handoff]:
        """Return the hand-offs of conversations of unit economics, the latest first."""
        from convledger.reports.handoffs.known import handoffs_among

        return handoffs_among(self.connection, talks, zone)

    @in_words
    def handoff(self, number: int, zone: tzinfo) -> Handoff:
        """Return a hand-off that was entered, by its number. Raises UsageProblem."""
        from convledger.reports.handoffs.known import handoff_numbered

        found = handoff_numbered(self.connection, number, zone)
        if found is None:
            raise UsageProblem(f"no hand-off has the number {number}: `convledger handoff list`")
        return found

    @in_words
    def add_handoff(self, entry: StoredHandoff, *, now: int) -> Change:
        """Keep a hand-off that a person has typed. Raises UsageProblem."""
        from convledger.workflow.handing_over import enter

        with transaction(self.connection):
            return enter(self.connection, entry, now, person())

    @in_words
    def edit_handoff(self, number: int, changed: Mapping[str, Any], *, now: int) -> Change:
        """Put another hand-off in the place of one; `changed` are fields of StoredHandoff.

        Raises UsageProblem where nothing would change.
        """
        from convledger.workflow.handing_over import edit

        with transaction(self.connection):
            return edit(self.connection, number, now, person(), **changed)

    @in_words
    def remove_handoffs(self, numbers: Sequence[int], *, now: int) -> Change:
        """Take hand-offs away; they can be brought back. Raises UsageProblem."""
        from convledger.workflow.handing_over import take_away

        with transaction(self.connection):
            return take_away(self.connection, numbers, now)

    @in_words
    def bring_back_handoffs(self, numbers: Sequence[int], *, now: int) -> Change:
        """Bring back hand-offs that were taken away. Raises UsageProblem."""
        from convledger.workflow.handing_over import bring_back

        with transaction(self.connection):
            return bring_back(self.connection, numbers, now)

    @in_words
    def undo_handoffs(self, *, now: int, change: Change | None = None) -> Change:
        """Take back a change, the last one unless told; returns it. Raises UsageProblem."""
        from convledger.workflow.handing_over import undo

        with transaction(self.connection):
            return undo(self.connection, now, change)

    @in_words
    def read_handoff_file(
        self, content: bytes, zone: tzinfo, *, now: int, new_reasons: bool = False
    ) -> HandoffImport:
        """Read hand-offs from CSV or JSON Lines, and tell what of it the books have not.

        Raises UsageProblem where the file as a whole can't be read.
        """
        from convledger.reports.unit_costs.cost_import import conversations_by_name
        from convledger.workflow.handoff_file import read_handoffs

        find = conversations_by_name(self.connection)
        return read_handoffs(self.connection, content, zone, now, find, new_codes=new_reasons)

    @in_words
    def take_handoff_file(self, found: HandoffImport, *, now: int) -> Change:
        """Keep what a file brings, all of it or nothing."""
        from convledger.workflow import reason_codes
        from convledger.workflow.handing_over import take_all

        with transaction(self.connection):
            for code in found.codes:
                reason_codes.add_reason(self.connection, reason_codes.HANDOFFS, code)
            return take_all(self.connection, found.new, found.replaced, now, person())

    @in_words
    def reasons(self, of: str) -> list[str]:
        """Return the codes that say why, of hand-offs or of reviews."""
        from convledger.workflow.reason_codes import reasons

        return reasons(self.connection, of)

    @in_words
    def change_reasons(
        self, of: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> list[str]:
        """Add codes and take some away; returns all. Raises UsageProblem."""
        from convledger.workflow.reason_codes import add_reason, reasons, remove_reason

        with transaction(self.connection):
            for code in add:
                add_reason(self.connection, of, code)
            for code in remove:
                remove_reason(self.connection, of, code)
            return reasons(self.connection, of)
