"""What the invented consultant's tools remember, most of it words of her conversations."""

from __future__ import annotations

from dataclasses import dataclass

BAKERY, LAW, RAIL, STUDIO = (
    "client:northwind-bakery", "client:harbour-law", "client:alpine-rail", "client:studio-lumen",
)  # fmt: skip
# Matches a rule for secrets, and opens nothing anywhere.
NO_TOKEN = "ghp_" + "NotARealTokenTheDemoMadeThisUp000000"
PACK, BUDGET = "northwind", 500


@dataclass(frozen=True, slots=True)
class Memo:
    """An entry: `quote` are words of a conversation, `before` in days when it was kept.

    `until` is the day, from now, on which it ends to hold; `then` what was done with it since.
    """

    title: str
    body: str
    scope: str = ""
    kind: str = "fact"
    tags: tuple[str, ...] = ()
    quote: str = ""
    before: int = 10
    value: int = 3
    sensitivity: str = "internal"
    pinned: bool = False
    until: int | None = None
    then: str = ""


MEMOS = (
    Memo("German to clients, English in code", "Write to clients in German; code, commits and "
         "comments are in English.", kind="preference", tags=("style",), before=41, value=5,
         pinned=True, then="confirm"),
    Memo("Staging of the ordering site", "Staging answers at port 8443 while the certificate is "
         "being renewed.", BAKERY, "fact", ("ops",), before=38, until=-6),
    Memo("A slot of the oven takes 48 loaves", "Each half hour in the oven takes 48 loaves; a "
         "basket of exactly 48 is allowed.", BAKERY, "fact", ("oven",),
         "Each half hour takes 48 loaves", before=37, value=5, then="confirm"),
    Memo("The mill wants the plan by Thursday", "The plan for the flour goes to the mill by "
         "Thursday noon, as a CSV.", BAKERY, "procedure", ("mill",),
         "by Thursday noon, as a CSV", before=30, value=4),
    Memo("Upload for the mill", f"Until the account is there the mill takes uploads with the "
         f"token {NO_TOKEN}.", BAKERY, "fact", ("mill",), before=29, sensitivity="confidential"),
    Memo("No label without allergens", "A label without allergens must never leave the printer: "
         "a loaf that is missing from the table stops the print.", BAKERY, "instruction",
         ("labels",), "a label without allergens must never leave the printer", before=28, value=5,
         pinned=True),
    Memo("Till reports round per receipt", "Reports of the till round per receipt, never per "
         "line.", BAKERY, "decision", ("money",), "The report now rounds per receipt too",
         before=25, value=4),
    Memo("Deposits are no revenue before pick-up", "A deposit for stollen is a liability until "
         "the pick-up day.", BAKERY, "decision", ("money",),
         "the deposit must not count as revenue until pick-up", before=24, value=4),
    Memo("Pick-up day decides the price", "The price of a loaf of the day is that of the pick-up "
         "day, not of the order.", BAKERY, "decision", ("money",),
         "Decided by pick-up day, not by order day", before=22),
    Memo("Baker looks at the print layout", "The baker looks at the new print layout next week; "
         "ask him then.", BAKERY, "fact", ("oven",), before=21),
    Memo("Even a count can leak", "What stands behind an ethical wall may show in no list, no "
         "suggestion and no count.", LAW, "instruction", ("walls",),
         "Even the number must not be visible.", before=27, value=5, sensitivity="confidential"),
    Memo("Propose deadlines, never enter them", "Never write to the calendar of the firm, only "
         "propose.", LAW, "instruction", ("deadlines",),
         "Never write to the calendar by itself, only propose.", before=26, value=5),
    Memo("Rebuild one matter", "`python -m search.rebuild --matter 2026-0117` rebuilds the index "
         "of one matter.", LAW, "procedure", ("index",), "took 41 seconds", before=20),
    Memo("Transcription of handwriting", "A human transcription costs 8 to 25 € a page; begin "
         "with the 60 pages of the disputed parcel.", LAW, "fact", ("ocr",),
         "Published prices lie between 8 and 25 € per page", before=19),
    Memo("List twins, do not delete them", "Of duplicates in the data room make a list; delete "
         "nothing.", LAW, "instruction", ("data-room",), "list, do not delete", before=18),
    Memo("Gletsch takes eight minutes", "Changes take five minutes, in Gletsch eight: its "
         "platforms are 400 m apart.", RAIL, "fact", ("changes",),
         "In Gletsch the two platforms are 400 m apart", before=17, value=4),
    Memo("Service days go on after midnight", "Times up to 47:59 are valid: a night train belongs "
         "to the day on which it left.", RAIL, "glossary", ("time",),
         "Hours up to 47 are valid now", before=16, value=4),
    Memo("Strict caching for dispatch", "`/v2/connections` has max-age=20 and no "
         "stale-while-revalidate.", RAIL, "decision", ("cache",), "dispatchers need it strict",
         before=15),
    Memo("A feed passes the gate first", "The nightly job calls `gate` before the switch and "
         "keeps yesterday's feed when it fails.", RAIL, "procedure", ("feeds",),
         "The nightly job now calls `gate` first", before=12, then="snooze"),
    Memo("Bookings are stored in UTC", "Bookings are stored in UTC and compared as instants.",
         STUDIO, "decision", ("time",), "a migration rewrites 212 old bookings to UTC", before=11,
         value=4, then="confirm"),
    Memo("Prices are rounded once", "A price is rounded once, at the end, to whole cents.", STUDIO,
         "decision", ("money",), "The price is now rounded once, at the end", before=9),
    Memo("Show a release before tagging", "Show changelog, version and archives before a tag is "
         "made.", "project:heron-notes", "preference", ("release",),
         "Show me everything before you tag.", before=8),
    Memo("Rename in clean files only", "A rename rewrites links only in files that git says are "
         "clean.", "project:heron-notes", "instruction", ("links",),
         "only in files that git says are clean", before=7, then="archive"),
    Memo("Oven: 48 loaves in each half hour", "Each half hour in the oven takes 48 loaves; a "
         "basket of exactly 48 is now allowed.", BAKERY, "fact", ("oven",), before=5),
)  # fmt: skip
# A file that a tool wrote: its bullets and the text come in as proposed.
CHANGES = (
    "Look first where a thing is used, then change the least that does it, then run the checks of "
    "the project. A fault gets a test that fails without the fix. Measure before making anything "
    "faster, and say what was measured, on which machine and how often. A change to a database "
    "comes with the way back, tried on a copy; nothing that a client typed is deleted or rewritten "
    "without asking. Names in the code are English, what people read is in their language. Write "
    "the commit message for somebody who was not there: what was wrong, what it is now, how one "
    "sees that. Stop and ask where two readings of a wish lead to different money, where a "
    "deadline could be missed, or where something would leave the house. At the end say in three "
    "sentences what was done, what was left, and what a person should look at."
)
BULLETS = (
    "Run the tests of a project before saying that something works.",
    "Ask before installing anything.",
    "No emoji in what clients read.",
    "The plan for the flour goes to the mill by Wednesday noon, as a CSV.",
    "Loaf names on printed lists are 14 pt.",
)
RULES = (
    "# How Mira works\n\n- {}\n- {}\n- {}\n\n## Northwind bakery\n\n- {}\n- {}\n\n".format(*BULLETS)
    + f"## How a change is made\n\n{CHANGES}\n"
)
# Tokens of the texts above, in their order, as o200k has them.
_COUNTED = (
    15, 15, 21, 17, 26, 22, 12, 14, 21, 15, 18, 12, 24, 24, 13, 19, 22, 20, 19, 11,
    14, 13, 14, 22, 12, 5, 7, 17, 11, 174,
)  # fmt: skip
TOKENS = dict(zip((*(memo.body for memo in MEMOS), *BULLETS, CHANGES), _COUNTED, strict=True))
