-- Portfolios: projects that somebody looks at together.

CREATE TABLE portfolio (
    id TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Which projects a portfolio names. The order is the document's; this is what keeps a code that is gone out of it.
CREATE TABLE portfolio_project (
    portfolio TEXT NOT NULL REFERENCES portfolio (id),
    project TEXT NOT NULL REFERENCES project (code),
    PRIMARY KEY (portfolio, project)
);
CREATE INDEX portfolio_project_project ON portfolio_project (project);
