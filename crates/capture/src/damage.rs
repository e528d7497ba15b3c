//! Places of a file that could not be read.

use std::fmt;
use std::sync::Arc;

/// Damages of one file that are told one by one.
const MAX_TOLD: usize = 32;

/// A place of a file that could not be read. What stands before it was read; what stands behind it where we found back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Name of the file as it was given.
    pub file: Arc<str>,
    /// Where it begins, from 0.
    pub offset: u64,
    /// The offset is one of the unpacked content.
    pub packed: bool,
    /// What is wrong there.
    pub what: String,
    /// What can be done about it.
    pub advice: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.packed { " of the unpacked content" } else { "" };
        let Self { file, offset, what, advice, .. } = self;
        write!(f, "{file}: damaged at octet {offset}{of}: {what}; {advice}")
    }
}

pub(crate) const CUT: &str = "everything before it was read; fetch the file again, or read it once it is no longer written to";
pub(crate) const FOUND_BACK: &str =
    "what follows was read again; compare with the original if the gap matters";
pub(crate) const LOST: &str =
    "everything before it was read; fetch the file again, or repair it with `pcapfix`";

/// Damages of one file; what is more than can be told is counted.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    file: Arc<str>,
    packed: bool,
    told: Vec<Damage>,
    untold: u64,
}

impl Notes {
    pub(crate) const fn new(file: Arc<str>, packed: bool) -> Self {
        Self { file, packed, told: Vec::new(), untold: 0 }
    }

    pub(crate) fn add(&mut self, offset: u64, what: String, advice: &'static str) {
        if self.told.len() < MAX_TOLD {
            let (file, packed) = (self.file.clone(), self.packed);
            self.told.push(Damage { file, offset, packed, what, advice });
        } else {
            self.untold += 1;
            // The last one told counts the rest.
            if let Some(last) = self.told.last_mut() {
                last.what = format!("{} more places like the ones above", self.untold + 1);
            }
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Damage> {
        std::mem::take(&mut self.told)
    }
}
