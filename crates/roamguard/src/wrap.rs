//! Text in columns: wrapping and padding by what a terminal shows.

use std::sync::OnceLock;

use terminal_size::terminal_size_of;

/// Columns of a report where nobody says otherwise.
const MOST: usize = 100;
/// Tables and hanging texts need so many.
const LEAST: usize = 60;

/// Columns of a report: a hundred, and fewer on a terminal that is narrower. What is no terminal gets the same everywhere.
pub(crate) fn wide() -> usize {
    static WIDE: OnceLock<usize> = OnceLock::new();
    *WIDE.get_or_init(|| {
        terminal_size_of(std::io::stdout())
            .map_or(MOST, |(columns, _)| usize::from(columns.0).clamp(LEAST, MOST))
    })
}

/// Columns that a text takes; the sanitiser sees to what takes none.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Columns of a character: two for those of East Asia and for pictures (Unicode EastAsianWidth, W and F).
const fn width(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// As much of a text as fits, in octets.
fn fitting(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += width(c);
        if used > room {
            return at;
        }
    }
    text.len()
}

/// Cuts a text to `width` columns, with an ellipsis where something was lost.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let (kept, _) = text.split_at(fitting(text, width.saturating_sub(1)));
    format!("{kept}…")
}

/// Breaks a text at spaces into lines of at most `width` columns; a word longer than that is broken where it must be.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for mut word in text.split_whitespace() {
        loop {
            let used = columns(&line);
            let gap = usize::from(used > 0);
            if used + gap + columns(word) <= width {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            let (head, rest) = word.split_at(fitting(word, width));
            lines.push(head.to_owned());
            word = rest;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A number with thin groups of three: 1 234 567 as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_and_groups() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("abcdefghijklmnop", 8), ["abcdefgh", "ijklmnop"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(wrap("中国移动通信 ab", 8), ["中国移动", "通信 ab"]);
        assert_eq!((columns("中国"), cut("中国移动", 6).as_str()), (4, "中国…"));
    }
}
