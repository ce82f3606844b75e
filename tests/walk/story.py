"""A desk on which every command is used once, in an order in which each finds what it needs.

A new command gets a line here. A line may begin with `1:` where the command ends with 1, as
where it found something. Words in braces are filled in; what is quoted is one word.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from convledger.sources.registry import PLACES
from tests.cli.plans import plan_text
from tests.hostile_home import make_hostile_home

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FULL = "# out, back, gone"  # from this line on the desk is emptied
BAIT = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\u009b31m\u202eevil\u2066\u200b[/][@click=app.quit]x\U000e0041"
PLAIN = {
    "conversation": "01a1f8b3", "other": "5d0caad8", "gone": "295e08fd", "client": "Northwind",
    "word": "urgent", "name": "Autumn", "person": "Ada", "text": "Deploys go out on Thursdays.",
    "said": "oven", "budget": "desk", "pack": "work", "scenario": "leaner", "alias": "mystery-1",
}  # fmt: skip

STORY = """
# what was said and what it cost
import
import {sources} --json
import {folder}/table.csv --write-map {folder}/map.toml
import {folder}/table.csv --map guess
report
report --by model,project --csv
status
search {said}
show {conversation}
why {conversation}
sources
sources --files
sources --discover
sources --leave-out cursor
sources --take-in cursor
130:watch

# labels, prices, plans, credits
label {conversation} --client {client} --tag {word}
label {other} --client {client}
report --client {client} --month 2026-11 --format csv --out {folder}/report.csv
prices list
prices path
prices alias {alias} claude-sonnet-4-5 --note {word}
prices rerate
prices runs
plan new own --from chat-credits-30min
plan add {folder}/studio.toml
plan check studio
plan path
plan use studio --since 2026-10-01 --yes
plan use studio --client {client} --since 2026-11-01 --yes
plan list
plan show studio
plan cut {conversation}
plan end 2
credits top-up --amount 250 --price 40.00 --note {word}
credits adjust +25 --note {word}
credits refund {conversation} --note {word}
credits void 1 --amount 5
credits undo 2
credits balance
credits ledger
credits runway
credits alerts --mute 1
credits statement
credits statement --period 2026-10 --format hledger --output {folder}/statement.journal
plan drop 1 --yes
compare own studio

# economics
cost add tool {name} 85.40 --on 2026-10 --rule tokens
cost edit 1 --amount 90
cost list
cost show 2
cost remove 2
cost bring-back 2
cost undo
cost time add {conversation} 12 --person {person} --note {word}
cost time list
cost time remove 1
cost time bring-back 1
cost minutes --hand-off 12 --baseline 9
cost hourly 25 --since 2026-01-01
cost rate EUR USD 1.085 --since 2026-10-01
cost import {folder}/costs.csv
cost unallocated
cost close 2026-09
cost open 2026-09
cost export --output {folder}/costs-out.csv
economics
budget new {budget} --amount 0.50
budget edit {budget} --amount 0.60
budget list
budget show {budget}
1:budget check {budget}
budget alerts
budget ladder {budget}
budget remove {budget}
budget bring-back {budget}
simulate run --to gpt-5
simulate --shorter-prompts 20% --save {scenario}
simulate add {folder}/leaner.toml --name leanest
simulate compare {scenario} leanest
simulate list
simulate show {scenario}
simulate export {scenario} --output {folder}/leaner.csv
simulate rename {scenario} lean
simulate delete lean
simulate undo
1:reconcile {fixtures}/bills/anthropic-usage.csv --keep {word}

# rules; the one that would call a webhook is not confirmed
trigger add {folder}/handed.toml {folder}/told.toml {folder}/hook.toml
trigger list
trigger show hook
trigger confirm handed --yes
trigger confirm told --yes

# people
handoff add {conversation} --to {person} --reason billing --note {word} --handle 12m
trigger run
trigger log
trigger dry-run hook --since 30d
trigger remove hook --yes
trigger inbox
handoff list
handoff show 1
handoff edit 1 --handle 20m
handoff remove 2
handoff bring-back 2
handoff undo
handoff reasons --add legal-hold
handoff import {folder}/handoffs.csv
review sample --size 3 --seed 7 --owner {person} --owner Bo --overlap 3 --title {name}
review next --as {person}
review show 1 --as {person}
review list
review batches
review verdict 1 minor --as {person} --note {word}
review verdict 1 pass --as Bo
review disagreements
review adjudicate 1 major
review undo --as {person}
review reasons --add odd
review export 1 {folder}/ada.jsonl --owner {person} --with-texts
review import {folder}/ada.jsonl
review stats
review remove 1
review bring-back 1

# memory
memory import
memory add {text} --tag {word} --title {name}
memory add {text}2 --said 2026-11-01
memory add {text}3
memory add {secret}
memory list
memory accept 1
memory edit 1 --body {text}4
memory show 1
memory show 1 --diff
memory set 3 --value 5 --pin
memory confirm 1
memory snooze 1
memory archive 2
memory restore 2
memory review
memory hygiene
memory lint
memory pairs
memory no-pair 2 3
memory choose 3 --over 2
memory undo
memory merge 3 --into 2
memory search {word}
memory findings
memory findings --dismiss 1
memory history
memory feed
memory write --yes
memory export --output {folder}/memory.jsonl
memory export --format csv
pack new {pack} --budget 2000
pack set {pack} --budget 3000
pack add {pack} 1
pack show {pack}
pack list
pack render {pack}
pack render {pack} --output {folder}/rendered.md
pack write {pack} {folder}/PACK.md
pack verify {folder}/PACK.md
pack log
pack drop {pack} 1
pack delete {pack}
memory prune --tag {word} --yes
memory redact 5 --yes

# out, back, gone
export {conversation}
export {conversation} --output {folder}/out.jsonl
export --format md --source codex --output {folder}/pages
export --everything {folder}/books
import {folder}/books
backup
backup --to {folder}/copy.db
restore
restore {folder}/copy.db --yes
erase entry 1 --yes
erase message {other} --message 1 --yes
erase conversation {gone} --yes
erase client {client} --yes
audit list
audit head
audit verify
reconcile --forget 1
check --deep
encrypt --state
demo -- status
help
help privacy
completion bash
"""

HOSTILE_WORDS = {
    **PLAIN, "conversation": "00000001-0000", "other": "00000002-0000", "gone": "00000003-0000",
    "client": f"N{BAIT}", "word": f"={BAIT}", "name": f"Autumn{BAIT}", "person": f"Ada{BAIT}",
    "text": f"Deploys {BAIT}", "said": "needle", "scenario": "=[/][@click=app.quit]x",
    "alias": f"mystery{BAIT}",
}  # fmt: skip
# What has a name that the commands refuse, and another hand can have written into the file.
NAMES = (
    ("pack", "name"), ("unit_budget", "name"), ("scenario", "name"), ("plan_text", "file"),
    ("review_item", "native"), ("review_item", "stratum"), ("review_batch", "seed"),
    ("cost_item", "origin"), ("handoff", "key"), ("handoff", "reason"),
    ("review_verdict", "reasons"),
)  # fmt: skip


DEEDS = {
    "handed": 'do = "outbox"',
    "told": 'do = "command"\ncommand = ["true"]',
    "hook": 'do = "webhook"\nurl = "http://127.0.0.1:9/"',
}


def rule_text(name: str, deed: str) -> str:
    """Return a rule about hand-offs."""
    return f'name = "{name}"\nwhen = "handoff.added"\n{deed}\n'


def filled(desk: Path, words: Mapping[str, str] = PLAIN) -> dict[str, object]:
    """Put on a desk what the story reads, and return what its braces stand for."""
    folder = desk / "named"
    folder.mkdir(mode=0o700)
    texts = {
        "studio.toml": plan_text(),
        "costs.csv": "kind,name,amount,since,until\ntool,Seats,12,2026-10-01,2026-10-31\n",
        **{f"{name}.toml": rule_text(name, deed) for name, deed in DEEDS.items()},
        "leaner.toml": 'schema = 1\n[prompts]\nshorter = "20%"\n',
        "handoffs.csv": "conversation,at,reason\n"
        f"{words['conversation']},2026-11-18 09:00,policy\n",
        "table.csv": "conversation_id,role,text,created_at\n1,user,Hello,2026-11-13T09:00:00Z\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    for name, place in PLACES.items():
        if place.DATABASES:
            shutil.copytree(FIXTURES / "sources" / name, desk / "sources" / name)
    home = Path(os.environ["HOME"])
    if words is PLAIN:
        shutil.copytree(FIXTURES / "home", home, dirs_exist_ok=True)
    else:
        make_hostile_home(home)
    (home / ".claude" / "CLAUDE.md").write_text("# Me\n\n- Deploys go out on Fridays.\n", "utf-8")
    return {
        **words, "folder": folder, "sources": desk / "sources", "fixtures": FIXTURES,
        "secret": f"AKIA{'Q3MZ7XW2LK5TRB4V'}",
    }  # fmt: skip


def lines(part: str = STORY) -> Iterator[tuple[int, list[str]]]:
    """Yield the code that each line of a part ends with, and its words, not filled in."""
    for line in part.strip().splitlines():
        code, colon, rest = line.partition(":")
        if not line or line.startswith("#"):
            continue
        if colon and code.isdigit():
            yield int(code), shlex.split(rest)
        else:
            yield 0, shlex.split(line)


def told(
    call: Callable[[list[str]], tuple[int, str, str]], known: dict[str, object], part: str = STORY
) -> Iterator[tuple[list[str], int, int, str, str]]:
    """Run the story on a desk; yields words, how they should end and did, both outputs."""
    for expected, words in lines(part):
        real = [word.format(**known) for word in words]
        yield real, expected, *call(real)
