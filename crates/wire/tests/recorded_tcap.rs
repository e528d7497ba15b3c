//! Messages that an independent project encoded read as what was put in, and nothing is noted but what is legal and rare.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use wire::tcap::{Code, Message, dissect, strict};
use wire::{Anomalies, Cursor};

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u32> = hexadecimal.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| <[u32; 2]>::try_from(pair).ok())
        .map(|[high, low]| u8::try_from(high << 4 | low).unwrap())
        .collect()
}

/// The message in the words of the recording.
fn words(message: &Message<'_>) -> String {
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let identity = |tid: Option<&[u8]>| tid.map_or("-".to_owned(), hex);
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    let mut out =
        format!("{} {} {}", message.kind.name(), identity(message.otid), identity(message.dtid));
    for component in &message.components {
        let code = match (component.opcode.or(component.error), component.problem) {
            (Some(Code::Global(oid)), _) => oid.to_string(),
            (Some(code), _) => number(code.number()),
            (None, Some(problem)) => format!("{}:{}", problem.kind, problem.code),
            (None, None) => number(None),
        };
        let parameter = component.parameter.rest();
        let parameter = if parameter.is_empty() { "-".to_owned() } else { hex(parameter) };
        let (id, linked) = (number(component.invoke_id), number(component.linked_id));
        out += &format!(" {},{id},{linked},{code},{parameter}", component.kind.name());
    }
    out
}

#[test]
fn what_another_encoder_wrote() {
    let mut read = 0;
    for line in include_str!("recorded/tcap.txt").lines().filter(|line| !line.starts_with('#')) {
        let (message, expected) = line.split_once(" | ").unwrap();
        let bytes = octets(message);
        let mut notes = Anomalies::new();
        let message = dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
        assert_eq!(words(&message), expected);
        assert_eq!(strict::read(&bytes), Ok(strict::Reading::of(&message)), "{line}");
        for note in notes.as_slice() {
            let legal = matches!(note.field, "tcap.components" | "tcap.global_opcode");
            assert!(legal, "{note:?} {line}");
        }
        read += 1;
    }
    assert!(read > 40, "{read}");
}
