# What a developer does often. `just` lists it. The tools come by `just setup`; `just` itself is the PyPI
# package `rust-just` (CONTRIBUTING.md says how to begin).

tools := justfile_directory() / ".cache" / "tools"
export PATH := tools / "bin" + ":" + env("PATH")

[private]
default:
    @just --list --unsorted

# Install the tools of `just check`: a Python environment in .cache/tools, cargo-deny and cargo-machete
setup:
    python3 -m venv "{{ tools }}"
    "{{ tools }}/bin/python" -m pip install --quiet --disable-pip-version-check --requirement scripts/tools.txt
    cargo install --locked cargo-deny@0.20.2 cargo-machete@0.9.2

# Every check that is not a test of behaviour
check: fmt clippy deny machete typos tidy

fmt:
    cargo fmt --all --check

clippy:
    cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings

# Licences, forbidden crates and sources of the dependencies; needs no advisory database
deny:
    cargo deny --locked check bans licenses sources

# Dependencies that nothing uses
machete:
    cargo machete

typos:
    typos

# The rules of ARCHITECTURE.md that a compiler does not know
tidy:
    cargo test --locked --quiet --package gridfolio --test it tidy

# Every test, on SQLite and PostgreSQL; arguments go to the test runner
test *arguments:
    bash scripts/test {{ arguments }}

# The benchmarks, each beside one-row-per-datum tables
bench:
    cargo bench --locked --package gridfolio-series

# The demo organisation on http://127.0.0.1:8080
demo *arguments:
    cargo run --locked --release -- demo {{ arguments }}

# Make openapi.json, operations.txt and access.txt anew; read the difference before you commit it
generate:
    GRIDFOLIO_TEST_REGENERATE=1 bash scripts/test --package gridfolio coverage
