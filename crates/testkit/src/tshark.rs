//! tshark as a judge of frames, where it is installed.

use std::io::Write;
use std::process::{Command, Stdio};

/// The frames of a capture that tshark calls malformed or wrong, one a line; `None` without tshark.
pub fn complaints(capture: &[u8]) -> Option<String> {
    run(capture, &["-Y", "_ws.malformed || _ws.expert.severity >= 8388608"])
}

/// What tshark prints of a capture with these arguments; checksums are verified. `None` without tshark.
pub fn run(capture: &[u8], arguments: &[&str]) -> Option<String> {
    let mut child = Command::new("tshark")
        .args(["-n", "-r", "-"])
        .args(["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"])
        .args(["-o", "tcp.check_checksum:TRUE"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let capture = capture.to_vec();
    let feed = std::thread::spawn(move || stdin.write_all(&capture));
    let output = child.wait_with_output().ok()?;
    feed.join().ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
