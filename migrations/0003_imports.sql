-- Imports of meter files: what they wrote and what they overwrote.

CREATE TABLE import (
    id BIGINT NOT NULL PRIMARY KEY,
    stream BIGINT NOT NULL,
    node BIGINT NOT NULL,
    source TEXT NOT NULL,
    -- running, done, undoing, undone
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_bytes BIGINT NOT NULL,
    file_crc32 BIGINT NOT NULL,
    -- everything that decides what the file says, as one text: two imports with the same file and options are one
    options TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    -- the line up to which the file is in
    through_line BIGINT NOT NULL,
    -- instants that had no datum before, and instants whose datum was another
    added BIGINT NOT NULL,
    replaced BIGINT NOT NULL
);
CREATE INDEX import_stream ON import (stream, id);

-- What one transaction of an import did, from first_at to last_at. A row goes when it is undone.
CREATE TABLE import_batch (
    import BIGINT NOT NULL REFERENCES import (id),
    number BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- the instants written, with a checksum of each datum
    written BLOB NOT NULL,
    -- the datums that stood there before
    replaced BLOB NOT NULL,
    -- the instants at which the file says what was there already
    confirmed BLOB NOT NULL,
    PRIMARY KEY (import, number)
);
