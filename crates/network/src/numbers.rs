//! Whose number a global title is: a tree of digits that is walked once, whatever the number of prefixes.

/// Values by numbers and by prefixes of numbers, built once. Where one is given twice the first counts.
#[derive(Clone, Debug)]
pub(crate) struct Numbers<T> {
    /// The first is the root; none where nothing was put in.
    nodes: Vec<Node<T>>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// By the next digit; zero is none, since nothing leads to the root.
    next: [u32; 10],
    /// Of exactly this number.
    whole: Option<T>,
    /// Of all that begin so.
    prefix: Option<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<T: Copy> Numbers<T> {
    /// Descriptions hold digits only; what has anything else in it is nobody's number.
    pub(crate) fn claim_number(&mut self, digits: &str, value: T) {
        if let Some(node) = self.make(digits) {
            node.whole.get_or_insert(value);
        }
    }

    pub(crate) fn claim_prefix(&mut self, digits: &str, value: T) {
        if let Some(node) = self.make(digits) {
            node.prefix.get_or_insert(value);
        }
    }

    /// By the whole number, else by the longest prefix.
    pub(crate) fn get(&self, digits: &str) -> Option<T> {
        let mut node = self.nodes.first()?;
        let mut longest = None;
        for octet in digits.bytes() {
            let Some(next) = self.step(node, octet) else { return longest };
            longest = next.prefix.or(longest);
            node = next;
        }
        node.whole.or(longest)
    }

    /// By the whole number only.
    pub(crate) fn exactly(&self, digits: &str) -> Option<T> {
        let root = self.nodes.first()?;
        digits.bytes().try_fold(root, |node, octet| self.step(node, octet))?.whole
    }

    fn step(&self, node: &Node<T>, octet: u8) -> Option<&Node<T>> {
        let next = *node.next.get(usize::from(octet.wrapping_sub(b'0')))?;
        self.nodes.get(next as usize).filter(|_| next != 0)
    }

    fn make(&mut self, digits: &str) -> Option<&mut Node<T>> {
        if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        let empty = || Node { next: [0; 10], whole: None, prefix: None };
        if self.nodes.is_empty() {
            self.nodes.push(empty());
        }
        let mut at = 0;
        for octet in digits.bytes() {
            let digit = usize::from(octet.wrapping_sub(b'0'));
            let fresh = u32::try_from(self.nodes.len()).ok()?;
            let next = self.nodes.get_mut(at)?.next.get_mut(digit)?;
            if *next == 0 {
                *next = fresh;
                at = fresh as usize;
                self.nodes.push(empty());
            } else {
                at = *next as usize;
            }
        }
        self.nodes.get_mut(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_if_every_prefix_were_tried(
            claims in proptest::collection::vec(("[12]{1,5}", any::<bool>()), 0..24),
            probes in proptest::collection::vec("[12a]{0,7}", 0..24),
        ) {
            let mut numbers = Numbers::default();
            for (place, (digits, whole)) in claims.iter().enumerate() {
                if *whole {
                    numbers.claim_number(digits, place);
                } else {
                    numbers.claim_prefix(digits, place);
                }
            }
            for probe in probes.iter().chain(claims.iter().map(|(digits, _)| digits)) {
                let exact = claims.iter().position(|(digits, whole)| *whole && digits == probe);
                let longest = (0..=probe.len()).rev().find_map(|len| {
                    claims.iter().position(|(digits, whole)| !whole && Some(digits.as_str()) == probe.get(..len))
                });
                prop_assert_eq!(numbers.exactly(probe), exact, "{}", probe);
                prop_assert_eq!(numbers.get(probe), exact.or(longest), "{}", probe);
            }
        }
    }
}
