BEGIN TRANSACTION;
CREATE TABLE asides (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, field TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (offboarding_id, seq, field));
INSERT INTO "asides" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'data.customerDomain','{"seq":1,"field":"data.customerDomain","salt":"d07fd6727f7c8d919b40ca64999bf7ff","text":"keptforyears.onmicrosoft.com"}');
INSERT INTO "asides" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'data.requestedBy','{"seq":1,"field":"data.requestedBy","salt":"56a56049098e7d9550a4bd3da9d82eb5","text":"tests"}');
INSERT INTO "asides" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'data.reason','{"seq":1,"field":"data.reason","salt":"f50cae47c9715bba007104ebe33d66f9","text":"testing"}');
INSERT INTO "asides" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'actor.name','{"seq":1,"field":"actor.name","salt":"13b5bdf7eed051d24778f6059c64d115","text":"tests"}');
CREATE TABLE batched (position INTEGER PRIMARY KEY, batch TEXT NOT NULL);
CREATE TABLE evidence (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (offboarding_id, seq));
INSERT INTO "evidence" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'{"actor":{"id":"requests","name":{"sha256":"640586aaef20d4350327c2a7e463e6c0ba50f858e83b6691c73e5153b93e718b"},"type":"queue"},"at":"2026-06-01T09:00:00.000000Z","data":{"commitments":"wait_for_term_end","correlationId":"req-kept-for-years","customerDomain":{"sha256":"09f8114476dc67737156f683815801838c1a181668df4bf9b19969334a19795e"},"customerTenantId":"3b5367ed-4660-5c33-9cdf-fd548200626a","dryRun":false,"fingerprint":"b81b3962872b6cd7bb9484558c13b45b669246ef6ad8a930a3bb997e9b2c6641","reason":{"sha256":"741aaad2da099d92e6bc3b24e57547792e5ac08d847f5011d7c37c809b76d242"},"requestId":"req-kept-for-years","requestedBy":{"sha256":"f56336e5c6fa2122a666c86c7fc571f68483eef950467290f156a4a6a33d4611"}},"hash":"91660f487906dbf3cb85137b4c583989fc6a054b4a0b44a44c3ee9c2135c664b","kind":"request","offboardingId":"481f611d-8eca-50ad-9be0-b540ca68198e","prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":1}');
CREATE TABLE finished (offboarding_id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE holdings (
    offboarding_id TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, key));
CREATE TABLE holds (service TEXT PRIMARY KEY, until TEXT NOT NULL);
CREATE TABLE listed (
    position INTEGER PRIMARY KEY, updated TEXT NOT NULL, due TEXT NOT NULL, customer TEXT NOT NULL,
    requested_by TEXT NOT NULL, words TEXT NOT NULL);
INSERT INTO "listed" VALUES(1,'2026-06-01T09:00:00.000000+00:00','2026-06-01T09:00:00.000000+00:00','keptforyears.onmicrosoft.com','tests','keptforyears.onmicrosoft.com
req-kept-for-years
testing');
CREATE TABLE live (customer_id TEXT PRIMARY KEY, offboarding_id TEXT NOT NULL);
CREATE TABLE offboardings (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, etag INTEGER NOT NULL, customer_id TEXT,
    status TEXT NOT NULL, next_attempt REAL, claim_expires REAL, body TEXT NOT NULL);
INSERT INTO "offboardings" VALUES(1,'481f611d-8eca-50ad-9be0-b540ca68198e',1,'3b5367ed-4660-5c33-9cdf-fd548200626a','received',1780304400.0,NULL,'{"format":"1.0","id":"481f611d-8eca-50ad-9be0-b540ca68198e","request":{"request_id":"req-kept-for-years","customer_id":"3b5367ed-4660-5c33-9cdf-fd548200626a","domain":"keptforyears.onmicrosoft.com","company_name":null,"requested_by":"tests","reason":"testing","dry_run":false,"not_before":null,"commitments":"wait_for_term_end","correlation_id":"req-kept-for-years","fingerprint":"b81b3962872b6cd7bb9484558c13b45b669246ef6ad8a930a3bb997e9b2c6641","reseller":null,"restrictions":[],"reactivate_suspended":false,"renewals":null,"reduce_seats":false,"grace":null,"approval_reference":null,"batch_id":null},"status":"received","stage":"plan","created_at":"2026-06-01T09:00:00Z","updated_at":"2026-06-01T09:00:00Z","attempt":1,"next_attempt_at":"2026-06-01T09:00:00Z","reason":null,"claim":null,"customer":null,"plan":null,"blockers":[],"blocker_count":0,"paid_until":null,"counters":{"faults":0,"returns":0,"refusals":0,"rechecks":0},"removal":null,"confirming_since":null,"gone_since":null,"proofs":[],"gdap_requested":[],"gdap_refused":[],"gdap_left":[],"reestablish_url":"","survivors":[],"other_id":null,"timeline_length":1,"words":[],"held_by_mode":false,"stopped_for":"","agreed_renewals":[],"warned_window":null,"warned_renewals":null,"told":null,"events":1,"approval":null,"rejected":false,"requester":{"type":"queue","id":"requests","name":"tests"},"noted":[],"asked":null,"said":[],"evidence":{"entries":1,"head":"91660f487906dbf3cb85137b4c583989fc6a054b4a0b44a44c3ee9c2135c664b","open":[]},"seal":null,"erased":false,"begun_at":null,"withdrawal":null,"not_restored":[],"not_restored_count":0,"done_once":[],"stage_since":null,"restored":null}');
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT, offboarding_id TEXT NOT NULL, id TEXT NOT NULL,
    created REAL NOT NULL, meta TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (offboarding_id, id));
CREATE TABLE shared_rows (name TEXT PRIMARY KEY, etag INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE timeline (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, seq));
INSERT INTO "timeline" VALUES('481f611d-8eca-50ad-9be0-b540ca68198e',1,'{"seq":1,"at":"2026-06-01T09:00:00Z","actor":"request","stage":"plan","what":"received","detail":"requested by tests: testing","holding":null,"status":null,"request_id":null,"by":{"type":"queue","id":"requests","name":"tests"}}');
CREATE INDEX due ON offboardings (status, next_attempt);
CREATE INDEX owed ON outbox (created);
CREATE INDEX finished_at ON finished (at);
CREATE INDEX listed_updated ON listed (updated);
CREATE INDEX listed_due ON listed (due);
CREATE INDEX listed_customer ON listed (customer);
CREATE INDEX batched_batch ON batched (batch);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('offboardings',1);
COMMIT;
