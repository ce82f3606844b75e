"""Words by which tables are understood: names of columns, of speakers, of outcomes, of yes and no.

They only lead to a guess that is shown; nothing is read by them until somebody has agreed.
"""

from __future__ import annotations

COLUMNS = {
    "conversation": (
        "conversation id, conversationid, conversation, conv id, chat id, chatid, thread id, "
        "threadid, session id, sessionid, session, ticket id, ticket, ticket number, ticket no, "
        "case id, case number, dialog id, dialogue id, interaction id, chat, thread, "
        "unterhaltung, gespräch, vorgang, ticketnummer"
    ),
    "message": "message id, messageid, msg id, msgid, message uuid, entry id, turn id, "
    "messages.id, nachricht id, nachrichten id",
    "request": "request id, requestid, response id, responseid, completion id, generation id, "
    "api call id, x-request-id",
    "at": "timestamp, created at, createdat, created, created time, date, datetime, date time, "
    "time, sent at, sent, started, started at, begun, start time, starttime, start, opened at, "
    "created on, "
    "conversation start, at, messages.created time, messages.timestamp, datum, zeitpunkt, "
    "zeitstempel, erstellt, erstellt am, uhrzeit, fecha, horodatage",
    "ended_at": "ended, ended at, end time, endtime, end, closed at, closed, conversation end, "
    "finished at, beendet, beendet am, geschlossen, updated at, last message at",
    "role": "role, author type, authortype, sender type, sendertype, author role, from, sender, "
    "author, actor type, actor, messages.actor type, messages.role, messages.from, "
    "participant type, speaker, rolle, absender, autor",
    "text": "text, body, message, content, message text, message body, messages.message parts, "
    "messages.content, messages.text, message content, transcript text, nachricht, inhalt, "
    "mensaje",
    "prompt": "prompt, input text, question, user message, request text, query, frage, eingabe, "
    "user input",
    "answer": "answer, output text, response, reply, completion, assistant message, bot message, "
    "response text, bot response, antwort, ausgabe, model output",
    "tool": "tool, tool name, function, function name",
    "model": "model, model name, modelname, model id, llm, engine, modell, response model, "
    "llm model",
    "provider": "provider, model provider, vendor, llm provider, anbieter",
    "input": "input tokens, inputtokens, prompt tokens, prompttokens, tokens in, tokens input, "
    "input token count, usage.input tokens, usage.prompt tokens, eingabe tokens, "
    "eingabetokens, input",
    "cached": "cached tokens, cached input tokens, cache read tokens, cachedtokens, "
    "cache read input tokens, usage.cached tokens, prompt cache read tokens, cached",
    "cache_write": "cache write tokens, cache creation tokens, cache creation input tokens",
    "output": "output tokens, outputtokens, completion tokens, completiontokens, tokens out, "
    "tokens output, output token count, usage.output tokens, usage.completion tokens, "
    "ausgabe tokens, ausgabetokens, output",
    "reasoning": "reasoning tokens, reasoningtokens, thinking tokens, thoughts tokens",
    "cost": "cost, cost usd, costusd, cost eur, total cost, price, spend, amount, kosten, "
    "kosten eur, preis, cost in usd, cost ($), cost (usd), cost (eur), kosten (eur), coste",
    "currency": "currency, currency code, währung, waehrung",
    "status": "status, state, conversation status, ticket status, resolution, outcome, "
    "resolution status, conversation state, zustand, ergebnis",
    "escalated": "escalated, is escalated, handed off, handoff, handover, transferred, "
    "escalated to human, escalation, transferred to agent, eskaliert, übergeben",
    "handed_off_at": "handed off at, escalated at, handoff at, transferred at, handover at",
    "resolved_at": "resolved at, solved at, resolved on, gelöst am, resolution time",
    "rating": "csat, csat score, rating, satisfaction, satisfaction score, satisfaction rating, "
    "customer rating, bewertung, zufriedenheit, score",
    "channel": "channel, source channel, kanal, medium, conversation channel",
    "bot_messages": "bot messages, bot messages count, bot message count, ai messages",
    "human_messages": "human messages, agent messages, agent message count, agent replies",
    "customer_messages": "customer messages, user messages, visitor messages, "
    "visitor messages count, customer message count",
    "title": "title, subject, topic, conversation title, betreff, titel, asunto",
    "project": "project, project name, projekt, workspace",
    "user": "user, user id, userid, customer, customer id, user email, email, end user, benutzer, "
    "kunde, kundennummer, user name, username",
}
ROLE_WORDS = {
    "user": "user customer client visitor contact lead enduser end-user requester human you me "
    "incoming inbound consumer guest kunde kundin nutzer benutzer besucher cliente usuario",
    "assistant": "assistant bot ai chatbot model agentbot virtual_agent virtualagent botagent "
    "llm gpt claude gemini fin automated ki aiagent ai_agent copilot",
    "human_agent": "agent human_agent humanagent operator admin staff teammate support employee "
    "mitarbeiter mitarbeiterin berater live_agent liveagent representative agente",
    "system": "system note activity event notification info automation hinweis sistema",
    "tool": "tool function tool_result function_call_output",
}
EITHER = frozenset({"agent", "agente", "operator"})  # may be a person or a machine
ROLE_OF = {word: role for role, words in ROLE_WORDS.items() for word in words.split()}

RESOLUTION_WORDS = {
    "resolved_confirmed": "resolved solved confirmed_resolution resolved_confirmed gelöst "
    "resuelto erledigt",
    "resolved_assumed": "closed completed assumed_resolution resolved_assumed done geschlossen "
    "abgeschlossen cerrado contained",
    "escalated": "escalated transferred handed_off handoff routed_to_team eskaliert",
    "abandoned": "abandoned dropped missed abgebrochen timeout expired",
    "open": "open new pending assigned unresolved in_progress active hold snoozed waiting "
    "reopened offen neu abierto",
    "unknown": "unknown none null",
}
RESOLUTION_OF = {
    word: resolution for resolution, words in RESOLUTION_WORDS.items() for word in words.split()
}

YES = frozenset([
    "yes", "true", "1", "y", "t", "x", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sim",
    "verdadero", "on", "escalated", "handed_off", "transferred", "✓", "✔",
])  # fmt: skip
NO = frozenset([
    "no", "false", "0", "n", "f", "nein", "falsch", "non", "faux", "não", "falso", "off",
    "none", "null", "-",
])  # fmt: skip


def plain_name(name: str) -> str:
    """Return the name of a column as the words above are written."""
    text = name.strip().casefold().replace("_", " ").replace("-", " ").replace("/", " ")
    return " ".join(text.split())


BY_NAME = {
    plain_name(word): meaning for meaning, words in COLUMNS.items() for word in words.split(",")
}


def plain_value(value: str) -> str:
    """Return a value of a column as the words above are written."""
    return "_".join(value.strip().casefold().replace("-", " ").split())
