# The menu. Every recipe is one line over cargo, so that nothing depends on just being installed.

# format, lints, house rules
check:
    cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings && cargo xtask tidy

test:
    cargo test --workspace

# scenarios only: captures in, findings out
scenarios:
    cargo test -p engine --test scenarios

# one fuzz target, for example: just fuzz parsers 60
fuzz NAME SECONDS="60":
    cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run {{NAME}} -- -max_total_time={{SECONDS}}

bench:
    cargo bench -p engine

# tshark and Suricata beside us on the same file
peers:
    cargo xtask peers

ci:
    cargo xtask ci
