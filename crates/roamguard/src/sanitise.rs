//! Text from the wire on its way to a terminal: names and banners are an attacker's to choose.

/// Control characters, and characters that turn the direction of text or hide, are shown as `\u{…}`.
pub(crate) fn text(text: &str) -> String {
    clean(text, false)
}

/// The same for text of several lines.
pub(crate) fn lines(text: &str) -> String {
    clean(text, true)
}

fn clean(text: &str, newlines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hides = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if (c.is_control() && !(newlines && c == '\n')) || hides {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attacker_cannot_drive_the_terminal() {
        assert_eq!(text("SSH-2.0-\u{1b}[2Jx"), "SSH-2.0-\\u{1b}[2Jx");
        assert_eq!(text("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
        assert_eq!(lines("a\nb"), "a\nb");
        assert_eq!(text("Müller → 5"), "Müller → 5");
    }
}
