//! Text from the wire on its way to a terminal: names and banners are an attacker's to choose.

/// Control characters, and characters that turn the direction of text, stand on others or hide, are shown as `\u{…}`.
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
        if (c.is_control() && !(newlines && c == '\n')) || hides(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// What takes no column of its own: default-ignorable characters, turns of direction, separators of lines, and marks that
/// are stacked on the character before (Unicode DerivedCoreProperties, PropList).
const fn hides(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attacker_cannot_drive_the_terminal() {
        assert_eq!(text("SSH-2.0-\u{1b}[2Jx"), "SSH-2.0-\\u{1b}[2Jx");
        assert_eq!(text("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
        assert_eq!(lines("a\nb"), "a\nb");
        assert_eq!(
            text("a\u{61c}b\u{2028}c\u{e0041}\u{ad}"),
            "a\\u{61c}b\\u{2028}c\\u{e0041}\\u{ad}"
        );
        assert_eq!(text("e\u{301}\u{fe0f}"), "e\\u{301}\\u{fe0f}");
        assert_eq!(text("Müller → 5 中国"), "Müller → 5 中国");
    }
}
