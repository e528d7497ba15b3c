//! What is wrong with a rule: where it stands, the line itself, and what to do about it.

use std::fmt;

/// A file of rules, read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its name for messages and for `decided_by` of alerts.
    pub file: String,
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistake {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, where it is known.
    pub column: Option<usize>,
    /// The line as it is written.
    pub written: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Mistake {
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        self.hint = (!hint.is_empty()).then_some(hint);
        self
    }
}

/// As a compiler says it: place and text, the line with a mark under the column, the hint.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        writeln!(f, ": {}", self.text)?;
        if !self.written.trim().is_empty() {
            let number = self.line.to_string();
            let shown: String = self.written.chars().take(160).collect();
            writeln!(f, "  {number} | {shown}")?;
            if let Some(column) = self.column {
                let blank: String = " ".repeat(number.len());
                writeln!(f, "  {blank} | {:>column$}", "^", column = column.min(160))?;
            }
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "  hint: {hint}")?;
        }
        Ok(())
    }
}

/// A document of a file, by the line that it begins in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'s> {
    source: &'s Source,
    first: usize,
}

impl<'s> Place<'s> {
    pub(super) const fn new(source: &'s Source, first: usize) -> Self {
        Self { source, first }
    }

    pub(super) fn file(&self) -> &'s str {
        &self.source.file
    }

    /// The first line that says something.
    pub(super) fn line(&self) -> usize {
        let says = |text: &str| {
            let text = text.trim();
            !text.is_empty() && !text.starts_with('#') && text != "---"
        };
        self.lines().find(|(_, text)| says(text)).map_or(self.first, |(line, _)| line)
    }

    /// The document's lines with their numbers in the file.
    fn lines(&self) -> impl Iterator<Item = (usize, &'s str)> {
        (1..)
            .zip(self.source.text.lines())
            .skip(self.first - 1)
            .take_while(|(line, text)| *line == self.first || text.trim_end() != "---")
    }

    /// Line and column of the first place where `what` is written, outside comments.
    pub(super) fn find(&self, what: &str) -> Option<(usize, usize)> {
        if what.is_empty() {
            return None;
        }
        let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let found = |whole: bool| {
            self.lines().filter(|(_, text)| !text.trim_start().starts_with('#')).find_map(
                |(line, text)| {
                    text.match_indices(what).find_map(|(at, _)| {
                        let before = text.get(..at)?.chars().next_back();
                        let after = text.get(at + what.len()..)?.chars().next();
                        let alone =
                            !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word);
                        (alone || !whole).then(|| {
                            (line, text.get(..at).map_or(0, |text| text.chars().count()) + 1)
                        })
                    })
                },
            )
        };
        found(true).or_else(|| found(false))
    }

    /// Keys at the top level and where they stand.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&'s str, (usize, usize))> {
        self.lines().filter_map(|(line, text)| {
            let (key, _) = text.split_once(':')?;
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            (!key.is_empty() && key.chars().all(plain)).then_some((key, (line, 1)))
        })
    }

    pub(super) fn mistake(&self, at: Option<(usize, usize)>, text: impl Into<String>) -> Mistake {
        let (line, column) = match at {
            Some((line, column)) => (line, Some(column)),
            None => (self.line(), None),
        };
        Mistake {
            file: self.source.file.clone(),
            line,
            column,
            written: self.source.text.lines().nth(line - 1).unwrap_or_default().to_owned(),
            text: text.into(),
            hint: None,
        }
    }

    /// A mistake that the parser found: where it says a place, there.
    pub(super) fn explain(&self, error: &str) -> Mistake {
        let number = |word: &str| -> Option<usize> {
            let (_, rest) = error.split_once(word)?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        let yaml = error.contains("YAML");
        let condition = error.contains("ondition");
        let at = if yaml {
            let last = self.lines().last().map_or(self.first, |(line, _)| line);
            number("line ")
                .map(|line| {
                    (self.first.saturating_add(line).saturating_sub(1)).clamp(self.first, last)
                })
                .zip(number("column ").or(Some(1)))
        } else if condition {
            self.find("condition:")
        } else {
            // Parsers name what they stumble over in quotes.
            error.split('\'').nth(1).and_then(|word| self.find(word)).or_else(|| {
                ["correlation", "detection", "logsource"]
                    .iter()
                    .find(|word| error.contains(*word))
                    .and_then(|word| self.find(&format!("{word}:")))
            })
        };
        let text: String =
            error.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
        let mistake = self.mistake(at, text.trim_start_matches("YAML parse error: "));
        if yaml {
            return mistake.hint("this is no YAML: look at the indentation, and quote values with : # * & ? or braces");
        }
        if condition {
            return mistake
                .hint("a condition joins names of selections: `selection and not 1 of filter_*`");
        }
        mistake
    }
}
