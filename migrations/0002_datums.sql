-- Measurements: streams, their datums in day blocks, what those add up to.

-- Ids of streams and shifts.
CREATE TABLE stream_counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE stream (
    id BIGINT NOT NULL PRIMARY KEY,
    uuid TEXT NOT NULL,
    -- 'n' node, 'l' location
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- one line per property: kind's letter and name, in the order of their index in blocks
    properties TEXT NOT NULL,
    -- JSON
    metadata TEXT NOT NULL,
    -- raised by every write, before anything else: writers of one stream wait for each other here
    version BIGINT NOT NULL,
    -- first local day (since 1970-01-01) whose aggregates are missing; NULL: none
    stale_from BIGINT,
    -- pending rows in datum_shift
    shifts BIGINT NOT NULL
);
CREATE UNIQUE INDEX stream_key ON stream (kind, object_id, source_id);
CREATE UNIQUE INDEX stream_uuid ON stream (uuid);

-- The datums of one stream and UTC day (part 0), or of one UTC hour of it (part 1 + hour).
CREATE TABLE datum_block (
    stream BIGINT NOT NULL,
    day BIGINT NOT NULL,
    part BIGINT NOT NULL,
    count BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- first datum with an accumulating property
    first_reading_at BIGINT,
    body BLOB NOT NULL,
    PRIMARY KEY (stream, day, part)
);

-- What the datums of one stream and local day (kind 1, start = days since 1970-01-01) or local month (kind 2,
-- start = months since 1970-01) add up to.
CREATE TABLE datum_agg (
    stream BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    start BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (stream, kind, start)
);

-- Shifts not yet applied: values of the property at or after next_at carry delta more than the blocks say.
CREATE TABLE datum_shift (
    id BIGINT NOT NULL PRIMARY KEY,
    stream BIGINT NOT NULL,
    property TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    delta TEXT NOT NULL
);
CREATE INDEX datum_shift_stream ON datum_shift (stream);
