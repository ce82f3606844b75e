PRAGMA page_size=16384;
PRAGMA application_id=1129071687;
PRAGMA user_version=10;
CREATE TABLE setting (
  name TEXT PRIMARY KEY, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reader (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE source (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  root TEXT NOT NULL, added_at INTEGER NOT NULL, scanned_at INTEGER,
  state TEXT NOT NULL DEFAULT 'live', reason TEXT NOT NULL DEFAULT '',
  UNIQUE (reader_id, root)
) STRICT;
CREATE TABLE file (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id),
  path ANY NOT NULL, device INTEGER NOT NULL DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL DEFAULT 0,
  first_at INTEGER, first_until INTEGER,
  background INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'live', reason TEXT NOT NULL DEFAULT '',
  figures_offset INTEGER NOT NULL DEFAULT 0, figures_line INTEGER NOT NULL DEFAULT 0,
  texts_offset INTEGER NOT NULL DEFAULT 0, texts_line INTEGER NOT NULL DEFAULT 0,
  head_length INTEGER NOT NULL DEFAULT 0, head_hash BLOB, tail_hash BLOB,
  figures_state BLOB NOT NULL DEFAULT x'', texts_state BLOB NOT NULL DEFAULT x'',
  replayed_until INTEGER NOT NULL DEFAULT 0, texts_size INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER,
  UNIQUE (source_id, path)
) STRICT;
CREATE TABLE model (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  logged_provider TEXT NOT NULL, name TEXT NOT NULL, speed TEXT NOT NULL DEFAULT '',
  provider TEXT NOT NULL, UNIQUE (reader_id, logged_provider, name, speed)
) STRICT;
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  native TEXT NOT NULL, source_id INTEGER REFERENCES source(id),
  parent_native TEXT NOT NULL DEFAULT '', relation TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '', title_rank INTEGER NOT NULL DEFAULT 0,
  project TEXT NOT NULL DEFAULT '', branch TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '', first_at INTEGER, last_at INTEGER, told_ns INTEGER NOT NULL DEFAULT 0,
  UNIQUE (reader_id, native)
) STRICT;
CREATE TABLE agent (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  native TEXT NOT NULL, kind TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
  tool_use TEXT NOT NULL DEFAULT '', UNIQUE (conversation_id, native)
) STRICT;
CREATE TABLE call (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  key TEXT NOT NULL, variant TEXT NOT NULL DEFAULT '',
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  agent_id INTEGER REFERENCES agent(id),
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  at INTEGER NOT NULL, model_id INTEGER NOT NULL REFERENCES model(id),
  context TEXT NOT NULL DEFAULT '', sidechain INTEGER NOT NULL DEFAULT 0,
  approximate INTEGER NOT NULL DEFAULT 0,
  input INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, web_searches INTEGER NOT NULL,
  list_pico INTEGER, price_state INTEGER NOT NULL, reported_pico INTEGER,
  UNIQUE (reader_id, key, variant)
) STRICT;
CREATE TABLE reported (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL, at INTEGER NOT NULL,
  cumulative_pico INTEGER NOT NULL, inherited INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, model_id, file_id, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
  quarter INTEGER NOT NULL, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  calls INTEGER NOT NULL, unpriced_calls INTEGER NOT NULL, estimated_calls INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, web_searches INTEGER NOT NULL,
  list_pico INTEGER NOT NULL, reported_calls INTEGER NOT NULL, reported_pico INTEGER NOT NULL,
  PRIMARY KEY (quarter, conversation_id, model_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE page (
  id INTEGER PRIMARY KEY, body BLOB NOT NULL
) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  key INTEGER NOT NULL, parent_key INTEGER,
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  at INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0,
  agent_id INTEGER REFERENCES agent(id), name TEXT,
  page_id INTEGER REFERENCES page(id), start INTEGER NOT NULL, length INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE said USING fts5(
  text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
);
CREATE TABLE summary (
  reader_id INTEGER NOT NULL REFERENCES reader(id), leaf_key INTEGER NOT NULL,
  title TEXT NOT NULL, PRIMARY KEY (reader_id, leaf_key, title)
) STRICT, WITHOUT ROWID;
CREATE TABLE rejected (
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  offset INTEGER NOT NULL, reason TEXT NOT NULL, excerpt BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (file_id, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE label (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (conversation_id, name, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE price_book (
  digest TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL,
  added_at INTEGER NOT NULL, content BLOB NOT NULL, overrides TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE rating_run (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, book_digest TEXT NOT NULL,
  engine_version TEXT NOT NULL, reason TEXT NOT NULL, changed_calls INTEGER NOT NULL DEFAULT 0,
  before_pico TEXT NOT NULL DEFAULT '0', after_pico TEXT NOT NULL DEFAULT '0'
) STRICT;
CREATE TABLE rating_change (
  run_id INTEGER NOT NULL REFERENCES rating_run(id), call_id INTEGER NOT NULL REFERENCES call(id),
  before_pico INTEGER, after_pico INTEGER, PRIMARY KEY (run_id, call_id)
) STRICT, WITHOUT ROWID
;
CREATE TABLE conversation_sum (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  calls INTEGER NOT NULL, unpriced_calls INTEGER NOT NULL, estimated_calls INTEGER NOT NULL,
  tokens INTEGER NOT NULL, list_high INTEGER NOT NULL, list_low INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, model_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_text (
  digest TEXT PRIMARY KEY, plan TEXT NOT NULL, version TEXT NOT NULL, file TEXT NOT NULL,
  added_at INTEGER NOT NULL, content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE subscription (
  id INTEGER PRIMARY KEY, plan TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER,
  anchor INTEGER NOT NULL, scope TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE seats (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), at INTEGER NOT NULL,
  seats INTEGER NOT NULL, PRIMARY KEY (subscription_id, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE credit_fact (
  id INTEGER PRIMARY KEY, subscription_id INTEGER NOT NULL REFERENCES subscription(id),
  at INTEGER NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL, price TEXT NOT NULL DEFAULT '0',
  pool TEXT NOT NULL DEFAULT '', target TEXT NOT NULL DEFAULT '', priority INTEGER,
  expires_at INTEGER, note TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL,
  corrects INTEGER REFERENCES credit_fact(id)
) STRICT;
CREATE TABLE statement (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), since INTEGER NOT NULL,
  until INTEGER NOT NULL, name TEXT NOT NULL, closed_at INTEGER NOT NULL, digest TEXT NOT NULL,
  content BLOB NOT NULL, PRIMARY KEY (subscription_id, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), scope TEXT NOT NULL,
  period TEXT NOT NULL, epoch INTEGER NOT NULL, threshold INTEGER NOT NULL,
  at INTEGER NOT NULL, used TEXT NOT NULL, budget TEXT NOT NULL, quiet INTEGER NOT NULL,
  muted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subscription_id, scope, period, epoch, threshold)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_figures (
  subscription_id INTEGER PRIMARY KEY REFERENCES subscription(id), at INTEGER NOT NULL,
  stamp TEXT NOT NULL, content TEXT NOT NULL
) STRICT
;
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL, sensitivity TEXT NOT NULL DEFAULT 'internal',
  pinned INTEGER NOT NULL DEFAULT 0, value INTEGER NOT NULL DEFAULT 3,
  source_date INTEGER, valid_from INTEGER, valid_to INTEGER, recorded_at INTEGER NOT NULL,
  verified_at INTEGER, verified_by TEXT NOT NULL DEFAULT '', review_days INTEGER,
  review_at INTEGER, superseded_by INTEGER REFERENCES entry(id), hash TEXT NOT NULL,
  tokens INTEGER, tokens_method TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE entry_version (
  entry_id INTEGER NOT NULL REFERENCES entry(id), number INTEGER NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, editor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL,
  hash TEXT NOT NULL, PRIMARY KEY (entry_id, number)
) STRICT;
CREATE TABLE entry_source (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entry_id INTEGER NOT NULL REFERENCES entry(id),
  kind TEXT NOT NULL,
  place TEXT NOT NULL DEFAULT '', conversation_id INTEGER REFERENCES conversation(id),
  message_key INTEGER, memory_item_id INTEGER REFERENCES memory_item(id),
  start INTEGER NOT NULL DEFAULT 0, length INTEGER NOT NULL DEFAULT 0,
  quote TEXT NOT NULL DEFAULT '', quote_hash TEXT NOT NULL DEFAULT '', source_date INTEGER,
  status TEXT NOT NULL DEFAULT 'ok'
) STRICT;
CREATE TABLE entry_pair (
  first_id INTEGER NOT NULL REFERENCES entry(id), second_id INTEGER NOT NULL REFERENCES entry(id),
  kind TEXT NOT NULL, score INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'open', hashes TEXT NOT NULL, at INTEGER NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '', PRIMARY KEY (first_id, second_id)
) STRICT;
CREATE TABLE memory_file (
  id INTEGER PRIMARY KEY AUTOINCREMENT, format TEXT NOT NULL, path ANY NOT NULL UNIQUE,
  scope TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'live',
  reason TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
  mtime_ns INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '', added_at INTEGER NOT NULL,
  read_at INTEGER, is_kept INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE memory_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, file_id INTEGER NOT NULL REFERENCES memory_file(id),
  key TEXT NOT NULL,
  entry_id INTEGER REFERENCES entry(id), hash TEXT NOT NULL, start INTEGER NOT NULL,
  length INTEGER NOT NULL, news TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE pack (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, budget INTEGER NOT NULL,
  wanted TEXT NOT NULL DEFAULT '{}', format TEXT NOT NULL DEFAULT 'markdown',
  ceiling TEXT NOT NULL DEFAULT 'internal', made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE pack_item (
  pack_id INTEGER NOT NULL REFERENCES pack(id), entry_id INTEGER NOT NULL REFERENCES entry(id),
  mode TEXT NOT NULL, PRIMARY KEY (pack_id, entry_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack_render (
  id INTEGER PRIMARY KEY, pack_id INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
  tokens INTEGER NOT NULL, budget INTEGER NOT NULL, among INTEGER NOT NULL, method TEXT NOT NULL,
  digest TEXT NOT NULL, format TEXT NOT NULL, target TEXT NOT NULL
) STRICT;
CREATE TABLE pack_render_item (
  render_id INTEGER NOT NULL REFERENCES pack_render(id), place INTEGER NOT NULL,
  entry_id INTEGER NOT NULL, version INTEGER NOT NULL,
  label TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (render_id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
  id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, object_id INTEGER NOT NULL,
  field TEXT NOT NULL,
  start INTEGER NOT NULL, length INTEGER NOT NULL, rule TEXT NOT NULL, rules INTEGER NOT NULL,
  redacted TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open', at INTEGER NOT NULL,
  UNIQUE (object, object_id, field, start, rule)
) STRICT;
CREATE TABLE tombstone (
  kind TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
  about TEXT NOT NULL DEFAULT '', undone_at INTEGER, undoes INTEGER REFERENCES operation(id)
) STRICT;
CREATE TABLE operation_row (
  operation_id INTEGER NOT NULL REFERENCES operation(id), number INTEGER NOT NULL,
  table_name TEXT NOT NULL, key TEXT NOT NULL, before BLOB,
  PRIMARY KEY (operation_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE erasure (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL, what TEXT NOT NULL,
  done_at INTEGER, report TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE VIRTUAL TABLE remembered USING fts5(
  title, body, tags, content='entry', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2"
);
CREATE TABLE conversation_export (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), target TEXT NOT NULL,
  PRIMARY KEY (conversation_id, target)
) STRICT, WITHOUT ROWID
;
CREATE TABLE outcome (
  conversation_id INTEGER PRIMARY KEY REFERENCES conversation(id),
  handled_by TEXT NOT NULL, resolution TEXT NOT NULL, verdict TEXT NOT NULL,
  resolved_at INTEGER, handed_off_at INTEGER, bot_messages INTEGER, human_messages INTEGER,
  customer_messages INTEGER, rating TEXT NOT NULL, rating_of INTEGER, channel TEXT NOT NULL
) STRICT;
CREATE TABLE detail (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), name TEXT NOT NULL,
  value TEXT NOT NULL, PRIMARY KEY (conversation_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE cost_item (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, since TEXT NOT NULL, until TEXT,
  every TEXT NOT NULL DEFAULT '', amount TEXT NOT NULL, currency TEXT NOT NULL,
  rule TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, gone_at INTEGER,
  erased_weight INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE cost_share (
  item_id INTEGER NOT NULL REFERENCES cost_item(id),
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), weight INTEGER NOT NULL,
  PRIMARY KEY (item_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE worked_time (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  at INTEGER NOT NULL, seconds INTEGER NOT NULL, person TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL,
  gone_at INTEGER
) STRICT;
CREATE TABLE hourly_rate (
  since TEXT PRIMARY KEY, amount TEXT NOT NULL, currency TEXT NOT NULL,
  overhead TEXT NOT NULL DEFAULT '0', made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE exchange_rate (
  currency TEXT NOT NULL, worth_in TEXT NOT NULL, since TEXT NOT NULL, rate TEXT NOT NULL,
  made_at INTEGER NOT NULL, PRIMARY KEY (currency, worth_in, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE scenario (
  name TEXT PRIMARY KEY, content TEXT NOT NULL, made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE unit_budget (
  name TEXT PRIMARY KEY, content TEXT NOT NULL, made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE balance_assertion (
  id INTEGER PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '',
  amount TEXT NOT NULL, currency TEXT NOT NULL, tolerance TEXT NOT NULL DEFAULT '0',
  zone TEXT NOT NULL DEFAULT 'UTC', origin TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT
;
CREATE TABLE cost_closing (
  id INTEGER PRIMARY KEY, after_id INTEGER REFERENCES cost_closing(id), until TEXT NOT NULL,
  ends_at INTEGER NOT NULL, rates TEXT NOT NULL, closed_at INTEGER NOT NULL, gone_at INTEGER
) STRICT;
CREATE TABLE closed_division (
  id INTEGER PRIMARY KEY, closing_id INTEGER NOT NULL REFERENCES cost_closing(id),
  item_id INTEGER REFERENCES cost_item(id), subscription_id INTEGER REFERENCES subscription(id),
  name TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, amount TEXT NOT NULL,
  currency TEXT NOT NULL
) STRICT;
CREATE TABLE closed_share (
  division_id INTEGER NOT NULL REFERENCES closed_division(id), place INTEGER NOT NULL,
  conversation_id INTEGER REFERENCES conversation(id), weight TEXT NOT NULL,
  PRIMARY KEY (division_id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE closed_talk (
  closing_id INTEGER NOT NULL REFERENCES cost_closing(id),
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), opened_at INTEGER NOT NULL,
  list_pico TEXT, people TEXT, currency TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (closing_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE outcome_before (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  at INTEGER NOT NULL, handled_by TEXT NOT NULL, resolution TEXT NOT NULL, label TEXT NOT NULL
) STRICT;
CREATE TABLE audit_draft (
  id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, change TEXT NOT NULL, object TEXT NOT NULL,
  about TEXT NOT NULL, content TEXT, conversation_id INTEGER, entry_id INTEGER
) STRICT;
CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, batch INTEGER NOT NULL, commitment BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_content (
  seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, about TEXT NOT NULL, content TEXT,
  conversation_id INTEGER, entry_id INTEGER
) STRICT;
INSERT INTO setting VALUES ('messages.high', '1099511627786');
INSERT INTO setting VALUES ('messages.low', '1099511627776');
INSERT INTO setting VALUES ('messages.newest', '1793610360000000');
INSERT INTO setting VALUES ('prices.stamp', '0.1.0 36741.1795333058000000000 -');
INSERT INTO reader VALUES (1, 'claude-code');
INSERT INTO reader VALUES (2, 'codex');
INSERT INTO source VALUES (1, 1, '/home/ana/.claude/projects', 1795333857216109, NULL, 'live', '');
INSERT INTO source VALUES (2, 2, '/home/ana/.codex', 1795333857216634, NULL, 'live', '');
INSERT INTO file VALUES (1, 1, '/home/ana/.claude/projects/bakery/00000000-0000-4000-8000-000000000001.jsonl', 65024, 2237409, 1910, 1795000000000000000, 1793610060000000, 1793610210000000, 0, 'live', '', 1910, 7, 1910, 7, 1024, X'6DC17931A1680042', X'DFC7E4E8CFED7CD9', X'83A76C6173745F6174CF00065F476B6EBC80A67469746C6564C3A56D6F64656CBA636C617564652D736F6E6E65742D342D352D3230323530393239', X'83A76C6173745F6174CF00065F476B6EBC80A6616E73776572B46D73675F30303030303030303030303030303033A47361696492C408A3570DA39AE8E44CC408C62D46297AE24E5C', 0, 1910, 1795333860229687);
INSERT INTO file VALUES (2, 2, '/home/ana/.codex/sessions/2026/11/02/rollout-2026-11-02T09-00-00-019a0000-0000-7000-8000-000000000001.jsonl', 65024, 2237492, 1581, 1795000000000000000, 1793610000000000, 1793610420000000, 0, 'live', '', 1581, 8, 1581, 8, 1024, X'4675CF090E12D6B2', X'727B5E2AE26030DE', X'8DA6746872656164D92430313961303030302D303030302D373030302D383030302D303030303030303030303031A56B6E6F776EC3A870726F7669646572A66F70656E6169A56D6F64656CAB6770742D352D636F646578A6746F74616C7395CCC8000014CCDCA77265636F726473C2A56261736564C2A67469746C6564C3A76C6173745F6174CF00065F4777F31500A57475726E7300A566616C6C7300A7636F756E746564956400000A6EA67265706C617989A6706172656E74A0A6746872656164A0A46F70656EC2A56B6E6F776EC2A56D6574617301A5756E74696C00A5626567616E00A66C617465737400A57175696574C2', X'83A6746872656164D92430313961303030302D303030302D373030302D383030302D303030303030303030303031A56B6E6F776EC3A76C6173745F6174CF00065F4777F31500', 0, 1581, 1795333860243366);
INSERT INTO model VALUES (1, 1, '', 'claude-sonnet-4-5-20250929', '', 'anthropic');
INSERT INTO model VALUES (2, 2, 'openai', 'gpt-5-codex', '', 'openai');
INSERT INTO conversation VALUES (1, 1, '00000000-0000-4000-8000-000000000001', 1, '', '', 'question 1', 1, '/home/ana/bakery', '', '', 1793610060000000, 1793610210000000, 0);
INSERT INTO conversation VALUES (2, 2, '019a0000-0000-7000-8000-000000000001', 2, '', '', 'rail question 1', 1, '/home/ana/rail', '', '', 1793610000000000, 1793610420000000, 0);
INSERT INTO call VALUES (1, 1, 'msg_0000000000000002', '', 1, NULL, 1, 4, 1793610150000000, 1, '', 0, 0, 100, 10, 0, 0, 0, 0, 0, 450000000, 1, NULL);
INSERT INTO call VALUES (2, 2, '019a0000-0000-7000-8000-000000000001:100/0/0/10/110', '', 2, NULL, 2, 5, 1793610240000000, 2, '', 0, 0, 100, 10, 0, 0, 0, 0, 0, 225000000, 1, NULL);
INSERT INTO call VALUES (3, 2, '019a0000-0000-7000-8000-000000000001:200/0/0/20/220', '', 2, NULL, 2, 8, 1793610420000000, 2, '', 0, 0, 100, 10, 0, 0, 0, 0, 0, 225000000, 1, NULL);
INSERT INTO call VALUES (4, 1, 'msg_0000000000000001', '', 1, NULL, 1, 2, 1793610090000000, 1, '', 0, 0, 100, 10, 0, 0, 0, 0, 0, 450000000, 1, NULL);
INSERT INTO call VALUES (5, 1, 'msg_0000000000000003', '', 1, NULL, 1, 6, 1793610210000000, 1, '', 0, 0, 100, 10, 0, 0, 0, 0, 0, 450000000, 1, NULL);
INSERT INTO usage VALUES (1992900, 1, 1, 3, 0, 0, 300, 30, 0, 0, 0, 0, 0, 1350000000, 0, 0);
INSERT INTO usage VALUES (1992900, 2, 2, 2, 0, 0, 200, 20, 0, 0, 0, 0, 0, 450000000, 0, 0);
INSERT INTO page VALUES (1, X'28B52FFD246EAD0100F87175657374696F6E2031616E737765722031323233337261696C20313132320900801320EFA70B99E2EA2C05F281C24016AA98613FB37170');
INSERT INTO message VALUES (1099511627776, 1, 1, NULL, 1, 1, 1793610060000000, 1, 0, NULL, NULL, 1, 0, 10);
INSERT INTO message VALUES (1099511627777, 1, 6472099120701211507, NULL, 1, 2, 1793610090000000, 2, 0, NULL, NULL, 1, 10, 8);
INSERT INTO message VALUES (1099511627778, 1, 2, NULL, 1, 3, 1793610120000000, 1, 0, NULL, NULL, 1, 18, 10);
INSERT INTO message VALUES (1099511627779, 2, 7700087322796155479, NULL, 2, 3, 1793610120000000, 1, 0, NULL, NULL, 1, 54, 15);
INSERT INTO message VALUES (1099511627780, 1, 2506529463973787678, NULL, 1, 4, 1793610150000000, 2, 0, NULL, NULL, 1, 28, 8);
INSERT INTO message VALUES (1099511627781, 1, 3, NULL, 1, 5, 1793610180000000, 1, 0, NULL, NULL, 1, 36, 10);
INSERT INTO message VALUES (1099511627782, 2, 7176322363473810848, NULL, 2, 4, 1793610180000000, 2, 0, NULL, NULL, 1, 69, 13);
INSERT INTO message VALUES (1099511627783, 1, 3961980295556490187, NULL, 1, 6, 1793610210000000, 2, 0, NULL, NULL, 1, 46, 8);
INSERT INTO message VALUES (1099511627784, 2, 5901699195136904579, NULL, 2, 6, 1793610300000000, 1, 0, NULL, NULL, 1, 82, 15);
INSERT INTO message VALUES (1099511627785, 2, 4934674647553051891, NULL, 2, 7, 1793610360000000, 2, 0, NULL, NULL, 1, 97, 13);
DELETE FROM said_data;
INSERT INTO said_data VALUES (1, X'0A22');
INSERT INTO said_data VALUES (10, X'000000040101010001010101');
INSERT INTO said_data VALUES (137438953473, X'000000B3023031A080808080000204010204020205030205010132A080808080020204020204040205010205010133A0808080800502040202040106616E73776572A08080808001020303020302020401020302020401087175657374696F6EA08080808000020302020301020402020303020401047261696CA0808080800302030302030202030102030103EE8080A0808080800002020102020102020102020102020102020102020102020102020102020414140E1C1E17');
DELETE FROM said_idx;
INSERT INTO said_idx VALUES (1, X'', 2);
DELETE FROM said_config;
INSERT INTO said_config VALUES ('automerge', 8);
INSERT INTO said_config VALUES ('crisismerge', 1999);
INSERT INTO said_config VALUES ('hashsize', 67108864);
INSERT INTO said_config VALUES ('pgsz', 16000);
INSERT INTO said_config VALUES ('version', 4);
INSERT INTO rejected VALUES (1, 7, 1899, 'not JSON: Expecting value at character 0', X'6E6F742061206C696E65', 1795333860229687);
INSERT INTO label VALUES (1, 'client', 'Acme');
INSERT INTO price_book VALUES ('fe306a0e9d7e6960a09c747aa4272169fd88fd145956ac7ff633e85c406a070c', 'genai-prices', '0.2.3', 1795333857478712, X'7B7D', '');
INSERT INTO rating_run VALUES (1, 1795333857478919, 'fe306a0e9d7e6960a09c747aa4272169fd88fd145956ac7ff633e85c406a070c', '1', 'first rating', 0, '0', '0');
INSERT INTO conversation_sum VALUES (1, 1, 3, 0, 0, 330, 0, 1350000000);
INSERT INTO conversation_sum VALUES (2, 2, 2, 0, 0, 220, 0, 450000000);
INSERT INTO entry VALUES (1, '01M3250V0025FQVNNK2KAPH6H1', 'fact', 'The bakery opens at seven.', 'The bakery opens at seven.', '', '', 'active', 'internal', 0, 3, NULL, NULL, NULL, 1790000000000000, 1790000000000000, 'you', NULL, NULL, NULL, 'ff4e97703495777d384f4b154989c46525f1eb46d14f44469da7f8623da9d7e0', NULL, '', 1);
INSERT INTO entry VALUES (2, '01M3250V00NN28BE0A8STS6MPQ', 'fact', 'Ana prefers tabs.', 'Ana prefers tabs.', '', '', 'active', 'internal', 0, 3, NULL, NULL, NULL, 1790000000000000, 1790000000000000, 'you', NULL, NULL, NULL, '5d4c3a812ee07c6e1b77538cff3aeedf99518b3f490356ca7cb9c2fa6f6664f8', NULL, '', 1);
INSERT INTO entry_version VALUES (1, 1, 'The bakery opens at seven.', 'The bakery opens at seven.', 'you', '', 1790000000000000, 'ff4e97703495777d384f4b154989c46525f1eb46d14f44469da7f8623da9d7e0');
INSERT INTO entry_version VALUES (2, 1, 'Ana prefers tabs.', 'Ana prefers tabs.', 'you', '', 1790000000000000, '5d4c3a812ee07c6e1b77538cff3aeedf99518b3f490356ca7cb9c2fa6f6664f8');
INSERT INTO operation VALUES (1, 1790000000000000, 'you', 'remember', 'The bakery opens at seven.', NULL, NULL);
INSERT INTO operation VALUES (2, 1790000000000000, 'you', 'remember', 'Ana prefers tabs.', NULL, NULL);
INSERT INTO operation_row VALUES (1, 1, 'entry', '[1]', NULL);
INSERT INTO operation_row VALUES (1, 2, 'entry_version', '[1,1]', NULL);
INSERT INTO operation_row VALUES (2, 1, 'entry', '[2]', NULL);
INSERT INTO operation_row VALUES (2, 2, 'entry_version', '[2,1]', NULL);
DELETE FROM remembered_data;
INSERT INTO remembered_data VALUES (1, X'02080800');
INSERT INTO remembered_data VALUES (10, X'000000000102020002010101020101');
INSERT INTO remembered_data VALUES (137438953473, X'0000004103306174010805010105010662616B65727901080301010301056F70656E730108040101040105736576656E0108060101060103746865010802010102040A0E0D0D');
INSERT INTO remembered_data VALUES (274877906945, X'0000002A0430616E61020802010102010770726566657273020803010103010474616273020804010104040B0F');
DELETE FROM remembered_idx;
INSERT INTO remembered_idx VALUES (1, X'', 2);
INSERT INTO remembered_idx VALUES (2, X'', 2);
DELETE FROM remembered_docsize;
INSERT INTO remembered_docsize VALUES (1, X'050500');
INSERT INTO remembered_docsize VALUES (2, X'030300');
DELETE FROM remembered_config;
INSERT INTO remembered_config VALUES ('version', 4);
INSERT INTO audit_event VALUES (1, 1795333857479171, 'convledger', 'price book added', 'price_book', 1, X'18DFDADF82BB6F38970CEECA45ABF252DD9EF9E1564D45B08C2C50F2B83D244F', X'9503F8378E8ACFAC984AA35D36B48EB2A96063FBAE3C3900AAA7728DC7F83024');
INSERT INTO audit_event VALUES (2, 1795333857479171, 'convledger', 'new prices added', 'rating_run/1', 1, X'862405FFB58C74C0C563EE14ECBE4CEF96B97576567DACDC5733EEF8A44AD821', X'BB8369F7ABE3353EA242239954DF3B639AB7AF4FC15F370287A8B37AB9B8127A');
INSERT INTO audit_event VALUES (3, 1795333860369528, 'you', 'label added', 'label/1', 3, X'7B654175D9B309479410BB32677BD1DA34093354EB1466B5DA9A699EE91EAE61', X'CA16000E2FC04B3BC0148F7441DA2F64E26920A0B23234C3855CD845631D6912');
INSERT INTO audit_event VALUES (4, 1795333860467812, 'you', 'remember: entry added', 'entry/1', 4, X'E9EF4F847BE4C859C8FF8A7C6E3FB0D1A4554621CDBE85CC3CB6572A643E9E22', X'F2AD4CF116C19FB62547A4C8DEB70F1B7D38720B14D4E612D61393A26262358A');
INSERT INTO audit_event VALUES (5, 1795333860469317, 'you', 'remember: entry added', 'entry/2', 5, X'77283E3A2ACC7948FA010622CFA7B8C3FC8CF4282F20AE66DFB18C32A207BF23', X'2CB16D67398973C62E1E981350F016D6164289041244AB93FF15C523CBC555B8');
INSERT INTO audit_content VALUES (1, X'8502FE1CC7A025198FA70B979DB79B24', 'price_book digest=''fe306a0e9d7e6960a09c747aa4272169fd88fd145956ac7ff633e85c406a070c''', 'name=''genai-prices'',version=''0.2.3'',overrides=#e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', NULL, NULL);
INSERT INTO audit_content VALUES (2, X'A731ADA822E6B55CDED6FAC9BAFEDA09', 'rating_run id=1', 'book_digest=''fe306a0e9d7e6960a09c747aa4272169fd88fd145956ac7ff633e85c406a070c'',reason=''first rating'',changed_calls=0', NULL, NULL);
INSERT INTO audit_content VALUES (3, X'39E5ACE764EF7480A370AC254B5873E6', 'label conversation_id=1,name=''client'',value=''Acme''', '', 1, NULL);
INSERT INTO audit_content VALUES (4, X'B7B2E2A6A5C07317DA9347592D313081', 'entry id=1', 'name=''01M3250V0025FQVNNK2KAPH6H1'',kind=''fact'',scope='''',tags='''',state=''active'',sensitivity=''internal'',pinned=0,value=3,source_date=NULL,valid_from=NULL,valid_to=NULL,verified_at=1790000000000000,verified_by=''you'',review_days=NULL,review_at=NULL,superseded_by=NULL,version=1,title=#ae613cecd30c1d9622b1f9583bbe822f08b6faad395c8ab4360df6c2a50d9498,body=#ae613cecd30c1d9622b1f9583bbe822f08b6faad395c8ab4360df6c2a50d9498', NULL, 1);
INSERT INTO audit_content VALUES (5, X'86EE56A430EB93D0468FDE90C1DC5819', 'entry id=2', 'name=''01M3250V00NN28BE0A8STS6MPQ'',kind=''fact'',scope='''',tags='''',state=''active'',sensitivity=''internal'',pinned=0,value=3,source_date=NULL,valid_from=NULL,valid_to=NULL,verified_at=1790000000000000,verified_by=''you'',review_days=NULL,review_at=NULL,superseded_by=NULL,version=1,title=#b97562e961147118861f931af82df994000a9aff8e201623329b62d2059e99f2,body=#b97562e961147118861f931af82df994000a9aff8e201623329b62d2059e99f2', NULL, 2);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('entry', 2);
CREATE INDEX file_by_path ON file (path);
CREATE INDEX conversation_by_last ON conversation (last_at);
CREATE INDEX call_by_conversation ON call (conversation_id);
CREATE INDEX call_by_instant ON call (at);
CREATE UNIQUE INDEX message_by_key ON message (key, conversation_id);
CREATE INDEX message_by_conversation ON message (conversation_id);
CREATE INDEX label_by_value ON label (name, value);
CREATE INDEX entry_by_hash ON entry (hash);
CREATE INDEX entry_by_successor ON entry (superseded_by);
CREATE INDEX entry_source_by_entry ON entry_source (entry_id);
CREATE INDEX entry_source_by_conversation ON entry_source (conversation_id, message_key);
CREATE INDEX entry_source_by_item ON entry_source (memory_item_id);
CREATE INDEX entry_pair_by_second ON entry_pair (second_id);
CREATE INDEX memory_item_by_file ON memory_item (file_id, key);
CREATE INDEX memory_item_by_entry ON memory_item (entry_id);
CREATE INDEX pack_render_by_pack ON pack_render (name, at);
CREATE INDEX pack_render_by_digest ON pack_render (digest);
CREATE INDEX pack_render_item_by_entry ON pack_render_item (entry_id);
CREATE INDEX operation_row_by_key ON operation_row (table_name, key);
CREATE INDEX call_uncounted ON call (conversation_id) WHERE approximate & 12 = 4;
CREATE INDEX call_counted ON call (conversation_id) WHERE approximate & 10 != 0
;
CREATE INDEX worked_time_by_conversation ON worked_time (conversation_id);
CREATE INDEX closed_division_by_closing ON closed_division (closing_id);
CREATE INDEX closed_share_by_conversation ON closed_share (conversation_id);
CREATE INDEX closed_talk_by_conversation ON closed_talk (conversation_id);
CREATE INDEX outcome_before_by_conversation ON outcome_before (conversation_id);
CREATE INDEX outcome_before_by_instant ON outcome_before (at)
;
CREATE INDEX audit_content_by_conversation ON audit_content (conversation_id)
  WHERE conversation_id IS NOT NULL;
CREATE INDEX audit_content_by_entry ON audit_content (entry_id) WHERE entry_id IS NOT NULL
;
CREATE TRIGGER audit_label_insert AFTER INSERT ON label WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'label', 'insert', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'label/' || NEW.conversation_id ELSE 'label' END, 'label ' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'name=' || quote(NEW.name) || ',' || 'value=' || quote(NEW.value), '', NEW.conversation_id, NULL; END;
CREATE TRIGGER audit_label_update AFTER UPDATE OF conversation_id, name, value ON label WHEN ((1) OR (1)) AND (OLD.conversation_id IS NOT NEW.conversation_id OR OLD.name IS NOT NEW.name OR OLD.value IS NOT NEW.value) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'label', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'label/' || OLD.conversation_id ELSE 'label' END, 'label ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'name=' || quote(OLD.name) || ',' || 'value=' || quote(OLD.value), NULL, OLD.conversation_id, NULL WHERE (1) AND (1) AND (OLD.conversation_id IS NOT NEW.conversation_id OR OLD.name IS NOT NEW.name OR OLD.value IS NOT NEW.value); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'label', 'leave', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'label/' || OLD.conversation_id ELSE 'label' END, 'label ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'name=' || quote(OLD.name) || ',' || 'value=' || quote(OLD.value), NULL, OLD.conversation_id, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'label', 'update', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'label/' || NEW.conversation_id ELSE 'label' END, 'label ' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'name=' || quote(NEW.name) || ',' || 'value=' || quote(NEW.value), '', NEW.conversation_id, NULL WHERE 1; END;
CREATE TRIGGER audit_label_delete AFTER DELETE ON label WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'label', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'label/' || OLD.conversation_id ELSE 'label' END, 'label ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'name=' || quote(OLD.name) || ',' || 'value=' || quote(OLD.value), NULL, OLD.conversation_id, NULL; END;
CREATE TRIGGER audit_subscription_insert AFTER INSERT ON subscription WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'subscription', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'subscription/' || NEW.id ELSE 'subscription' END, 'subscription ' || 'id=' || quote(NEW.id), 'plan=' || quote(NEW.plan) || ',' || 'began=' || quote(NEW.began) || ',' || 'ended=' || quote(NEW.ended) || ',' || 'anchor=' || quote(NEW.anchor) || ',' || 'scope=' || quote(NEW.scope), NULL, NULL; END;
CREATE TRIGGER audit_subscription_update AFTER UPDATE OF id, plan, began, ended, anchor, scope ON subscription WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.plan IS NOT NEW.plan OR OLD.began IS NOT NEW.began OR OLD.ended IS NOT NEW.ended OR OLD.anchor IS NOT NEW.anchor OR OLD.scope IS NOT NEW.scope) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'subscription', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'subscription/' || OLD.id ELSE 'subscription' END, 'subscription ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'subscription', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'subscription/' || OLD.id ELSE 'subscription' END, 'subscription ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'subscription', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'subscription/' || NEW.id ELSE 'subscription' END, 'subscription ' || 'id=' || quote(NEW.id), 'plan=' || quote(NEW.plan) || ',' || 'began=' || quote(NEW.began) || ',' || 'ended=' || quote(NEW.ended) || ',' || 'anchor=' || quote(NEW.anchor) || ',' || 'scope=' || quote(NEW.scope), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_subscription_delete AFTER DELETE ON subscription WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'subscription', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'subscription/' || OLD.id ELSE 'subscription' END, 'subscription ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_seats_insert AFTER INSERT ON seats WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'seats', 'insert', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'seats/' || NEW.subscription_id ELSE 'seats' END, 'seats ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'at=' || quote(NEW.at), 'seats=' || quote(NEW.seats), NULL, NULL; END;
CREATE TRIGGER audit_seats_update AFTER UPDATE OF subscription_id, at, seats ON seats WHEN ((1) OR (1)) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.at IS NOT NEW.at OR OLD.seats IS NOT NEW.seats) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'seats', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'seats/' || OLD.subscription_id ELSE 'seats' END, 'seats ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'at=' || quote(OLD.at), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.at IS NOT NEW.at); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'seats', 'leave', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'seats/' || OLD.subscription_id ELSE 'seats' END, 'seats ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'at=' || quote(OLD.at), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'seats', 'update', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'seats/' || NEW.subscription_id ELSE 'seats' END, 'seats ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'at=' || quote(NEW.at), 'seats=' || quote(NEW.seats), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_seats_delete AFTER DELETE ON seats WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'seats', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'seats/' || OLD.subscription_id ELSE 'seats' END, 'seats ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'at=' || quote(OLD.at), NULL, NULL, NULL; END;
CREATE TRIGGER audit_credit_fact_insert AFTER INSERT ON credit_fact WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'credit_fact', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'credit_fact/' || NEW.id ELSE 'credit_fact' END, 'credit_fact ' || 'id=' || quote(NEW.id), 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'at=' || quote(NEW.at) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'price=' || quote(NEW.price) || ',' || 'pool=' || quote(NEW.pool) || ',' || 'target=' || quote(NEW.target) || ',' || 'priority=' || quote(NEW.priority) || ',' || 'expires_at=' || quote(NEW.expires_at) || ',' || 'note=' || quote(NEW.note) || ',' || 'corrects=' || quote(NEW.corrects), NULL, NULL; END;
CREATE TRIGGER audit_credit_fact_update AFTER UPDATE OF id, subscription_id, at, kind, amount, price, pool, target, priority, expires_at, note, corrects ON credit_fact WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.subscription_id IS NOT NEW.subscription_id OR OLD.at IS NOT NEW.at OR OLD.kind IS NOT NEW.kind OR OLD.amount IS NOT NEW.amount OR OLD.price IS NOT NEW.price OR OLD.pool IS NOT NEW.pool OR OLD.target IS NOT NEW.target OR OLD.priority IS NOT NEW.priority OR OLD.expires_at IS NOT NEW.expires_at OR OLD.note IS NOT NEW.note OR OLD.corrects IS NOT NEW.corrects) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'credit_fact', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'credit_fact/' || OLD.id ELSE 'credit_fact' END, 'credit_fact ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'credit_fact', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'credit_fact/' || OLD.id ELSE 'credit_fact' END, 'credit_fact ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'credit_fact', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'credit_fact/' || NEW.id ELSE 'credit_fact' END, 'credit_fact ' || 'id=' || quote(NEW.id), 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'at=' || quote(NEW.at) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'price=' || quote(NEW.price) || ',' || 'pool=' || quote(NEW.pool) || ',' || 'target=' || quote(NEW.target) || ',' || 'priority=' || quote(NEW.priority) || ',' || 'expires_at=' || quote(NEW.expires_at) || ',' || 'note=' || quote(NEW.note) || ',' || 'corrects=' || quote(NEW.corrects), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_credit_fact_delete AFTER DELETE ON credit_fact WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'credit_fact', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'credit_fact/' || OLD.id ELSE 'credit_fact' END, 'credit_fact ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_statement_insert AFTER INSERT ON statement WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'statement', 'insert', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'statement/' || NEW.subscription_id ELSE 'statement' END, 'statement ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'since=' || quote(NEW.since), 'until=' || quote(NEW.until) || ',' || 'name=' || quote(NEW.name) || ',' || 'digest=' || quote(NEW.digest), NULL, NULL; END;
CREATE TRIGGER audit_statement_update AFTER UPDATE OF subscription_id, since, until, name, digest ON statement WHEN ((1) OR (1)) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.since IS NOT NEW.since OR OLD.until IS NOT NEW.until OR OLD.name IS NOT NEW.name OR OLD.digest IS NOT NEW.digest) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'statement', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'statement/' || OLD.subscription_id ELSE 'statement' END, 'statement ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.since IS NOT NEW.since); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'statement', 'leave', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'statement/' || OLD.subscription_id ELSE 'statement' END, 'statement ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'statement', 'update', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'statement/' || NEW.subscription_id ELSE 'statement' END, 'statement ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'since=' || quote(NEW.since), 'until=' || quote(NEW.until) || ',' || 'name=' || quote(NEW.name) || ',' || 'digest=' || quote(NEW.digest), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_statement_delete AFTER DELETE ON statement WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'statement', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'statement/' || OLD.subscription_id ELSE 'statement' END, 'statement ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL; END;
CREATE TRIGGER audit_alert_insert AFTER INSERT ON alert WHEN NEW.muted BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'alert', 'insert', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'alert/' || NEW.subscription_id ELSE 'alert' END, 'alert ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'period=' || quote(NEW.period) || ',' || 'epoch=' || quote(NEW.epoch) || ',' || 'threshold=' || quote(NEW.threshold), 'muted=' || quote(NEW.muted), NULL, NULL; END;
CREATE TRIGGER audit_alert_update AFTER UPDATE OF subscription_id, scope, period, epoch, threshold, muted ON alert WHEN ((OLD.muted) OR (NEW.muted)) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.scope IS NOT NEW.scope OR OLD.period IS NOT NEW.period OR OLD.epoch IS NOT NEW.epoch OR OLD.threshold IS NOT NEW.threshold OR OLD.muted IS NOT NEW.muted) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'alert', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'alert/' || OLD.subscription_id ELSE 'alert' END, 'alert ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'scope=' || quote(OLD.scope) || ',' || 'period=' || quote(OLD.period) || ',' || 'epoch=' || quote(OLD.epoch) || ',' || 'threshold=' || quote(OLD.threshold), NULL, NULL, NULL WHERE (OLD.muted) AND (NEW.muted) AND (OLD.subscription_id IS NOT NEW.subscription_id OR OLD.scope IS NOT NEW.scope OR OLD.period IS NOT NEW.period OR OLD.epoch IS NOT NEW.epoch OR OLD.threshold IS NOT NEW.threshold); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'alert', 'leave', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'alert/' || OLD.subscription_id ELSE 'alert' END, 'alert ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'scope=' || quote(OLD.scope) || ',' || 'period=' || quote(OLD.period) || ',' || 'epoch=' || quote(OLD.epoch) || ',' || 'threshold=' || quote(OLD.threshold), NULL, NULL, NULL WHERE (OLD.muted) AND NOT (NEW.muted); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'alert', 'update', CASE typeof(NEW.subscription_id) WHEN 'integer' THEN 'alert/' || NEW.subscription_id ELSE 'alert' END, 'alert ' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'period=' || quote(NEW.period) || ',' || 'epoch=' || quote(NEW.epoch) || ',' || 'threshold=' || quote(NEW.threshold), 'muted=' || quote(NEW.muted), NULL, NULL WHERE NEW.muted; END;
CREATE TRIGGER audit_alert_delete AFTER DELETE ON alert WHEN OLD.muted BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'alert', 'delete', CASE typeof(OLD.subscription_id) WHEN 'integer' THEN 'alert/' || OLD.subscription_id ELSE 'alert' END, 'alert ' || 'subscription_id=' || quote(OLD.subscription_id) || ',' || 'scope=' || quote(OLD.scope) || ',' || 'period=' || quote(OLD.period) || ',' || 'epoch=' || quote(OLD.epoch) || ',' || 'threshold=' || quote(OLD.threshold), NULL, NULL, NULL; END;
CREATE TRIGGER audit_plan_text_insert AFTER INSERT ON plan_text WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'plan_text', 'insert', CASE typeof(NEW.digest) WHEN 'integer' THEN 'plan_text/' || NEW.digest ELSE 'plan_text' END, 'plan_text ' || 'digest=' || quote(NEW.digest), 'plan=' || quote(NEW.plan) || ',' || 'version=' || quote(NEW.version) || ',' || 'file=' || quote(NEW.file), NULL, NULL; END;
CREATE TRIGGER audit_plan_text_update AFTER UPDATE OF digest, plan, version, file ON plan_text WHEN ((1) OR (1)) AND (OLD.digest IS NOT NEW.digest OR OLD.plan IS NOT NEW.plan OR OLD.version IS NOT NEW.version OR OLD.file IS NOT NEW.file) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'plan_text', 'delete', CASE typeof(OLD.digest) WHEN 'integer' THEN 'plan_text/' || OLD.digest ELSE 'plan_text' END, 'plan_text ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.digest IS NOT NEW.digest); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'plan_text', 'leave', CASE typeof(OLD.digest) WHEN 'integer' THEN 'plan_text/' || OLD.digest ELSE 'plan_text' END, 'plan_text ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'plan_text', 'update', CASE typeof(NEW.digest) WHEN 'integer' THEN 'plan_text/' || NEW.digest ELSE 'plan_text' END, 'plan_text ' || 'digest=' || quote(NEW.digest), 'plan=' || quote(NEW.plan) || ',' || 'version=' || quote(NEW.version) || ',' || 'file=' || quote(NEW.file), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_plan_text_delete AFTER DELETE ON plan_text WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'plan_text', 'delete', CASE typeof(OLD.digest) WHEN 'integer' THEN 'plan_text/' || OLD.digest ELSE 'plan_text' END, 'plan_text ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL; END;
CREATE TRIGGER audit_rating_run_insert AFTER INSERT ON rating_run WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'rating_run', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'rating_run/' || NEW.id ELSE 'rating_run' END, 'rating_run ' || 'id=' || quote(NEW.id), 'book_digest=' || quote(NEW.book_digest) || ',' || 'reason=' || quote(NEW.reason) || ',' || 'changed_calls=' || quote(NEW.changed_calls), NULL, NULL; END;
CREATE TRIGGER audit_rating_run_update AFTER UPDATE OF id, book_digest, reason, changed_calls ON rating_run WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.book_digest IS NOT NEW.book_digest OR OLD.reason IS NOT NEW.reason OR OLD.changed_calls IS NOT NEW.changed_calls) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'rating_run', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'rating_run/' || OLD.id ELSE 'rating_run' END, 'rating_run ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'rating_run', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'rating_run/' || OLD.id ELSE 'rating_run' END, 'rating_run ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'rating_run', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'rating_run/' || NEW.id ELSE 'rating_run' END, 'rating_run ' || 'id=' || quote(NEW.id), 'book_digest=' || quote(NEW.book_digest) || ',' || 'reason=' || quote(NEW.reason) || ',' || 'changed_calls=' || quote(NEW.changed_calls), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_rating_run_delete AFTER DELETE ON rating_run WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'rating_run', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'rating_run/' || OLD.id ELSE 'rating_run' END, 'rating_run ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_price_book_insert AFTER INSERT ON price_book WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'price_book', 'insert', CASE typeof(NEW.digest) WHEN 'integer' THEN 'price_book/' || NEW.digest ELSE 'price_book' END, 'price_book ' || 'digest=' || quote(NEW.digest), 'name=' || quote(NEW.name) || ',' || 'version=' || quote(NEW.version) || ',' || 'overrides=' || quote(CAST(NEW.overrides AS BLOB)), NULL, NULL; END;
CREATE TRIGGER audit_price_book_update AFTER UPDATE OF digest, name, version, overrides ON price_book WHEN ((1) OR (1)) AND (OLD.digest IS NOT NEW.digest OR OLD.name IS NOT NEW.name OR OLD.version IS NOT NEW.version OR OLD.overrides IS NOT NEW.overrides) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'price_book', 'delete', CASE typeof(OLD.digest) WHEN 'integer' THEN 'price_book/' || OLD.digest ELSE 'price_book' END, 'price_book ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.digest IS NOT NEW.digest); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'price_book', 'leave', CASE typeof(OLD.digest) WHEN 'integer' THEN 'price_book/' || OLD.digest ELSE 'price_book' END, 'price_book ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'price_book', 'update', CASE typeof(NEW.digest) WHEN 'integer' THEN 'price_book/' || NEW.digest ELSE 'price_book' END, 'price_book ' || 'digest=' || quote(NEW.digest), 'name=' || quote(NEW.name) || ',' || 'version=' || quote(NEW.version) || ',' || 'overrides=' || quote(CAST(NEW.overrides AS BLOB)), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_price_book_delete AFTER DELETE ON price_book WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'price_book', 'delete', CASE typeof(OLD.digest) WHEN 'integer' THEN 'price_book/' || OLD.digest ELSE 'price_book' END, 'price_book ' || 'digest=' || quote(OLD.digest), NULL, NULL, NULL; END;
CREATE TRIGGER audit_cost_item_insert AFTER INSERT ON cost_item WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_item', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'cost_item/' || NEW.id ELSE 'cost_item' END, 'cost_item ' || 'id=' || quote(NEW.id), 'kind=' || quote(NEW.kind) || ',' || 'name=' || quote(NEW.name) || ',' || 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'every=' || quote(NEW.every) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'rule=' || quote(NEW.rule) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'note=' || quote(NEW.note) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL; END;
CREATE TRIGGER audit_cost_item_update AFTER UPDATE OF id, kind, name, since, until, every, amount, currency, rule, scope, note, gone_at ON cost_item WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.kind IS NOT NEW.kind OR OLD.name IS NOT NEW.name OR OLD.since IS NOT NEW.since OR OLD.until IS NOT NEW.until OR OLD.every IS NOT NEW.every OR OLD.amount IS NOT NEW.amount OR OLD.currency IS NOT NEW.currency OR OLD.rule IS NOT NEW.rule OR OLD.scope IS NOT NEW.scope OR OLD.note IS NOT NEW.note OR OLD.gone_at IS NOT NEW.gone_at) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_item', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_item/' || OLD.id ELSE 'cost_item' END, 'cost_item ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_item', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_item/' || OLD.id ELSE 'cost_item' END, 'cost_item ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_item', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'cost_item/' || NEW.id ELSE 'cost_item' END, 'cost_item ' || 'id=' || quote(NEW.id), 'kind=' || quote(NEW.kind) || ',' || 'name=' || quote(NEW.name) || ',' || 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'every=' || quote(NEW.every) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'rule=' || quote(NEW.rule) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'note=' || quote(NEW.note) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_cost_item_delete AFTER DELETE ON cost_item WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_item', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_item/' || OLD.id ELSE 'cost_item' END, 'cost_item ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_cost_share_insert AFTER INSERT ON cost_share WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_share', 'insert', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'cost_share/' || NEW.conversation_id ELSE 'cost_share' END, 'cost_share ' || 'item_id=' || quote(NEW.item_id) || ',' || 'conversation_id=' || quote(NEW.conversation_id), 'weight=' || quote(NEW.weight), NEW.conversation_id, NULL; END;
CREATE TRIGGER audit_cost_share_update AFTER UPDATE OF item_id, conversation_id, weight ON cost_share WHEN ((1) OR (1)) AND (OLD.item_id IS NOT NEW.item_id OR OLD.conversation_id IS NOT NEW.conversation_id OR OLD.weight IS NOT NEW.weight) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_share', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'cost_share/' || OLD.conversation_id ELSE 'cost_share' END, 'cost_share ' || 'item_id=' || quote(OLD.item_id) || ',' || 'conversation_id=' || quote(OLD.conversation_id), NULL, OLD.conversation_id, NULL WHERE (1) AND (1) AND (OLD.item_id IS NOT NEW.item_id OR OLD.conversation_id IS NOT NEW.conversation_id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_share', 'leave', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'cost_share/' || OLD.conversation_id ELSE 'cost_share' END, 'cost_share ' || 'item_id=' || quote(OLD.item_id) || ',' || 'conversation_id=' || quote(OLD.conversation_id), NULL, OLD.conversation_id, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_share', 'update', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'cost_share/' || NEW.conversation_id ELSE 'cost_share' END, 'cost_share ' || 'item_id=' || quote(NEW.item_id) || ',' || 'conversation_id=' || quote(NEW.conversation_id), 'weight=' || quote(NEW.weight), NEW.conversation_id, NULL WHERE 1; END;
CREATE TRIGGER audit_cost_share_delete AFTER DELETE ON cost_share WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_share', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'cost_share/' || OLD.conversation_id ELSE 'cost_share' END, 'cost_share ' || 'item_id=' || quote(OLD.item_id) || ',' || 'conversation_id=' || quote(OLD.conversation_id), NULL, OLD.conversation_id, NULL; END;
CREATE TRIGGER audit_worked_time_insert AFTER INSERT ON worked_time WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'worked_time', 'insert', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'worked_time/' || NEW.conversation_id ELSE 'worked_time' END, 'worked_time ' || 'id=' || quote(NEW.id), 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'at=' || quote(NEW.at) || ',' || 'seconds=' || quote(NEW.seconds) || ',' || 'person=' || quote(NEW.person) || ',' || 'note=' || quote(NEW.note) || ',' || 'gone_at=' || quote(NEW.gone_at), NEW.conversation_id, NULL; END;
CREATE TRIGGER audit_worked_time_update AFTER UPDATE OF id, conversation_id, at, seconds, person, note, gone_at ON worked_time WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.conversation_id IS NOT NEW.conversation_id OR OLD.at IS NOT NEW.at OR OLD.seconds IS NOT NEW.seconds OR OLD.person IS NOT NEW.person OR OLD.note IS NOT NEW.note OR OLD.gone_at IS NOT NEW.gone_at) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'worked_time', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'worked_time/' || OLD.conversation_id ELSE 'worked_time' END, 'worked_time ' || 'id=' || quote(OLD.id), NULL, OLD.conversation_id, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'worked_time', 'leave', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'worked_time/' || OLD.conversation_id ELSE 'worked_time' END, 'worked_time ' || 'id=' || quote(OLD.id), NULL, OLD.conversation_id, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'worked_time', 'update', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'worked_time/' || NEW.conversation_id ELSE 'worked_time' END, 'worked_time ' || 'id=' || quote(NEW.id), 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'at=' || quote(NEW.at) || ',' || 'seconds=' || quote(NEW.seconds) || ',' || 'person=' || quote(NEW.person) || ',' || 'note=' || quote(NEW.note) || ',' || 'gone_at=' || quote(NEW.gone_at), NEW.conversation_id, NULL WHERE 1; END;
CREATE TRIGGER audit_worked_time_delete AFTER DELETE ON worked_time WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'worked_time', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'worked_time/' || OLD.conversation_id ELSE 'worked_time' END, 'worked_time ' || 'id=' || quote(OLD.id), NULL, OLD.conversation_id, NULL; END;
CREATE TRIGGER audit_hourly_rate_insert AFTER INSERT ON hourly_rate WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'hourly_rate', 'insert', CASE typeof(NEW.since) WHEN 'integer' THEN 'hourly_rate/' || NEW.since ELSE 'hourly_rate' END, 'hourly_rate ' || 'since=' || quote(NEW.since), 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'overhead=' || quote(NEW.overhead), NULL, NULL; END;
CREATE TRIGGER audit_hourly_rate_update AFTER UPDATE OF since, amount, currency, overhead ON hourly_rate WHEN ((1) OR (1)) AND (OLD.since IS NOT NEW.since OR OLD.amount IS NOT NEW.amount OR OLD.currency IS NOT NEW.currency OR OLD.overhead IS NOT NEW.overhead) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'hourly_rate', 'delete', CASE typeof(OLD.since) WHEN 'integer' THEN 'hourly_rate/' || OLD.since ELSE 'hourly_rate' END, 'hourly_rate ' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.since IS NOT NEW.since); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'hourly_rate', 'leave', CASE typeof(OLD.since) WHEN 'integer' THEN 'hourly_rate/' || OLD.since ELSE 'hourly_rate' END, 'hourly_rate ' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'hourly_rate', 'update', CASE typeof(NEW.since) WHEN 'integer' THEN 'hourly_rate/' || NEW.since ELSE 'hourly_rate' END, 'hourly_rate ' || 'since=' || quote(NEW.since), 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'overhead=' || quote(NEW.overhead), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_hourly_rate_delete AFTER DELETE ON hourly_rate WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'hourly_rate', 'delete', CASE typeof(OLD.since) WHEN 'integer' THEN 'hourly_rate/' || OLD.since ELSE 'hourly_rate' END, 'hourly_rate ' || 'since=' || quote(OLD.since), NULL, NULL, NULL; END;
CREATE TRIGGER audit_exchange_rate_insert AFTER INSERT ON exchange_rate WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'exchange_rate', 'insert', CASE typeof(NEW.currency) WHEN 'integer' THEN 'exchange_rate/' || NEW.currency ELSE 'exchange_rate' END, 'exchange_rate ' || 'currency=' || quote(NEW.currency) || ',' || 'worth_in=' || quote(NEW.worth_in) || ',' || 'since=' || quote(NEW.since), 'rate=' || quote(NEW.rate), NULL, NULL; END;
CREATE TRIGGER audit_exchange_rate_update AFTER UPDATE OF currency, worth_in, since, rate ON exchange_rate WHEN ((1) OR (1)) AND (OLD.currency IS NOT NEW.currency OR OLD.worth_in IS NOT NEW.worth_in OR OLD.since IS NOT NEW.since OR OLD.rate IS NOT NEW.rate) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'exchange_rate', 'delete', CASE typeof(OLD.currency) WHEN 'integer' THEN 'exchange_rate/' || OLD.currency ELSE 'exchange_rate' END, 'exchange_rate ' || 'currency=' || quote(OLD.currency) || ',' || 'worth_in=' || quote(OLD.worth_in) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.currency IS NOT NEW.currency OR OLD.worth_in IS NOT NEW.worth_in OR OLD.since IS NOT NEW.since); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'exchange_rate', 'leave', CASE typeof(OLD.currency) WHEN 'integer' THEN 'exchange_rate/' || OLD.currency ELSE 'exchange_rate' END, 'exchange_rate ' || 'currency=' || quote(OLD.currency) || ',' || 'worth_in=' || quote(OLD.worth_in) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'exchange_rate', 'update', CASE typeof(NEW.currency) WHEN 'integer' THEN 'exchange_rate/' || NEW.currency ELSE 'exchange_rate' END, 'exchange_rate ' || 'currency=' || quote(NEW.currency) || ',' || 'worth_in=' || quote(NEW.worth_in) || ',' || 'since=' || quote(NEW.since), 'rate=' || quote(NEW.rate), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_exchange_rate_delete AFTER DELETE ON exchange_rate WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'exchange_rate', 'delete', CASE typeof(OLD.currency) WHEN 'integer' THEN 'exchange_rate/' || OLD.currency ELSE 'exchange_rate' END, 'exchange_rate ' || 'currency=' || quote(OLD.currency) || ',' || 'worth_in=' || quote(OLD.worth_in) || ',' || 'since=' || quote(OLD.since), NULL, NULL, NULL; END;
CREATE TRIGGER audit_scenario_insert AFTER INSERT ON scenario WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'scenario', 'insert', CASE typeof(NEW.name) WHEN 'integer' THEN 'scenario/' || NEW.name ELSE 'scenario' END, 'scenario ' || 'name=' || quote(NEW.name), 'content=' || quote(NEW.content), NULL, NULL; END;
CREATE TRIGGER audit_scenario_update AFTER UPDATE OF name, content ON scenario WHEN ((1) OR (1)) AND (OLD.name IS NOT NEW.name OR OLD.content IS NOT NEW.content) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'scenario', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'scenario/' || OLD.name ELSE 'scenario' END, 'scenario ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.name IS NOT NEW.name); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'scenario', 'leave', CASE typeof(OLD.name) WHEN 'integer' THEN 'scenario/' || OLD.name ELSE 'scenario' END, 'scenario ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'scenario', 'update', CASE typeof(NEW.name) WHEN 'integer' THEN 'scenario/' || NEW.name ELSE 'scenario' END, 'scenario ' || 'name=' || quote(NEW.name), 'content=' || quote(NEW.content), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_scenario_delete AFTER DELETE ON scenario WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'scenario', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'scenario/' || OLD.name ELSE 'scenario' END, 'scenario ' || 'name=' || quote(OLD.name), NULL, NULL, NULL; END;
CREATE TRIGGER audit_unit_budget_insert AFTER INSERT ON unit_budget WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'unit_budget', 'insert', CASE typeof(NEW.name) WHEN 'integer' THEN 'unit_budget/' || NEW.name ELSE 'unit_budget' END, 'unit_budget ' || 'name=' || quote(NEW.name), 'content=' || quote(NEW.content) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL; END;
CREATE TRIGGER audit_unit_budget_update AFTER UPDATE OF name, content, gone_at ON unit_budget WHEN ((1) OR (1)) AND (OLD.name IS NOT NEW.name OR OLD.content IS NOT NEW.content OR OLD.gone_at IS NOT NEW.gone_at) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'unit_budget', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'unit_budget/' || OLD.name ELSE 'unit_budget' END, 'unit_budget ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.name IS NOT NEW.name); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'unit_budget', 'leave', CASE typeof(OLD.name) WHEN 'integer' THEN 'unit_budget/' || OLD.name ELSE 'unit_budget' END, 'unit_budget ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'unit_budget', 'update', CASE typeof(NEW.name) WHEN 'integer' THEN 'unit_budget/' || NEW.name ELSE 'unit_budget' END, 'unit_budget ' || 'name=' || quote(NEW.name), 'content=' || quote(NEW.content) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_unit_budget_delete AFTER DELETE ON unit_budget WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'unit_budget', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'unit_budget/' || OLD.name ELSE 'unit_budget' END, 'unit_budget ' || 'name=' || quote(OLD.name), NULL, NULL, NULL; END;
CREATE TRIGGER audit_balance_assertion_insert AFTER INSERT ON balance_assertion WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'balance_assertion', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'balance_assertion/' || NEW.id ELSE 'balance_assertion' END, 'balance_assertion ' || 'id=' || quote(NEW.id), 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'tolerance=' || quote(NEW.tolerance) || ',' || 'zone=' || quote(NEW.zone) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL; END;
CREATE TRIGGER audit_balance_assertion_update AFTER UPDATE OF id, since, until, scope, amount, currency, tolerance, zone, gone_at ON balance_assertion WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.since IS NOT NEW.since OR OLD.until IS NOT NEW.until OR OLD.scope IS NOT NEW.scope OR OLD.amount IS NOT NEW.amount OR OLD.currency IS NOT NEW.currency OR OLD.tolerance IS NOT NEW.tolerance OR OLD.zone IS NOT NEW.zone OR OLD.gone_at IS NOT NEW.gone_at) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'balance_assertion', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'balance_assertion/' || OLD.id ELSE 'balance_assertion' END, 'balance_assertion ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'balance_assertion', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'balance_assertion/' || OLD.id ELSE 'balance_assertion' END, 'balance_assertion ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'balance_assertion', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'balance_assertion/' || NEW.id ELSE 'balance_assertion' END, 'balance_assertion ' || 'id=' || quote(NEW.id), 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency) || ',' || 'tolerance=' || quote(NEW.tolerance) || ',' || 'zone=' || quote(NEW.zone) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_balance_assertion_delete AFTER DELETE ON balance_assertion WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'balance_assertion', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'balance_assertion/' || OLD.id ELSE 'balance_assertion' END, 'balance_assertion ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_cost_closing_insert AFTER INSERT ON cost_closing WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_closing', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'cost_closing/' || NEW.id ELSE 'cost_closing' END, 'cost_closing ' || 'id=' || quote(NEW.id), 'until=' || quote(NEW.until) || ',' || 'rates=' || quote(NEW.rates) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL; END;
CREATE TRIGGER audit_cost_closing_update AFTER UPDATE OF id, until, rates, gone_at ON cost_closing WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.until IS NOT NEW.until OR OLD.rates IS NOT NEW.rates OR OLD.gone_at IS NOT NEW.gone_at) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_closing', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_closing/' || OLD.id ELSE 'cost_closing' END, 'cost_closing ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_closing', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_closing/' || OLD.id ELSE 'cost_closing' END, 'cost_closing ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_closing', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'cost_closing/' || NEW.id ELSE 'cost_closing' END, 'cost_closing ' || 'id=' || quote(NEW.id), 'until=' || quote(NEW.until) || ',' || 'rates=' || quote(NEW.rates) || ',' || 'gone_at=' || quote(NEW.gone_at), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_cost_closing_delete AFTER DELETE ON cost_closing WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'cost_closing', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'cost_closing/' || OLD.id ELSE 'cost_closing' END, 'cost_closing ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_closed_division_insert AFTER INSERT ON closed_division WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'closed_division', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'closed_division/' || NEW.id ELSE 'closed_division' END, 'closed_division ' || 'id=' || quote(NEW.id), 'closing_id=' || quote(NEW.closing_id) || ',' || 'item_id=' || quote(NEW.item_id) || ',' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'name=' || quote(NEW.name) || ',' || 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency), NULL, NULL; END;
CREATE TRIGGER audit_closed_division_update AFTER UPDATE OF id, closing_id, item_id, subscription_id, name, since, until, amount, currency ON closed_division WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.closing_id IS NOT NEW.closing_id OR OLD.item_id IS NOT NEW.item_id OR OLD.subscription_id IS NOT NEW.subscription_id OR OLD.name IS NOT NEW.name OR OLD.since IS NOT NEW.since OR OLD.until IS NOT NEW.until OR OLD.amount IS NOT NEW.amount OR OLD.currency IS NOT NEW.currency) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'closed_division', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'closed_division/' || OLD.id ELSE 'closed_division' END, 'closed_division ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'closed_division', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'closed_division/' || OLD.id ELSE 'closed_division' END, 'closed_division ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'closed_division', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'closed_division/' || NEW.id ELSE 'closed_division' END, 'closed_division ' || 'id=' || quote(NEW.id), 'closing_id=' || quote(NEW.closing_id) || ',' || 'item_id=' || quote(NEW.item_id) || ',' || 'subscription_id=' || quote(NEW.subscription_id) || ',' || 'name=' || quote(NEW.name) || ',' || 'since=' || quote(NEW.since) || ',' || 'until=' || quote(NEW.until) || ',' || 'amount=' || quote(NEW.amount) || ',' || 'currency=' || quote(NEW.currency), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_closed_division_delete AFTER DELETE ON closed_division WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'closed_division', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'closed_division/' || OLD.id ELSE 'closed_division' END, 'closed_division ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_entry_insert AFTER INSERT ON entry WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'entry/' || NEW.id ELSE 'entry' END, 'entry ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'tags=' || quote(NEW.tags) || ',' || 'state=' || quote(NEW.state) || ',' || 'sensitivity=' || quote(NEW.sensitivity) || ',' || 'pinned=' || quote(NEW.pinned) || ',' || 'value=' || quote(NEW.value) || ',' || 'source_date=' || quote(NEW.source_date) || ',' || 'valid_from=' || quote(NEW.valid_from) || ',' || 'valid_to=' || quote(NEW.valid_to) || ',' || 'verified_at=' || quote(NEW.verified_at) || ',' || 'verified_by=' || quote(NEW.verified_by) || ',' || 'review_days=' || quote(NEW.review_days) || ',' || 'review_at=' || quote(NEW.review_at) || ',' || 'superseded_by=' || quote(NEW.superseded_by) || ',' || 'version=' || quote(NEW.version) || ',' || 'title=' || quote(CAST(NEW.title AS BLOB)) || ',' || 'body=' || quote(CAST(NEW.body AS BLOB)), NULL, NEW.id; END;
CREATE TRIGGER audit_entry_update AFTER UPDATE OF id, name, kind, scope, tags, state, sensitivity, pinned, value, source_date, valid_from, valid_to, verified_at, verified_by, review_days, review_at, superseded_by, version, title, body ON entry WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.name IS NOT NEW.name OR OLD.kind IS NOT NEW.kind OR OLD.scope IS NOT NEW.scope OR OLD.tags IS NOT NEW.tags OR OLD.state IS NOT NEW.state OR OLD.sensitivity IS NOT NEW.sensitivity OR OLD.pinned IS NOT NEW.pinned OR OLD.value IS NOT NEW.value OR OLD.source_date IS NOT NEW.source_date OR OLD.valid_from IS NOT NEW.valid_from OR OLD.valid_to IS NOT NEW.valid_to OR OLD.verified_at IS NOT NEW.verified_at OR OLD.verified_by IS NOT NEW.verified_by OR OLD.review_days IS NOT NEW.review_days OR OLD.review_at IS NOT NEW.review_at OR OLD.superseded_by IS NOT NEW.superseded_by OR OLD.version IS NOT NEW.version OR OLD.title IS NOT NEW.title OR OLD.body IS NOT NEW.body) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry/' || OLD.id ELSE 'entry' END, 'entry ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.id WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry/' || OLD.id ELSE 'entry' END, 'entry ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.id WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'entry/' || NEW.id ELSE 'entry' END, 'entry ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'scope=' || quote(NEW.scope) || ',' || 'tags=' || quote(NEW.tags) || ',' || 'state=' || quote(NEW.state) || ',' || 'sensitivity=' || quote(NEW.sensitivity) || ',' || 'pinned=' || quote(NEW.pinned) || ',' || 'value=' || quote(NEW.value) || ',' || 'source_date=' || quote(NEW.source_date) || ',' || 'valid_from=' || quote(NEW.valid_from) || ',' || 'valid_to=' || quote(NEW.valid_to) || ',' || 'verified_at=' || quote(NEW.verified_at) || ',' || 'verified_by=' || quote(NEW.verified_by) || ',' || 'review_days=' || quote(NEW.review_days) || ',' || 'review_at=' || quote(NEW.review_at) || ',' || 'superseded_by=' || quote(NEW.superseded_by) || ',' || 'version=' || quote(NEW.version) || ',' || 'title=' || quote(CAST(NEW.title AS BLOB)) || ',' || 'body=' || quote(CAST(NEW.body AS BLOB)), NULL, NEW.id WHERE 1; END;
CREATE TRIGGER audit_entry_delete AFTER DELETE ON entry WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry/' || OLD.id ELSE 'entry' END, 'entry ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.id; END;
CREATE TRIGGER audit_entry_source_insert AFTER INSERT ON entry_source WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_source', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'entry_source/' || NEW.id ELSE 'entry_source' END, 'entry_source ' || 'id=' || quote(NEW.id), 'entry_id=' || quote(NEW.entry_id) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'message_key=' || quote(NEW.message_key), NULL, NEW.entry_id; END;
CREATE TRIGGER audit_entry_source_update AFTER UPDATE OF id, entry_id, kind, conversation_id, message_key ON entry_source WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.entry_id IS NOT NEW.entry_id OR OLD.kind IS NOT NEW.kind OR OLD.conversation_id IS NOT NEW.conversation_id OR OLD.message_key IS NOT NEW.message_key) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_source', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry_source/' || OLD.id ELSE 'entry_source' END, 'entry_source ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.entry_id WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_source', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry_source/' || OLD.id ELSE 'entry_source' END, 'entry_source ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.entry_id WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_source', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'entry_source/' || NEW.id ELSE 'entry_source' END, 'entry_source ' || 'id=' || quote(NEW.id), 'entry_id=' || quote(NEW.entry_id) || ',' || 'kind=' || quote(NEW.kind) || ',' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'message_key=' || quote(NEW.message_key), NULL, NEW.entry_id WHERE 1; END;
CREATE TRIGGER audit_entry_source_delete AFTER DELETE ON entry_source WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_source', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'entry_source/' || OLD.id ELSE 'entry_source' END, 'entry_source ' || 'id=' || quote(OLD.id), NULL, NULL, OLD.entry_id; END;
CREATE TRIGGER audit_entry_pair_insert AFTER INSERT ON entry_pair WHEN NEW.status!='open' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_pair', 'insert', CASE typeof(NEW.first_id) WHEN 'integer' THEN 'entry_pair/' || NEW.first_id ELSE 'entry_pair' END, 'entry_pair ' || 'first_id=' || quote(NEW.first_id) || ',' || 'second_id=' || quote(NEW.second_id), 'status=' || quote(NEW.status) || ',' || 'decided_by=' || quote(NEW.decided_by), NULL, NEW.first_id; END;
CREATE TRIGGER audit_entry_pair_update AFTER UPDATE OF first_id, second_id, status, decided_by ON entry_pair WHEN ((OLD.status!='open') OR (NEW.status!='open')) AND (OLD.first_id IS NOT NEW.first_id OR OLD.second_id IS NOT NEW.second_id OR OLD.status IS NOT NEW.status OR OLD.decided_by IS NOT NEW.decided_by) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_pair', 'delete', CASE typeof(OLD.first_id) WHEN 'integer' THEN 'entry_pair/' || OLD.first_id ELSE 'entry_pair' END, 'entry_pair ' || 'first_id=' || quote(OLD.first_id) || ',' || 'second_id=' || quote(OLD.second_id), NULL, NULL, OLD.first_id WHERE (OLD.status!='open') AND (NEW.status!='open') AND (OLD.first_id IS NOT NEW.first_id OR OLD.second_id IS NOT NEW.second_id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_pair', 'leave', CASE typeof(OLD.first_id) WHEN 'integer' THEN 'entry_pair/' || OLD.first_id ELSE 'entry_pair' END, 'entry_pair ' || 'first_id=' || quote(OLD.first_id) || ',' || 'second_id=' || quote(OLD.second_id), NULL, NULL, OLD.first_id WHERE (OLD.status!='open') AND NOT (NEW.status!='open'); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_pair', 'update', CASE typeof(NEW.first_id) WHEN 'integer' THEN 'entry_pair/' || NEW.first_id ELSE 'entry_pair' END, 'entry_pair ' || 'first_id=' || quote(NEW.first_id) || ',' || 'second_id=' || quote(NEW.second_id), 'status=' || quote(NEW.status) || ',' || 'decided_by=' || quote(NEW.decided_by), NULL, NEW.first_id WHERE NEW.status!='open'; END;
CREATE TRIGGER audit_entry_pair_delete AFTER DELETE ON entry_pair WHEN OLD.status!='open' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'entry_pair', 'delete', CASE typeof(OLD.first_id) WHEN 'integer' THEN 'entry_pair/' || OLD.first_id ELSE 'entry_pair' END, 'entry_pair ' || 'first_id=' || quote(OLD.first_id) || ',' || 'second_id=' || quote(OLD.second_id), NULL, NULL, OLD.first_id; END;
CREATE TRIGGER audit_source_insert AFTER INSERT ON source WHEN NEW.state='kept' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'source', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'source/' || NEW.id ELSE 'source' END, 'source ' || 'id=' || quote(NEW.id), 'reader_id=' || quote(NEW.reader_id) || ',' || 'root=' || quote(NEW.root), NULL, NULL; END;
CREATE TRIGGER audit_source_update AFTER UPDATE OF id, reader_id, root, state ON source WHEN ((OLD.state='kept') OR (NEW.state='kept')) AND (OLD.id IS NOT NEW.id OR OLD.reader_id IS NOT NEW.reader_id OR OLD.root IS NOT NEW.root OR OLD.state IS NOT NEW.state) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'source', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'source/' || OLD.id ELSE 'source' END, 'source ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (OLD.state='kept') AND (NEW.state='kept') AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'source', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'source/' || OLD.id ELSE 'source' END, 'source ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (OLD.state='kept') AND NOT (NEW.state='kept'); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'source', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'source/' || NEW.id ELSE 'source' END, 'source ' || 'id=' || quote(NEW.id), 'reader_id=' || quote(NEW.reader_id) || ',' || 'root=' || quote(NEW.root), NULL, NULL WHERE NEW.state='kept'; END;
CREATE TRIGGER audit_source_delete AFTER DELETE ON source WHEN OLD.state='kept' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'source', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'source/' || OLD.id ELSE 'source' END, 'source ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_memory_file_insert AFTER INSERT ON memory_file WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'memory_file', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'memory_file/' || NEW.id ELSE 'memory_file' END, 'memory_file ' || 'id=' || quote(NEW.id), 'format=' || quote(NEW.format) || ',' || 'path=' || quote(NEW.path) || ',' || 'scope=' || quote(NEW.scope), NULL, NULL; END;
CREATE TRIGGER audit_memory_file_update AFTER UPDATE OF id, format, path, scope ON memory_file WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.format IS NOT NEW.format OR OLD.path IS NOT NEW.path OR OLD.scope IS NOT NEW.scope) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'memory_file', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'memory_file/' || OLD.id ELSE 'memory_file' END, 'memory_file ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'memory_file', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'memory_file/' || OLD.id ELSE 'memory_file' END, 'memory_file ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'memory_file', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'memory_file/' || NEW.id ELSE 'memory_file' END, 'memory_file ' || 'id=' || quote(NEW.id), 'format=' || quote(NEW.format) || ',' || 'path=' || quote(NEW.path) || ',' || 'scope=' || quote(NEW.scope), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_memory_file_delete AFTER DELETE ON memory_file WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'memory_file', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'memory_file/' || OLD.id ELSE 'memory_file' END, 'memory_file ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_pack_insert AFTER INSERT ON pack WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'pack/' || NEW.id ELSE 'pack' END, 'pack ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'budget=' || quote(NEW.budget) || ',' || 'wanted=' || quote(NEW.wanted) || ',' || 'format=' || quote(NEW.format) || ',' || 'ceiling=' || quote(NEW.ceiling), NULL, NULL; END;
CREATE TRIGGER audit_pack_update AFTER UPDATE OF id, name, budget, wanted, format, ceiling ON pack WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.name IS NOT NEW.name OR OLD.budget IS NOT NEW.budget OR OLD.wanted IS NOT NEW.wanted OR OLD.format IS NOT NEW.format OR OLD.ceiling IS NOT NEW.ceiling) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack/' || OLD.id ELSE 'pack' END, 'pack ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack/' || OLD.id ELSE 'pack' END, 'pack ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'pack/' || NEW.id ELSE 'pack' END, 'pack ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'budget=' || quote(NEW.budget) || ',' || 'wanted=' || quote(NEW.wanted) || ',' || 'format=' || quote(NEW.format) || ',' || 'ceiling=' || quote(NEW.ceiling), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_pack_delete AFTER DELETE ON pack WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack/' || OLD.id ELSE 'pack' END, 'pack ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_pack_item_insert AFTER INSERT ON pack_item WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_item', 'insert', CASE typeof(NEW.pack_id) WHEN 'integer' THEN 'pack_item/' || NEW.pack_id ELSE 'pack_item' END, 'pack_item ' || 'pack_id=' || quote(NEW.pack_id) || ',' || 'entry_id=' || quote(NEW.entry_id), 'mode=' || quote(NEW.mode), NULL, NEW.entry_id; END;
CREATE TRIGGER audit_pack_item_update AFTER UPDATE OF pack_id, entry_id, mode ON pack_item WHEN ((1) OR (1)) AND (OLD.pack_id IS NOT NEW.pack_id OR OLD.entry_id IS NOT NEW.entry_id OR OLD.mode IS NOT NEW.mode) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_item', 'delete', CASE typeof(OLD.pack_id) WHEN 'integer' THEN 'pack_item/' || OLD.pack_id ELSE 'pack_item' END, 'pack_item ' || 'pack_id=' || quote(OLD.pack_id) || ',' || 'entry_id=' || quote(OLD.entry_id), NULL, NULL, OLD.entry_id WHERE (1) AND (1) AND (OLD.pack_id IS NOT NEW.pack_id OR OLD.entry_id IS NOT NEW.entry_id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_item', 'leave', CASE typeof(OLD.pack_id) WHEN 'integer' THEN 'pack_item/' || OLD.pack_id ELSE 'pack_item' END, 'pack_item ' || 'pack_id=' || quote(OLD.pack_id) || ',' || 'entry_id=' || quote(OLD.entry_id), NULL, NULL, OLD.entry_id WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_item', 'update', CASE typeof(NEW.pack_id) WHEN 'integer' THEN 'pack_item/' || NEW.pack_id ELSE 'pack_item' END, 'pack_item ' || 'pack_id=' || quote(NEW.pack_id) || ',' || 'entry_id=' || quote(NEW.entry_id), 'mode=' || quote(NEW.mode), NULL, NEW.entry_id WHERE 1; END;
CREATE TRIGGER audit_pack_item_delete AFTER DELETE ON pack_item WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_item', 'delete', CASE typeof(OLD.pack_id) WHEN 'integer' THEN 'pack_item/' || OLD.pack_id ELSE 'pack_item' END, 'pack_item ' || 'pack_id=' || quote(OLD.pack_id) || ',' || 'entry_id=' || quote(OLD.entry_id), NULL, NULL, OLD.entry_id; END;
CREATE TRIGGER audit_pack_render_insert AFTER INSERT ON pack_render WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_render', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'pack_render/' || NEW.id ELSE 'pack_render' END, 'pack_render ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'digest=' || quote(NEW.digest) || ',' || 'format=' || quote(NEW.format) || ',' || 'target=' || quote(NEW.target), NULL, NULL; END;
CREATE TRIGGER audit_pack_render_update AFTER UPDATE OF id, name, digest, format, target ON pack_render WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.name IS NOT NEW.name OR OLD.digest IS NOT NEW.digest OR OLD.format IS NOT NEW.format OR OLD.target IS NOT NEW.target) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_render', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack_render/' || OLD.id ELSE 'pack_render' END, 'pack_render ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_render', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack_render/' || OLD.id ELSE 'pack_render' END, 'pack_render ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_render', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'pack_render/' || NEW.id ELSE 'pack_render' END, 'pack_render ' || 'id=' || quote(NEW.id), 'name=' || quote(NEW.name) || ',' || 'digest=' || quote(NEW.digest) || ',' || 'format=' || quote(NEW.format) || ',' || 'target=' || quote(NEW.target), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_pack_render_delete AFTER DELETE ON pack_render WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'pack_render', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'pack_render/' || OLD.id ELSE 'pack_render' END, 'pack_render ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_finding_insert AFTER INSERT ON finding WHEN NEW.status!='open' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'finding', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'finding/' || NEW.id ELSE 'finding' END, 'finding ' || 'id=' || quote(NEW.id), 'status=' || quote(NEW.status), NULL, NULL; END;
CREATE TRIGGER audit_finding_update AFTER UPDATE OF id, status ON finding WHEN ((OLD.status!='open') OR (NEW.status!='open')) AND (OLD.id IS NOT NEW.id OR OLD.status IS NOT NEW.status) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'finding', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'finding/' || OLD.id ELSE 'finding' END, 'finding ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (OLD.status!='open') AND (NEW.status!='open') AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'finding', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'finding/' || OLD.id ELSE 'finding' END, 'finding ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (OLD.status!='open') AND NOT (NEW.status!='open'); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'finding', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'finding/' || NEW.id ELSE 'finding' END, 'finding ' || 'id=' || quote(NEW.id), 'status=' || quote(NEW.status), NULL, NULL WHERE NEW.status!='open'; END;
CREATE TRIGGER audit_finding_delete AFTER DELETE ON finding WHEN OLD.status!='open' BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'finding', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'finding/' || OLD.id ELSE 'finding' END, 'finding ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_conversation_export_insert AFTER INSERT ON conversation_export WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'conversation_export', 'insert', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'conversation_export/' || NEW.conversation_id ELSE 'conversation_export' END, 'conversation_export ' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'target=' || quote(NEW.target), '', NEW.conversation_id, NULL; END;
CREATE TRIGGER audit_conversation_export_update AFTER UPDATE OF conversation_id, target ON conversation_export WHEN ((1) OR (1)) AND (OLD.conversation_id IS NOT NEW.conversation_id OR OLD.target IS NOT NEW.target) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'conversation_export', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'conversation_export/' || OLD.conversation_id ELSE 'conversation_export' END, 'conversation_export ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'target=' || quote(OLD.target), NULL, OLD.conversation_id, NULL WHERE (1) AND (1) AND (OLD.conversation_id IS NOT NEW.conversation_id OR OLD.target IS NOT NEW.target); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'conversation_export', 'leave', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'conversation_export/' || OLD.conversation_id ELSE 'conversation_export' END, 'conversation_export ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'target=' || quote(OLD.target), NULL, OLD.conversation_id, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'conversation_export', 'update', CASE typeof(NEW.conversation_id) WHEN 'integer' THEN 'conversation_export/' || NEW.conversation_id ELSE 'conversation_export' END, 'conversation_export ' || 'conversation_id=' || quote(NEW.conversation_id) || ',' || 'target=' || quote(NEW.target), '', NEW.conversation_id, NULL WHERE 1; END;
CREATE TRIGGER audit_conversation_export_delete AFTER DELETE ON conversation_export WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'conversation_export', 'delete', CASE typeof(OLD.conversation_id) WHEN 'integer' THEN 'conversation_export/' || OLD.conversation_id ELSE 'conversation_export' END, 'conversation_export ' || 'conversation_id=' || quote(OLD.conversation_id) || ',' || 'target=' || quote(OLD.target), NULL, OLD.conversation_id, NULL; END;
CREATE TRIGGER audit_erasure_insert AFTER INSERT ON erasure WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'erasure', 'insert', CASE typeof(NEW.id) WHEN 'integer' THEN 'erasure/' || NEW.id ELSE 'erasure' END, 'erasure ' || 'id=' || quote(NEW.id), 'state=' || quote(NEW.state), NULL, NULL; END;
CREATE TRIGGER audit_erasure_update AFTER UPDATE OF id, state ON erasure WHEN ((1) OR (1)) AND (OLD.id IS NOT NEW.id OR OLD.state IS NOT NEW.state) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'erasure', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'erasure/' || OLD.id ELSE 'erasure' END, 'erasure ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND (1) AND (OLD.id IS NOT NEW.id); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'erasure', 'leave', CASE typeof(OLD.id) WHEN 'integer' THEN 'erasure/' || OLD.id ELSE 'erasure' END, 'erasure ' || 'id=' || quote(OLD.id), NULL, NULL, NULL WHERE (1) AND NOT (1); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'erasure', 'update', CASE typeof(NEW.id) WHEN 'integer' THEN 'erasure/' || NEW.id ELSE 'erasure' END, 'erasure ' || 'id=' || quote(NEW.id), 'state=' || quote(NEW.state), NULL, NULL WHERE 1; END;
CREATE TRIGGER audit_erasure_delete AFTER DELETE ON erasure WHEN 1 BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'erasure', 'delete', CASE typeof(OLD.id) WHEN 'integer' THEN 'erasure/' || OLD.id ELSE 'erasure' END, 'erasure ' || 'id=' || quote(OLD.id), NULL, NULL, NULL; END;
CREATE TRIGGER audit_setting_insert AFTER INSERT ON setting WHEN NEW.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in') BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'setting', 'insert', CASE typeof(NEW.name) WHEN 'integer' THEN 'setting/' || NEW.name ELSE 'setting' END, 'setting ' || 'name=' || quote(NEW.name), 'value=' || quote(NEW.value), NULL, NULL; END;
CREATE TRIGGER audit_setting_update AFTER UPDATE OF name, value ON setting WHEN ((OLD.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in')) OR (NEW.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in'))) AND (OLD.name IS NOT NEW.name OR OLD.value IS NOT NEW.value) BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'setting', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'setting/' || OLD.name ELSE 'setting' END, 'setting ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (OLD.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in')) AND (NEW.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in')) AND (OLD.name IS NOT NEW.name); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'setting', 'leave', CASE typeof(OLD.name) WHEN 'integer' THEN 'setting/' || OLD.name ELSE 'setting' END, 'setting ' || 'name=' || quote(OLD.name), NULL, NULL, NULL WHERE (OLD.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in')) AND NOT (NEW.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in')); INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'setting', 'update', CASE typeof(NEW.name) WHEN 'integer' THEN 'setting/' || NEW.name ELSE 'setting' END, 'setting ' || 'name=' || quote(NEW.name), 'value=' || quote(NEW.value), NULL, NULL WHERE NEW.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in'); END;
CREATE TRIGGER audit_setting_delete AFTER DELETE ON setting WHEN OLD.name IN ('minutes of a hand-off', 'minutes without a bot', 'sources.left_out', 'restored', 'taken in') BEGIN INSERT INTO audit_draft (table_name, change, object, about, content, conversation_id, entry_id) SELECT 'setting', 'delete', CASE typeof(OLD.name) WHEN 'integer' THEN 'setting/' || OLD.name ELSE 'setting' END, 'setting ' || 'name=' || quote(OLD.name), NULL, NULL, NULL; END;
