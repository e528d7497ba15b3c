//! tshark beside us: every field that both read, compared value for value in every frame.
//!
//! `fields.tsv` is the table of what is compared, `differences.tsv` has the reason for every difference that is left.
//! A difference without a reason is a mistake, ours until shown otherwise; a reason without a difference is one too.

pub mod captures;
pub mod compare;
pub mod differences;
pub mod ours;
pub mod report;
pub mod said;
pub mod table;
pub mod tshark;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};

use crate::captures::Capture;
use crate::compare::Compared;
use crate::differences::Reasons;
use crate::report::Report;
use crate::table::Table;

/// The least share of values that agree.
pub const BAR: f64 = 0.999;

/// tshark takes most of the time: so many run at once.
const AT_ONCE: usize = 2;

/// Compares both sides over these captures.
pub fn run(captures: &[Capture]) -> Result<Report> {
    let table = Arc::new(Table::new()?);
    let reasons = Reasons::new()?;
    // The largest first, so that none is left over at the end.
    let mut order: Vec<&Capture> = captures.iter().collect();
    order.sort_by_key(|capture| std::cmp::Reverse(capture.bytes));
    let work = Mutex::new(order.into_iter());
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = work.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(capture) = next else { return };
                    let compared = both(&table, capture);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.insert(capture.name.clone(), compared);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut report = Report::new(table, reasons);
    for (name, compared) in done {
        report.add(&name, compared.with_context(|| name.clone())?);
    }
    Ok(report)
}

fn both(table: &Arc<Table>, capture: &Capture) -> Result<Compared> {
    let ours = ours::read(table, &capture.path)?;
    let theirs = tshark::read(table, &capture.path, &capture.notes)?;
    Ok(compare::compare(table, ours, theirs))
}
