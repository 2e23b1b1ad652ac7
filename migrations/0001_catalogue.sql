-- The tree of assets, people, the log of changes, jobs and settings. Instants are milliseconds since 1970 UTC.

-- Facts that every process on this database shares: pool id, client id, …
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers handed out once: node ids, stream ids.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE project (
    code TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE site (
    project TEXT NOT NULL REFERENCES project (code),
    code TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project, code)
);

CREATE TABLE system (
    project TEXT NOT NULL,
    site TEXT NOT NULL,
    code TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project, site, code),
    FOREIGN KEY (project, site) REFERENCES site (project, code)
);

-- A node outlives its project: its streams come back when the code is made again.
CREATE TABLE node (
    id BIGINT NOT NULL PRIMARY KEY,
    project TEXT NOT NULL
);
CREATE INDEX node_project ON node (project);

CREATE TABLE app_user (
    id TEXT NOT NULL PRIMARY KEY,
    -- the address in lower case: what makes a person unique
    email_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE app_session (
    id TEXT NOT NULL PRIMARY KEY,
    app_user TEXT NOT NULL REFERENCES app_user (id),
    -- SHA-256 of the refresh token
    refresh_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX app_session_user ON app_session (app_user);

CREATE TABLE signing_key (
    id TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    -- the public half as a JSON Web Key
    public_jwk TEXT NOT NULL,
    -- PKCS#8, encrypted with the key that is not in the database
    private_sealed BLOB NOT NULL
);

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    -- order of the changes that share a transaction
    position BIGINT NOT NULL,
    action TEXT NOT NULL,
    asset_type TEXT NOT NULL,
    asset TEXT NOT NULL,
    project TEXT,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    document_before TEXT,
    document_after TEXT
);
CREATE INDEX audit_asset ON audit (asset, at);
CREATE INDEX audit_project ON audit (project, at);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- until when the worker that claimed it has it for itself; 0 = nobody
    leased_until BIGINT NOT NULL,
    last_error TEXT
);
CREATE INDEX job_due ON job (due_at);
