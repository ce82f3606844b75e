"""Each format of memory: what its files say, item by item, and that no bytes harm a reader."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import parse_instant
from convledger.errors import UsageProblem
from convledger.memory.readers.items import MOST_BYTES, Item, Rejected
from convledger.memory.readers.registry import FORMATS, format_of, read
from convledger.memory.readers.texts import as_written

FIXTURES = Path(__file__).parents[2] / "fixtures" / "memory"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def both(content: bytes | str, format_name: str, path: str = "x") -> tuple[list[Item], list[str]]:
    data = content.encode() if isinstance(content, str) else content
    found = list(read(data, path, format_name))
    return (
        [each for each in found if isinstance(each, Item)],
        [f"{each.place}: {each.reason}" for each in found if isinstance(each, Rejected)],
    )


def fixture(name: str, format_name: str) -> tuple[list[Item], list[str]]:
    content = (FIXTURES / name).read_bytes()
    assert format_of(name, content) == format_name or name == "vault-note.md"
    return both(content, format_name, name)


def bodies(found: tuple[list[Item], list[str]]) -> list[str]:
    assert found[1] == []
    return [item.body for item in found[0]]


def test_a_bullet_is_an_item_and_other_text_one_under_its_heading() -> None:
    items, rejected = fixture("CLAUDE.md", "claude-md")

    assert rejected == []
    assert [(item.key, item.body) for item in items] == [
        ("Bakery shop#1", "The shop is a Django site; its till runs offline.\n\n@docs/style.md"),
        ("Bakery shop / Rules#1", "Round prices half to even, **never** with floats."),
        (
            "Bakery shop / Rules#2",
            "Run the tests before a commit:\n`just test`\n- also on Windows",
        ),
        ("Bakery shop / Rules#3", "Deploys go out on Fridays before noon."),
        ("Bakery shop / Commands#1", "```sh\n# not a heading\n- not a bullet\n```"),
    ]
    assert [item.kind for item in items[1:]] == ["instruction"] * 3 + ["procedure"]
    assert items[1].tags == ("rules",)
    assert items[0].title == "Bakery shop"


def test_the_bytes_of_an_item_are_those_of_its_text() -> None:
    content = (FIXTURES / "CLAUDE.md").read_bytes()
    for item in both(content, "claude-md")[0]:
        assert item.start is not None
        assert item.length is not None
        old = content[item.start : item.start + item.length]
        assert as_written(content, item.start, item.length, item.body) == old
        assert old.decode().split("\n")[0] == item.body.split("\n")[0]


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_say_the_same(mark: str, end: str) -> None:
    text = (FIXTURES / "CLAUDE.md").read_text("utf-8") + "\n## Ünïcode 😀\n\n- ä 😀\n  ö\n"
    bom = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(mark, b"")
    content = bom + text.replace("\n", end).encode(mark)
    items, rejected = both(content, "claude-md")

    assert rejected == []
    assert [item.body for item in items] == [each.body for each in both(text, "claude-md")[0]]
    for item in items:
        assert item.start is not None
        assert item.length is not None
        old = content[item.start : item.start + item.length]
        assert as_written(content, item.start, item.length, item.body) == old
    last = items[-1]
    assert last.start is not None
    assert last.length is not None
    written = as_written(content, last.start, last.length, "ä 😀\nö\nü")
    assert written == f"ä 😀{end}  ö{end}  ü".encode(mark.removesuffix("-sig"))


@settings(max_examples=200)
@given(
    st.text(alphabet=st.sampled_from("ab -*#`~\n\n\r\t1.:>|=_%@<!é😀"), max_size=120),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_item_with_bytes_can_be_written_back_as_it_stands(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    items, _ = both(content, "claude-md")
    ends = 0
    for item in items:
        if item.start is not None and item.length is not None:
            assert ends <= item.start <= item.start + item.length <= len(content)
            ends = item.start + item.length
            old = content[item.start : ends]
            assert as_written(content, item.start, item.length, item.body) == old
    assert len({item.key for item in items}) == len(items)


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from([
                "results", "memory", "id", "metadata", "observations", "name", "entityType",
                "from", "to", "relationType", "docs", "content", "mapping", "message",
                "content_type", "parts", "recipient", "conversations_memory", "memory_files",
                "project_memories", "prompt_template", "create_time", "model_set_context", "x",
            ]),
            inner, max_size=5),
        max_leaves=12,
    ).map(lambda value: __import__("json").dumps(value).encode()),
))  # fmt: skip
def test_any_bytes_give_items_or_reasons(format_name: str, content: bytes) -> None:
    items, rejected = both(content, format_name)

    for item in items:
        f"{item.key}{item.title}{item.body}{item.scope}{item.place}{item.tags}".encode()
        assert item.body.strip()
        assert "\0" not in item.body
    assert len({item.key for item in items}) == len(items)
    assert all(not reason.endswith(": ") for reason in rejected)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000, b'{"observations":[' * 9000], ids=len
)
def test_nesting_without_end_is_no_crash(format_name: str, content: bytes) -> None:
    items, told = both(content, format_name)
    assert len(items) + len(told) <= len(content) // 1000  # nothing is made of each bracket


@pytest.mark.parametrize(
    ("format_name", "pattern"),
    [
        ("claude-md", b"<!-- x\n"),
        ("claude-md", b"<!-- convledger:begin -->\n"),
        ("claude-md", b"- a\n  b\n"),
        ("claude-md", b"```\n"),
        ("claude-md", b"**a** "),
        ("claude-md", b"@a "),
        ("obsidian", b"a %% b\n"),
        ("basic-memory", b"- [a] b #c #d (e)\n"),
        ("basic-memory", b" (a"),
        ("chatgpt-pasted", b"1. a\n\n"),
        ("csv", b'a,"b\n'),
    ],
)
def test_four_times_as_much_takes_about_four_times_as_long(
    format_name: str, pattern: bytes
) -> None:
    def seconds(count: int) -> float:
        content = (b"body,x\n" if format_name == "csv" else b"- [a] ") + pattern * count
        begin = time.process_time()
        both(content, format_name)
        return time.process_time() - begin

    seconds(100)
    short = min(seconds(10_000) for _ in range(2))
    assert seconds(40_000) < 10 * short + 0.1  # sixteen times, if it were quadratic


@pytest.mark.parametrize("format_name", FORMATS)
def test_more_than_fifty_megabytes_is_no_memory(format_name: str) -> None:
    items, rejected = both(b" " * (MOST_BYTES + 1), format_name)
    assert (items, len(rejected)) == ([], 1)
    assert "52,428,801 bytes" in rejected[0]


def test_broken_bytes_are_read_as_far_as_possible_and_told() -> None:
    items, rejected = both(b"- caf\xe9\n- tea\n- a\0b\n", "agents-md")

    assert [item.body for item in items] == ["caf\ufffd", "tea", "a\ufffdb"]
    assert [item.start for item in items] == [None, 9, None]
    assert rejected == [": 2 lines not in UTF-8, read as far as possible"]
    assert both(bytes(range(256)) + b"\0" * 900, "agents-md")[0] == []


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ("---\nname: a\n", "line 1: frontmatter that does not end; read as text"),
        ("---\njust words\n---\n", "line 2: frontmatter without a name and a colon"),
        ("---\na: [b\n---\n", "line 2: a list in frontmatter that does not end"),
        ("---\na: 'b\n---\n", "line 2: a quotation in frontmatter that does not end"),
    ],
)
def test_wrong_frontmatter_is_told_and_the_text_is_read(head: str, wrong: str) -> None:
    items, rejected = both(f"{head}- still read\n", "claude-rules")
    assert [items[-1].body, rejected] == ["still read", [wrong]]


def test_frontmatter_is_no_item() -> None:
    text = "---\nglobs: *.ts\nalwaysApply: true\npaths:\n  - src/**\n  - '*.py'\n---\nUse tabs.\n"
    assert bodies(both(text, "cursor")) == ["Use tabs."]


def test_prose_that_leads_to_a_list_and_lines_that_only_import_are_no_items() -> None:
    assert bodies(both("Rules:\n- a\n\n@docs/a.md\n", "claude-md")) == ["a"]
    assert bodies(both("It sold\n1984. A year\n1. one\n   more\n\nend\n", "claude-md")) == [
        "It sold\n1984. A year", "one\nmore", "end"]  # fmt: skip
    assert bodies(both("a\n===\nb\n\n***\nc\n<!-- x\ny -->\nd\n", "claude-md")) == ["b", "c", "d"]


def test_what_gemini_noted_itself_is_a_fact() -> None:
    items, _ = fixture("GEMINI.md", "gemini-md")
    assert [(item.kind, item.body) for item in items] == [
        ("instruction", "Answer in short sentences."),
        ("fact", "Ana prefers metric units."),
        ("fact", "The oven's id is 7."),
    ]


def test_basic_memory_has_observations_with_tags_and_relations() -> None:
    items, rejected = fixture("note.md", "basic-memory")
    content = (FIXTURES / "note.md").read_bytes()

    assert rejected == []
    assert [(item.kind, item.body) for item in items] == [
        ("fact", "Rye comes on Mondays"),
        ("instruction", "Never order less than 50 kg"),
        ("fact", "no category here #loose"),
        ("fact", "supplied_by [[Mill]]"),
    ]
    assert items[0].tags == ("stock", "bakery", "delivery", "rye")
    assert items[0].title == "Rye comes on Mondays (from the mill)"
    assert items[0].source_date == parse_instant("2026-05-04")
    assert items[3].title == "Flour supplied_by Mill"
    assert [content[i.start : i.start + (i.length or 0)].decode() for i in items if i.start] == [
        item.body for item in items
    ]


def test_comments_of_obsidian_and_its_own_folders_are_left_out() -> None:
    items, rejected = fixture("vault-note.md", "obsidian")

    assert rejected == []
    assert [(item.body, item.start is None) for item in items] == [
        ("Rye needs #sourdough.", True),
        ("shown", False),
    ]
    assert items[0].tags == ("bakery", "sourdough")
    assert items[0].source_date == parse_instant("2026-02-03")
    assert both("- a", "obsidian", "/v/.trash/x.md") == ([], [])
    assert bodies(both("100%% sure\n- b", "obsidian")) == ["100%% sure", "b"]


def test_the_mcp_server_has_an_item_an_observation_and_bad_lines_are_told() -> None:
    items, rejected = fixture("memory.jsonl", "mcp-memory")

    assert [item.body for item in items] == [
        "Bakes rye", "Prefers metric units", "Ana works at Bakery"]  # fmt: skip
    assert items[0].tags == ("Ana", "person")
    assert rejected[0] == "line 3: neither an entity nor a relation"
    assert rejected[1].startswith("line 4: not JSON")


def test_mem0_is_read_in_both_forms() -> None:
    items, rejected = fixture("mem0.json", "mem0")

    assert [(item.key, item.body, item.kind) for item in items] == [
        ("a1#1", "Prefers metric units", "preference"),
        ("ana works at bakery#1", "ana works at bakery", "fact"),
    ]
    assert items[0].source_date == parse_instant("2026-08-01T10:00:00Z")
    assert rejected == ["memory 2: holds no text"]
    assert bodies(both('[{"id": 1, "memory": "Tea"}]', "mem0")) == ["Tea"]


def test_memories_of_claude_are_cut_at_their_headings() -> None:
    items, _ = fixture("memories.json", "claude-memories")
    assert [(item.scope, item.title, item.body) for item in items] == [
        ("", "Work", "Ana runs a bakery."),
        ("", "", "short answers"),
        ("", "", "no emoji"),
        ("project:p-1", "", "Orders flour."),
        ("", "Oven", "It is old."),
    ]


def test_projects_of_claude_have_instructions_and_documents() -> None:
    items, rejected = fixture("projects.json", "claude-projects")
    assert [(item.scope, item.kind, item.title, item.body) for item in items] == [
        ("project:Bakery", "instruction", "Instructions of Bakery", "Be brief."),
        ("project:Bakery", "fact", "oven.md", "It is old."),
    ]
    assert rejected == ["Bakery, lost.pdf: the export holds no text of this document"]


def test_traces_of_chatgpt_are_the_latest_snapshot_and_each_note_once() -> None:
    items, rejected = fixture("conversations.json", "chatgpt")
    assert rejected == []
    assert [(item.key, item.body) for item in items] == [
        ("user_profile", "I bake."),
        ("user_instructions", "New."),
        ("memory#1", "Bakes rye."),
        ("memory#2", "Lives in Graz."),
        ("note d#1", "Has an old oven."),
    ]
    assert items[2].source_date == parse_instant("2025-05-03")


def test_text_of_the_memory_screen_is_a_memory_a_line() -> None:
    text = "Saved memories\nManage\nBakes rye.\n2 days ago\nDelete\n- Lives in Graz.\n"
    assert bodies(both(text, "chatgpt-pasted")) == ["Bakes rye.", "Lives in Graz."]
    assert bodies(both("One\ntwo\n\nThree\n", "chatgpt-pasted")) == ["One\ntwo", "Three"]


def test_a_table_is_read_by_its_header_and_each_bad_row_is_told() -> None:
    items, rejected = fixture("entries.csv", "csv")

    assert [(item.title, item.body, item.kind, item.scope, item.tags) for item in items] == [
        ("Units", "Prefers metric units", "preference", "client:Acme", ("units", "si")),
        ("Oven", 'It is "old"\nand hot', "fact", "", ()),
    ]
    assert items[0].source_date == parse_instant("2026-05-01")
    assert [reason.split(" is ")[0] for reason in rejected] == [
        "row 5: 'opinion'", "row 6: source_date 'soon'", "row 7: no text"]  # fmt: skip
    assert both("a,b\n1,2\n", "csv")[1] == [
        "header: names no body column, but nothing that is known"
    ]


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("/p/CLAUDE.local.md", b"", "claude-md"),
        ("/p/.claude/rules/a/b.md", b"", "claude-rules"),
        ("/h/.claude/projects/-p/memory/MEMORY.md", b"", "auto-memory"),
        ("/h/.claude/projects/-p/memory/oven.md", b"", "auto-memory"),
        ("C:\\p\\.cursor\\rules\\a.mdc", b"", "cursor"),
        ("/p/.github/copilot-instructions.md", b"", "copilot"),
        ("/p/.clinerules/one.md", b"", "cline"),
        ("/p/a.md", b"---\npermalink: a\n---\n", "basic-memory"),
        ("/p/a.md", b"# A", "obsidian"),
        ("/p/x.json", b'[{"id": "1", "memory": "a"}]', "mem0"),
        ("/p/x.json", b"{}", None),
        ("/p/picture.png", b"\x89PNG", None),
    ],
)
def test_a_format_is_known_by_path_and_content(
    path: str, content: bytes, expected: str | None
) -> None:
    assert format_of(path, content) == expected


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UsageProblem, match="did you mean obsidian"):
        both(b"", "obsidan")


@pytest.mark.parametrize(
    ("name", "items", "rejected"),
    [
        ("memory-stores/synthetic_mcp_memory.jsonl", 3, 0),
        ("memory-stores/synthetic_basic_memory_note.md", 3, 0),
        ("memory-stores/synthetic_claude_memories.json", 2, 0),
        ("memory-stores/synthetic_mem0_get_all.json", 1, 0),
        ("claude-ai/context-carry_projects.json", 0, 2),
        ("chatgpt/ctxray_conversations.json", 0, 0),
        ("chatgpt/ailog_conversations.json", 0, 0),
    ],
)
def test_samples_hold_what_they_should(name: str, items: int, rejected: int) -> None:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")
    content = path.read_bytes()
    found = both(content, format_of(str(path), content) or "", str(path))
    assert (len(found[0]), len(found[1])) == (items, rejected)
