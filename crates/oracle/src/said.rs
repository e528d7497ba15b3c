//! What one side says of a frame.

use crate::table::Row;

/// Fields of the table with their values, in the order in which they were said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    values: Vec<(Row, String)>,
    /// A message in the frame was given up before its end.
    pub broken_off: bool,
}

impl Said {
    pub fn put(&mut self, row: Row, value: String) {
        self.values.push((row, value));
    }

    /// What is said later of the same frame.
    pub fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// By field, the values of each in their order.
    pub fn by_field(mut self) -> Vec<(Row, Vec<String>)> {
        self.values.sort_by_key(|(row, _)| *row);
        let mut fields: Vec<(Row, Vec<String>)> = Vec::new();
        for (row, value) in self.values {
            match fields.last_mut() {
                Some((last, values)) if *last == row => values.push(value),
                _ => fields.push((row, vec![value])),
            }
        }
        fields
    }
}
