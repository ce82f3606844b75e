"""The manual: pages of Markdown that the command line and the app both show."""

from __future__ import annotations

from importlib.resources import files

ORDER = (
    "start", "app", "sources", "counting", "prices", "plans", "credits", "plan-language",
    "economics", "costs", "budgets", "simulate", "reconcile", "report", "client-report",
    "handoffs", "reviews", "triggers", "search", "memory", "packs", "secrets", "erase", "audit",
    "watch", "settings", "workspace", "backup", "encryption", "check", "privacy", "scripts", "demo",
)  # fmt: skip


# What people call the sources that have another name here.
OTHER_NAMES = {
    **dict.fromkeys(("crisp", "freshchat", "agentforce", "csv", "tsv", "excel", "tables"), "table"),
    **dict.fromkeys(("openai", "anthropic", "batch", "batches", "api"), "api-log"),
    **dict.fromkeys(("kilo", "mimocode"), "opencode"),
    **dict.fromkeys(("roo", "roo-code", "kilo-code"), "cline"),
    **dict.fromkeys(("claude.ai", "claude-desktop"), "claude-ai"),
    **dict.fromkeys(("otel", "opentelemetry", "openinference", "traceloop"), "otel-genai"),
    **dict.fromkeys(("qwen",), "qwen-code"),
    **dict.fromkeys(("ai-studio", "aistudio", "takeout"), "gemini-takeout"),
    **dict.fromkeys(("openwebui", "webui"), "open-webui"),
    **dict.fromkeys(("factory",), "droid"),
}


def topics() -> list[str]:
    """Return the names of all pages, in the order in which to read them."""
    found = {
        page.name.removesuffix(".md")
        for page in files("convledger").joinpath("help").iterdir()
        if page.name.endswith(".md")
    }
    return [*(name for name in ORDER if name in found), *sorted(found - set(ORDER))]


def page_text(topic: str) -> str:
    """Return a page as it is written, in Markdown."""
    return files("convledger").joinpath("help").joinpath(f"{topic}.md").read_text("utf-8")


def source_text(source: str) -> str:
    """Return what the manual says of one source, as plain text; nothing where it is none."""
    page = files("convledger").joinpath("manual_sources").joinpath(f"{source}.txt")
    return page.read_text("utf-8") if page.is_file() else ""


def first_sentence(page: str) -> str:
    """Return the first sentence below the heading of a page."""
    body = " ".join(page.partition("\n\n")[2].partition("\n\n")[0].split())
    return body.partition(". ")[0].rstrip(".").replace("`", "") + "."
