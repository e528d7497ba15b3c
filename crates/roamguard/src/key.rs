//! The site's key for pseudonyms: a file the user names, or one made at first use under the user's state folder.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The key from `path`, or from the state folder when none is named.
///
/// A warning that the user should read comes back as text.
pub(crate) fn load(path: Option<&Path>) -> Result<([u8; 32], Option<String>)> {
    if let Some(path) = path {
        return read(path);
    }
    let Some(path) = default_path() else {
        return Ok((
            random()?,
            Some(
                "no home folder for a subscriber key: pseudonyms of this run join with no other"
                    .into(),
            ),
        ));
    };
    if path.exists() {
        return read(&path);
    }
    match create(&path) {
        Ok(key) => Ok((key, None)),
        // Somebody else made it in between.
        Err(_) if path.exists() => read(&path),
        Err(error) => Ok((
            random()?,
            Some(format!(
                "{}: {error:#}: pseudonyms of this run join with no other",
                path.display()
            )),
        )),
    }
}

fn default_path() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let state =
        state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("roamguard/subscriber.key"))
}

fn read(path: &Path) -> Result<([u8; 32], Option<String>)> {
    let mut text = Vec::new();
    let file = File::open(path).with_context(|| format!("subscriber key {}", path.display()))?;
    let mode = file.metadata().map(|meta| meta.permissions().mode()).unwrap_or(0);
    file.take(4096)
        .read_to_end(&mut text)
        .with_context(|| format!("subscriber key {}", path.display()))?;
    let warning = (mode & 0o077 != 0).then(|| {
        format!("subscriber key {} can be read by others: whoever has it can undo pseudonyms; chmod 600", path.display())
    });
    let Some(key) = parse(&text) else {
        bail!(
            "subscriber key {}: expected 64 hexadecimal digits or 32 octets, found {} octets",
            path.display(),
            text.len()
        );
    };
    Ok((key, warning))
}

fn parse(text: &[u8]) -> Option<[u8; 32]> {
    if let Ok(key) = <[u8; 32]>::try_from(text) {
        return Some(key);
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; 32];
    for (index, octet) in key.iter_mut().enumerate() {
        *octet = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(key)
}

fn random() -> Result<[u8; 32]> {
    let mut key = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut key))
        .context("/dev/urandom")?;
    Ok(key)
}

fn create(path: &Path) -> Result<[u8; 32]> {
    let key = random()?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut text = String::with_capacity(65);
    for octet in key {
        text.push_str(&format!("{octet:02x}"));
    }
    text.push('\n');
    // Written aside and linked into place, so that nobody ever reads half a key.
    let aside = path.with_extension(format!("new.{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::hard_link(&aside, path));
    let _ = fs::remove_file(&aside);
    written?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_or_raw() {
        assert_eq!(parse(&[7; 32]), Some([7; 32]));
        assert_eq!(parse("07".repeat(32).as_bytes()), Some([7; 32]));
        assert_eq!(parse(format!("{}\n", "07".repeat(32)).as_bytes()), Some([7; 32]));
        assert_eq!(parse(b"short"), None);
        assert_eq!(parse("zz".repeat(32).as_bytes()), None);
    }

    #[test]
    fn made_once_and_for_the_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/er/subscriber.key");
        let key = create(&path).unwrap();
        assert_eq!(read(&path).unwrap(), (key, None));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create(&path).is_err(), "an existing key is never overwritten");
        assert_eq!(read(&path).unwrap().0, key);
    }
}
