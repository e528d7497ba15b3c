//! Inputs that once broke something, under the laws again: `fuzz/corpus-crash/`.

/// Where the first frame of a capture file begins: behind the file's header and its own.
const FIRST_FRAME: usize = 24 + 16;

#[test]
fn what_broke_once_holds_now() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-crash");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    paths.sort();
    for path in paths {
        // The name is what a failure is found by.
        eprintln!("{}", path.display());
        let bytes = std::fs::read(&path).unwrap();
        wire::laws::check(&bytes);
        wire::laws::check(bytes.get(FIRST_FRAME..).unwrap_or_default());
    }
}
