PRAGMA application_id = 0x53484F57;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'showrunner','0001_documents','2026-11-21 11:04:09.514693+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'showrunner','0002_queues','2026-11-21 11:04:09.514973+00:00');
CREATE TABLE documents (
            collection TEXT NOT NULL,
            key TEXT NOT NULL,
            body TEXT NOT NULL,
            version INTEGER NOT NULL,
            expires_at_s INTEGER,
            PRIMARY KEY (collection, key)
        ) WITHOUT ROWID;
INSERT INTO "documents" VALUES('connections','plex-1','{"name":"K\u00fcche","url":"http://nas:32400"}',3,NULL);
INSERT INTO "documents" VALUES('sessions','s1','{"at":0.5}',1,1795343070);
CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            body TEXT NOT NULL,
            sent_at_ms INTEGER NOT NULL,
            due_at_ms INTEGER NOT NULL,
            receive_count INTEGER NOT NULL DEFAULT 0,
            lapses INTEGER NOT NULL DEFAULT 0,
            receipt TEXT,
            reason TEXT,
            died_at_ms INTEGER
        );
INSERT INTO "messages" VALUES(1,'frames','{"path":"/tv/broken.mkv"}',1795256670000,1795256730000,1,0,NULL,'no video stream',1795256670000);
INSERT INTO "messages" VALUES(2,'frames','{"path":"/tv/a.mkv"}',1795256670000,1795256670000,0,0,NULL,NULL,NULL);
CREATE TABLE queues (
            name TEXT NOT NULL PRIMARY KEY,
            max_receives INTEGER NOT NULL
        ) WITHOUT ROWID;
INSERT INTO "queues" VALUES('frames',3);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX documents_by_expiry ON documents (expires_at_s)
            WHERE expires_at_s IS NOT NULL;
CREATE INDEX messages_living ON messages (queue, due_at_ms, id)
            WHERE died_at_ms IS NULL;
CREATE INDEX messages_dead ON messages (queue, died_at_ms, id)
            WHERE died_at_ms IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('messages',2);
COMMIT;
