"""Use day by day and what is foreseen of it."""

from __future__ import annotations

from convledger.reports.outlook import Outlook, outlook
from tests.reports.shop import Shop

OVERAGE = '\n[overage]\npolicy = "charge"\nprice = "0.12"\n'


def each_day(shop: Shop, month: str, days: range, count: int = 1) -> None:
    for day in days:
        for hour in range(count):
            shop.talk(f"{month}-{day:02d}T{hour + 8:02d}:00")


def ahead(shop: Shop, now: str) -> Outlook:
    return outlook(shop.bill(now))
