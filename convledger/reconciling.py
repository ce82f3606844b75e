"""What a workspace can be asked about a provider's own table, and what it keeps of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.budgeting import Budgeting
from convledger.errors import UsageProblem
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from convledger.economics.reconciling import Comparison
    from convledger.reports.reconciling.asked import ReconcileQuery
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.ledger_side import CallBehind
    from convledger.reports.reconciling.names import ModelNames
    from convledger.reports.reconciling.result import Reconciliation
    from convledger.sources.bills.records import Asked
    from convledger.store.assertions import Assertion
    from convledger.store.checks import Finding


class Reconciling(Budgeting):
    """Comparisons with what providers say, and the balances that are kept of them."""

    @property
    def _model_names(self) -> ModelNames:
        from convledger.reports.reconciling.names import ModelNames

        return ModelNames(self.rates.book, self.rates.overrides)

    @in_words
    def reconcile(self, path: Path, asked: Asked, query: ReconcileQuery) -> Reconciliation:
        """Compare a provider's table with the ledger.

        Raises UsageProblem that names the file and the way out where it can't be understood.
        """
        from hashlib import sha256

        from convledger.ingest.bills import read_bill_at
        from convledger.reports.reconciling.comparing import reconcile
        from convledger.sources.document import NotReadable

        digest = sha256()
        try:
            bill = read_bill_at(path, asked)
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        except (NotReadable, OSError) as error:
            raise UsageProblem(f"{path}: {error}") from error
        return reconcile(
            self.connection,
            self._model_names,
            bill,
            query,
            file=path.name,
            digest=digest.hexdigest(),
        )

    @in_words
    def calls_behind(self, found: Reconciliation, comparison: Comparison) -> list[CallBehind]:
        """Return the ledger's calls of a day and model that were compared, the earliest first."""
        from convledger.reports.reconciling.ledger_side import calls_behind

        place = (comparison.day, comparison.model)
        return calls_behind(
            self.connection, self._model_names, found.scope, place, found.query.zone
        )

    @in_words
    def keep_balance(self, found: Reconciliation, note: str, now: int) -> tuple[Assertion, bool]:
        """Keep what a provider's table says, and whether it is new: the same table is kept once.

        One that was forgotten is brought back. Raises UsageProblem where it can't be kept.
        """
        from convledger.reports.reconciling.balances import assertion_of, is_same
        from convledger.store.assertions import add_assertion, assertions
        from convledger.store.costs import set_gone

        wanted = assertion_of(found, note, now)
        with transaction(self.connection):
            for one in assertions(self.connection, with_gone=True):
                if is_same(one, wanted):
                    set_gone(self.connection, "balance_assertion", [one.id], None)
                    return replace(one, gone_at=None), False
            return replace(wanted, id=add_assertion(self.connection, wanted)), True

    @in_words
    def balances(self, *, with_gone: bool = False) -> list[Balance]:
        """Return what is asserted beside what the ledger says now, the earliest days first."""
        from convledger.store.assertions import assertions

        kept = assertions(self.connection, with_gone=with_gone)
        if not kept:
            return []
        from convledger.reports.reconciling.balances import balance

        names = self._model_names
        return [balance(self.connection, names, one) for one in kept]

    @in_words
    def balances_kept(self) -> frozenset[int]:
        """Return the numbers of the balances that are in force."""
        from convledger.store.assertions import assertions

        return frozenset(one.id for one in assertions(self.connection))

    @in_words
    def forget_balance(self, number: int, now: int | None) -> None:
        """Forget a balance, or with None bring it back. Raises UsageProblem without such a one."""
        from convledger.store.assertions import assertions
        from convledger.store.costs import set_gone

        with transaction(self.connection):
            if set_gone(self.connection, "balance_assertion", [number], now):
                return
        known = {one.id: one for one in assertions(self.connection, with_gone=True)}
        if number not in known:
            raise UsageProblem(
                f"no balance has the number {number}; `convledger reconcile --list` shows them"
            )
        state = "in force" if now is None else "forgotten"
        raise UsageProblem(f"balance {number} is {state} already")

    def with_balances(self, findings: list[Finding]) -> list[Finding]:
        """Return a check's findings with the balances that do not hold, if the file can be read."""
        if any(each.check == "file" for each in findings):
            return findings
        from convledger.reports.reconciling.findings import finding_of

        return findings + [finding_of(each) for each in self.balances() if not each.holds]
