BEGIN TRANSACTION;
CREATE TABLE finished (offboarding_id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE holdings (
    offboarding_id TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, key));
CREATE TABLE holds (service TEXT PRIMARY KEY, until TEXT NOT NULL);
CREATE TABLE live (customer_id TEXT PRIMARY KEY, offboarding_id TEXT NOT NULL);
CREATE TABLE offboardings (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, etag INTEGER NOT NULL, customer_id TEXT,
    status TEXT NOT NULL, next_attempt REAL, claim_expires REAL, body TEXT NOT NULL);
INSERT INTO "offboardings" VALUES(1,'481f611d-8eca-50ad-9be0-b540ca68198e',1,'3b5367ed-4660-5c33-9cdf-fd548200626a','received',1780304400.0,NULL,'{"id":"481f611d-8eca-50ad-9be0-b540ca68198e","request":{"request_id":"req-kept-for-years","customer_id":"3b5367ed-4660-5c33-9cdf-fd548200626a","domain":"keptforyears.onmicrosoft.com","company_name":null,"requested_by":"tests","reason":"testing","dry_run":false,"not_before":null,"commitments":"wait_for_term_end","correlation_id":"req-kept-for-years","fingerprint":"b81b3962872b6cd7bb9484558c13b45b669246ef6ad8a930a3bb997e9b2c6641","reseller":null,"restrictions":[],"reactivate_suspended":false},"status":"received","stage":"plan","created_at":"2026-06-01T09:00:00Z","updated_at":"2026-06-01T09:00:00Z","attempt":1,"next_attempt_at":"2026-06-01T09:00:00Z","reason":null,"claim":null,"customer":null,"plan":null,"blockers":[],"blocker_count":0,"paid_until":null,"counters":{"faults":0,"returns":0,"refusals":0,"rechecks":0},"removal":null,"confirming_since":null,"proofs":[],"gdap_requested":[],"reestablish_url":"","survivors":[],"other_id":null,"timeline_length":1,"resumed":false,"warned_window":null}');
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT, offboarding_id TEXT NOT NULL, id TEXT NOT NULL,
    created REAL NOT NULL, meta TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (offboarding_id, id));
CREATE TABLE timeline (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, seq));
INSERT INTO "timeline" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'{"seq":1,"at":"2026-06-01T09:00:00Z","actor":"request","stage":"plan","what":"received","detail":"requested by tests: testing","holding":null,"status":null,"request_id":null}');
CREATE INDEX due ON offboardings (status, next_attempt);
CREATE INDEX finished_at ON finished (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('offboardings',1);
COMMIT;
