-- People: credentials apart from accounts, second factors, types of users, tokens of machines, messages, alerts.
-- What a person may do is in the account's document (its groups); no secret ever is.

CREATE TABLE credential (
    app_user TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    -- Argon2id, in PHC text form
    password_hash TEXT NOT NULL,
    -- rises with every change of the password or of the second factor: what was begun before does not end after
    epoch BIGINT NOT NULL,
    -- until when a password that somebody else has set holds, ms; it must be replaced at the first sign-in. NULL: own
    temporary_until BIGINT,
    -- what SRP needs of the password: salt in hex, verifier sealed; NULL until the password is seen
    srp_salt TEXT,
    srp_verifier BLOB,
    -- secret of the second factor, sealed: asked for, but not proven yet; and proven
    totp_pending BLOB,
    totp_secret BLOB,
    -- whether sign-in asks for it
    totp_on BIGINT NOT NULL,
    -- the last time step whose code was used: a code works once
    totp_step BIGINT NOT NULL
);
INSERT INTO credential (app_user, password_hash, epoch, totp_on, totp_step)
    SELECT id, password_hash, 1, 0, 0 FROM app_user;

-- What people might do before there were groups; the first start writes it into their documents and forgets it.
CREATE TABLE user_before (
    app_user TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    role TEXT NOT NULL
);
INSERT INTO user_before (app_user, role) SELECT id, role FROM app_user;
ALTER TABLE app_user DROP COLUMN password_hash;
ALTER TABLE app_user DROP COLUMN role;

CREATE TABLE user_type (
    id TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Failed sign-ins in a row, of accounts and of names that are no account's alike. The key is a keyed hash.
CREATE TABLE sign_in_failure (
    id TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_last ON sign_in_failure (last_at);

-- Sealed steps of a sign-in that were used: each leads on once.
CREATE TABLE used_step (
    id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- The code that proves that a forgetful person reads their mail: a keyed hash, and the attempts.
CREATE TABLE reset_code (
    app_user TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL
);

-- Codes of the OAuth2 sign-in page: SHA-256 of the code, and what it was asked for with.
CREATE TABLE authorization_code (
    id TEXT NOT NULL PRIMARY KEY,
    app_user TEXT NOT NULL REFERENCES app_user (id),
    epoch BIGINT NOT NULL,
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- the session that it was exchanged for: a second use ends it
    session TEXT
);

-- Tokens of machines: the token's SHA-256; its document has name, groups and expiry.
CREATE TABLE access_token (
    app_user TEXT NOT NULL REFERENCES app_user (id),
    id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (app_user, id)
);

-- What people want to be told, and how.
CREATE TABLE user_notification (
    app_user TEXT NOT NULL REFERENCES app_user (id),
    id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (app_user, id)
);

-- What people were alerted of.
CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,
    app_user TEXT NOT NULL REFERENCES app_user (id),
    user_notification TEXT,
    at BIGINT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX alert_user ON alert (app_user, at);

-- Messages to people. Recipient, subject and text are sealed: a message may hold a temporary password.
CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    -- email, sms
    channel TEXT NOT NULL,
    -- invitation, reset, …
    purpose TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- waiting, sent, kept, failed
    state TEXT NOT NULL,
    settled_at BIGINT,
    last_error TEXT
);
CREATE INDEX message_created ON message (created_at);

-- Where a change was asked for, as far as it is known.
ALTER TABLE audit ADD COLUMN address TEXT;
