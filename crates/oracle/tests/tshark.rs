//! tshark beside us on every real capture: at least 99.9 % of all values agree, and what differs has its reason.

use oracle::{captures, tshark};

#[test]
fn every_field_is_read_as_tshark_reads_it() {
    let Some(folder) = captures::folder() else {
        eprintln!("SKIPPED: no captures; set ROAMGUARD_CAPTURES");
        return;
    };
    let Some(version) = tshark::version() else {
        eprintln!("SKIPPED: tshark is not installed");
        return;
    };
    println!("{version}");
    let report = oracle::run(&captures::find(&[folder]).unwrap()).unwrap();
    println!("{}", report.summary(true));
    let unexplained: Vec<String> =
        report.differences(false).lines().take(100).map(str::to_owned).collect();
    assert!(unexplained.is_empty(), "without a reason:\n{}", unexplained.join("\n"));
    assert!(report.idle_reasons().is_empty(), "{}", report.idle_reasons().join("\n"));
    assert!(150 <= report.compared_fields(), "{} fields", report.compared_fields());
    assert!(oracle::BAR <= report.total().share(), "{}", report.summary(false));
}
