//! Numbers in sentences for people.

/// `1 record`, `2 records`
pub(crate) fn counted(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `; 2 got in`, and nothing of what there is nothing of.
pub(crate) fn some(number: u64, what: &str) -> String {
    if number == 0 { String::new() } else { format!("; {number} {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1_u16, "record", "records"), "1 record");
        assert_eq!(counted(0_usize, "record", "records"), "0 records");
        assert_eq!(some(0, "got in") + &some(2, "got in"), "; 2 got in");
    }
}
