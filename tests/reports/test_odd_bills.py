"""Any bytes named as a bill are compared, or refused in words that name the file."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.economics.reconciling import (
    EQUAL,
)
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.reports.reconciling.asked import ReconcileQuery
from convledger.reports.reconciling.result import csv_rows
from convledger.sources.bills.records import Asked
from tests.reports.bill_parts import (
    NOW,
)

HEADS = [
    b"",
    b"usage_date_utc,model,cost_usd\n",
    b"date;model;tokens;cost eur\n",
    b"start_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens\n",
]
ODD = [
    b"2026-11-20,", b"2026-11-20;", b"1795132800,", b"opus,", b"opus;", b"12;", b"12,", b"1E-9\n",
    b"0.5\n", b"-1,5\n", b"1e99999\n", b'"', b"\n", b"0001-01-01,", b"9999-12-31,", b"\xff\xfe",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(ODD), max_size=8).map(b"".join)),
    st.sampled_from(HEADS),
)
def test_any_bytes_are_compared_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "bill.csv"
    path.write_bytes(head + content)
    found, reason = None, ""
    with Ledger.open(folder / "workspace") as ledger:
        try:
            found = ledger.reconcile(path, Asked(), ReconcileQuery(NOW))
        except UsageProblem as error:
            reason = str(error)
    if found is None:
        assert reason.startswith((str(path), path.name))
        return
    assert found.document()
    assert csv_rows(found, only_differences=True) or found.counts[EQUAL] == len(found.comparisons)
