-- Events, pro formas, and an order of the log that does not hang on the clock.

CREATE TABLE event (
    id TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- the document's startDate as an instant; wall time was read in the zone
    start_at BIGINT NOT NULL,
    zone TEXT NOT NULL,
    -- no reference: an event outlives its project
    project TEXT,
    made_by TEXT NOT NULL,
    made_by_name TEXT NOT NULL
);
CREATE INDEX event_start ON event (start_at);
CREATE INDEX event_project ON event (project);

CREATE TABLE pro_forma (
    project TEXT NOT NULL REFERENCES project (code),
    -- name of a stored version; empty for the current one
    version TEXT NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- rises with every version made in the project
    position BIGINT NOT NULL,
    PRIMARY KEY (project, version)
);

-- One number for each transaction, higher than those of all that were done before it began to log; 0: older than
-- this column.
ALTER TABLE audit ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
CREATE INDEX audit_sequence ON audit (sequence);
CREATE INDEX audit_type ON audit (asset_type, sequence);
