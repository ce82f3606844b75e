"""Takeout's pages and JSON of Gemini Apps, and the prompts of AI Studio."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from convledger.clock import iso_text
from convledger.sources.document import NotReadable
from convledger.sources.findings import Flag, Kind, Measure
from convledger.sources.gemini_takeout.cells import cells
from convledger.sources.gemini_takeout.dates import printed_instant
from convledger.sources.gemini_takeout.page_text import text_of_page
from tests.sources.documents import Read, read, read_bytes
from tests.sources.web_chats import EXPECTED, FIXTURES, SAMPLES, needs_samples

TAKEOUT = FIXTURES / "gemini-takeout" / "Takeout"
ACTIVITY = TAKEOUT / "My Activity" / "Gemini Apps"
STUDIO = TAKEOUT / "Drive" / "Google AI Studio" / "Tide table"
DATE = "Oct 7, 2026, 8:04:09\u202fPM GMT+02:00"


def cell(content: str, product: str = "Gemini Apps") -> str:
    return (
        '<div class="outer-cell mdl-cell"><div class="header-cell mdl-cell"><p>'
        f'{product}<br></p></div><div class="content-cell mdl-cell">{content}</div>'
        '<div class="content-cell mdl-cell mdl-typography--caption"><b>Products:</b></div></div>'
    )


def page(tmp_path: Path, *cells: str) -> Read:
    html = "<!doctype html><html><body>" + "".join(cells) + "</body></html>"
    return read_bytes("gemini-takeout", tmp_path, "MyActivity.html", html.encode())


def activities(tmp_path: Path, *records: dict[str, Any]) -> Read:
    content = json.dumps(records).encode()
    return read_bytes("gemini-takeout", tmp_path, "MyActivity.json", content)


def record(title: str, **more: Any) -> dict[str, Any]:
    return {"header": "Gemini Apps", "title": title, "time": "2026-10-07T18:04:09.806Z",
            "products": ["Gemini Apps"], **more}  # fmt: skip


@needs_samples
def test_sample_has_its_prompts_and_nothing_else() -> None:
    name = "gemini-takeout/agentsview_MyActivity.html"
    found = read("gemini-takeout", SAMPLES / name)

    assert len(found.conversations) == EXPECTED[name]["prompted"]
    assert [iso_text(each.first_at or 0) for each in found.conversations.values()] == [
        "2025-01-02T19:04:05Z", "2025-01-05T23:04:05Z"
    ]  # fmt: skip
    assert [kind for kind, _ in found.visible()] == ["prompt", "prompt"]
    assert found.visible()[0][1] == "first prompt\n\nfirst answer & detail"
    assert "secret" not in found.visible()[0][1]
    assert found.rejected == []


def test_page_and_json_of_one_history_agree_in_all_but_milliseconds() -> None:
    html, listed = (
        read("gemini-takeout", ACTIVITY / f"MyActivity.{end}") for end in ("html", "json")
    )

    assert list(html.conversations) == list(listed.conversations)
    assert {call.key for call in html.calls} == {call.key for call in listed.calls}
    assert [each.uuid for each in html.messages] == [each.uuid for each in listed.messages]
    assert [each.title for each in html.conversations.values()] == [
        "Which tides does Saint-Malo have today?", "What is on this picture?", "Hello"
    ]  # fmt: skip
    assert next(iter(listed.conversations.values())).first_at == 1791396249_806_000


def test_date_between_prompt_and_answer_parts_them() -> None:
    found = read("gemini-takeout", ACTIVITY / "MyActivity.html")

    assert found.visible("2026-10-07T18:04:09Z") == [
        ("prompt", "Which tides does Saint-Malo have today?\nAnd tomorrow?"),
        (
            "answer",
            "Two of each:\n- high at 06:12\n- high at 18:40\n```\nif a < b:\n    wait()\n```",
        ),
    ]
    assert found.visible("2026-10-06T07:15:30Z") == [
        ("prompt", "What is on this picture?"),
        ("attachment", "quay.png"),
        ("answer", "A quay & a boat."),
    ]


def test_two_prompts_of_one_second_are_two_conversations() -> None:
    found = read("gemini-takeout", ACTIVITY / "MyActivity.html")

    assert list(found.conversations)[1:] == ["2026-10-06T07:15:30Z", "2026-10-06T07:15:30Z#2"]


def test_an_answer_is_a_call_of_unknown_size_and_model() -> None:
    found = read("gemini-takeout", ACTIVITY / "MyActivity.json")
    answers = [each.uuid for each in found.messages if each.kind == Kind.ANSWER]

    assert [call.key for call in found.calls] == answers
    assert {(c.model, c.provider, c.measure) for c in found.calls} == {
        ("unknown", "google", Measure.MISSING)
    }


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("Jan 2, 2025, 3:04:05\u202fPM EDT", "2025-01-02T19:04:05Z"),
        ("Jan 2, 2025, 12:04:05\u202fAM GMT+05:30", "2025-01-01T18:34:05Z"),
        ("2 Sept 2025, 15:04:05 BST", "2025-09-02T14:04:05Z"),
        ("02.01.2025, 15:04:05 MEZ", "2025-01-02T14:04:05Z"),
        ("2 janv. 2025, 15:04:05 CET", "2025-01-02T14:04:05Z"),
        ("2 de jan. de 2025, 15:04:05 BRT", "2025-01-02T18:04:05Z"),
        ("2 gen 2025, 15:04:05 UTC\u22123", "2025-01-02T18:04:05Z"),
        ("2025/01/02 15:04:05 JST", "2025-01-02T06:04:05Z"),
        ("2025. 1. 2. 오후 3:04:05 KST", "2025-01-02T06:04:05Z"),
        ("\u200f2025年1月2日 下午3:04:05 GMT+8", "2025-01-02T07:04:05Z"),
        ("Jan 2, 2025, 3:04:05 PM CST", "2025-01-02T21:04:05Z"),
        ("2 Jan 2025, 3:04:05 pm IST", "2025-01-02T09:34:05Z"),
    ],
)
def test_printed_date_is_read_where_there_is_one_way(printed: str, instant: str) -> None:
    at = printed_instant(printed)

    assert at is not None
    assert iso_text(at) == instant


@pytest.mark.parametrize(
    "printed",
    [
        "02/01/2025, 15:04:05 CET",  # day or month
        "Jan 2, 2025, 3:04:05 PM",  # of which zone
        "2 Jan 2025, 15:04:05 CST",  # of America or of China
        "2 Jan 2025, 15:04:05 IST",  # of India, Ireland or Israel
        "2 ม.ค. 2568 15:04:05 GMT+7",
        "Feb 30, 2025, 3:04:05 PM UTC",
        "Jan 2, 2025, 13:04:05 PM UTC",
        "Jan 2, 2025, 3:04:05 PM GMT+99",
        "",
        "x" * 10_000,
    ],
)
def test_printed_date_is_not_guessed(printed: str) -> None:
    assert printed_instant(printed) is None


def test_cell_with_a_date_of_two_meanings_is_rejected_with_what_to_do(tmp_path: Path) -> None:
    found = page(tmp_path, cell("Prompted\u00a0Hi<br>02/01/2025, 15:04:05 CET<br><p>Ho</p>"),
                 cell(f"Prompted\u00a0Hi<br>{DATE}<br><p>Ho</p>"))  # fmt: skip

    assert len(found.conversations) == 1
    assert {each.line for each in found.rejected} == {1}
    reason = found.rejected[0].reason
    assert "02/01/2025, 15:04:05 CET" in reason
    assert "as JSON, or with the account's language set to English" in reason
    assert found.rejected[0].excerpt.startswith(b'<div class="outer-cell')


def test_label_in_another_language_is_known_by_the_answer(tmp_path: Path) -> None:
    found = page(
        tmp_path,
        cell("Eingegebener Prompt: Hallo<br>02.01.2025, 15:04:05 MEZ<br><p>Servus</p>",
             "Gemini-Apps"),
        cell("Irgendwas<br>02.01.2025, 15:04:05 MEZ<br>", "Gemini-Apps"),
    )  # fmt: skip

    assert found.visible() == [("prompt", "Eingegebener Prompt: Hallo"), ("answer", "Servus")]
    assert "whether it is a prompt can't be told" in found.rejected[0].reason


@pytest.mark.parametrize(
    "html",
    [
        cell(f"Prompted\u00a0tide<br>{DATE}<br><p>a</p>", "Search"),
        cell(f"Used an Assistant feature<br>{DATE}<br><p>a</p>"),
        cell(f"Gave feedback: Good response<br>{DATE}<br>"),
        cell(""),
        '<div class="outer-cell">',
    ],
)
def test_what_is_no_prompt_is_passed_over(tmp_path: Path, html: str) -> None:
    found = page(tmp_path, html)

    assert (found.conversations, found.calls, found.messages, found.rejected) == ({}, [], [], [])


def test_several_answers_are_blocks_of_one(tmp_path: Path) -> None:
    found = activities(
        tmp_path, record("Prompted Hi", safeHtmlItem=[{"html": "<p>a</p>"}, {"html": "b"}])
    )

    assert found.visible() == [("prompt", "Hi"), ("answer", "a"), ("answer", "b")]
    assert len(found.calls) == 1


def test_record_without_an_instant_takes_the_nearest_and_keeps_its_name(tmp_path: Path) -> None:
    html = [{"html": "a"}]
    again = [
        activities(tmp_path, record("Prompted One", safeHtmlItem=html),
                   record("Prompted Two", safeHtmlItem=html, time=None))
        for _ in range(2)
    ]  # fmt: skip

    first, second = again[0].conversations.values()
    assert first.first_at == second.first_at
    assert second.native.startswith("undated-")
    assert list(again[0].conversations) == list(again[1].conversations)


@pytest.mark.parametrize(
    "odd",
    [
        {"title": 5}, {"title": None}, {"header": None, "products": None}, {"products": "x"},
        {"safeHtmlItem": "x"}, {"safeHtmlItem": [None, {"html": 5}]},
        {"subtitles": [5, {"name": 1}]},
        {"time": 5}, {"time": "9999-99-99"},
    ],
)  # fmt: skip
def test_odd_values_are_no_error(tmp_path: Path, odd: dict[str, Any]) -> None:
    found = activities(tmp_path, {**record("Prompted Hi"), **odd}, record("Prompted Ho"))

    assert ("prompt", "Ho") in found.visible()


def test_web_page_without_activities_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match=r"MyActivity\.html or \.json"):
        page(tmp_path)


class _LargePage(io.RawIOBase):
    """A page of 64 MB that is nowhere as a whole."""

    def __init__(self) -> None:
        some = cell(f"Prompted\u00a0Hello<br>{DATE}<br><p>{'answer ' * 2000}</p>").encode()
        self._some, self._left = some * 64, 64

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        return self._some if self._left >= 0 else b""


def test_large_page_is_taken_apart_in_little_memory() -> None:
    page = _LargePage()
    tracemalloc.start()
    found = sum(1 for _ in cells(cast(BinaryIO, page)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == 64 * 64
    assert most < 8_000_000


@pytest.mark.parametrize("part", ["<", "<!--", "<div class='outer-cell'", "<script>", "&", "<p>"])
def test_broken_html_takes_linear_time(part: str) -> None:
    assert len(text_of_page(part * 200_000)) <= len(part) * 200_000


def test_saved_prompt_has_the_tokens_of_its_pieces() -> None:
    found = read("gemini-takeout", STUDIO, root=TAKEOUT.parent)

    assert [(c.model, c.input, c.output, c.reasoning, c.approximate) for c in found.calls] == [
        ("gemini-2.5-pro", 7, 135, 120, True),
        ("gemini-2.5-pro", 7 + 15 + 258 + 5, 3, 0, True),
    ]
    (facts,) = found.conversations.values()
    assert (facts.native, facts.title) == ("ai-studio/Tide table", "Tide table")
    assert [kind for kind, _ in found.visible()] == [
        "prompt", "thinking", "answer", "attachment", "prompt", "answer"
    ]  # fmt: skip


def test_saved_prompt_with_instructions_or_without_counts_is_of_unknown_size(
    tmp_path: Path,
) -> None:
    content = json.loads(STUDIO.read_text("utf-8"))
    content["systemInstruction"] = {"text": "Be brief."}
    said = read_bytes("gemini-takeout", tmp_path, "a", json.dumps(content).encode())
    content["systemInstruction"] = {}
    del content["chunkedPrompt"]["chunks"][3]["tokenCount"]
    uncounted = read_bytes("gemini-takeout", tmp_path, "b", json.dumps(content).encode())

    assert [call.measure for call in said.calls] == [Measure.MISSING, Measure.MISSING]
    assert [call.measure for call in uncounted.calls] == [Measure.RECORDED, Measure.MISSING]
    assert {call.key for call in said.calls} <= {each.uuid for each in said.messages}
    hidden = [each for each in said.messages if each.flags & Flag.HIDDEN]
    assert [each.body for each in hidden] == ["Be brief."]


def test_branch_of_a_saved_prompt_counts_only_what_is_new(tmp_path: Path) -> None:
    content = json.loads(STUDIO.read_text("utf-8"))
    content["chunkedPrompt"]["chunks"][2]["branchParent"] = {
        "promptId": "prompts/1", "displayName": "Tide table"
    }  # fmt: skip
    found = read_bytes(
        "gemini-takeout", tmp_path, "Branch of Tide table", json.dumps(content).encode()
    )
    first, second = found.calls

    assert (first.key, first.conversation) == ("ai-studio/Tide table/3", "ai-studio/Tide table")
    assert first.copied_into == second.conversation == "ai-studio/Branch of Tide table"
    assert (second.copied_into, found.conversations[second.conversation].relation) == ("", "fork")
