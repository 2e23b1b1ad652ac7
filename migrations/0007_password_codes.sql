-- Codes for forgotten passwords: of names that are no account's alike, so that nothing tells them apart. The key is a
-- keyed hash of the account's id, or of the one that a name without an account would have.
DROP TABLE reset_code;
CREATE TABLE password_code (
    id TEXT NOT NULL PRIMARY KEY,
    -- a keyed hash
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- wrong ones count, and also those on earlier codes since counted_since
    attempts BIGINT NOT NULL,
    counted_since BIGINT NOT NULL
);
CREATE INDEX password_code_expires ON password_code (expires_at);
