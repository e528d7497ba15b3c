//! Which captures are compared, and what their index says that tshark needs for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A capture.
#[derive(Clone, Debug)]
pub struct Capture {
    /// Path below the folder of the index, or the file name.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
    /// The last column of the index.
    pub notes: String,
}

impl Capture {
    /// The letters behind `use=` in the notes: a for decoding, b benign, c attack, d malformed.
    pub fn uses(&self) -> &str {
        let uses = self.notes.split("use=").nth(1).unwrap_or_default();
        uses.split(';').next().unwrap_or_default()
    }
}

/// The folder of real captures, which not every clone has: `ROAMGUARD_CAPTURES`, or beside the workspace.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ROAMGUARD_CAPTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    folder.join("INDEX.tsv").is_file().then_some(folder)
}

/// Files, and those of folders: by their index where they have one.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Capture>> {
    let mut found = BTreeMap::new();
    for path in paths {
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let index = path.ancestors().find(|folder| folder.join("INDEX.tsv").is_file());
        if let Some(folder) = index {
            for (name, notes) in index_of(folder)? {
                let file = folder.join(&name);
                if file.starts_with(&path) && file.is_file() {
                    found.insert(name.clone(), capture(name, file, notes)?);
                }
            }
        } else if path.is_dir() {
            for entry in path.read_dir()? {
                let file = entry?.path();
                if file.is_file() {
                    let name = file_name(&file);
                    found.insert(name.clone(), capture(name, file, String::new())?);
                }
            }
        } else {
            let name = file_name(&path);
            found.insert(name.clone(), capture(name, path, String::new())?);
        }
    }
    Ok(found.into_values().collect())
}

fn capture(name: String, path: PathBuf, notes: String) -> Result<Capture> {
    let bytes = path.metadata()?.len();
    Ok(Capture { name, path, bytes, notes })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Path and notes of each line.
fn index_of(folder: &Path) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(folder.join("INDEX.tsv"))?;
    let line = |line: &str| {
        let mut cells = line.split('\t');
        Some((cells.next()?.to_owned(), cells.next_back()?.to_owned()))
    };
    Ok(text.lines().skip(1).filter_map(line).collect())
}
