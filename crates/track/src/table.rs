//! The table of the hot path: a map with a cap and eviction by least recent use, whose entries stand in a slab, so that a
//! lookup is one hash, a hit allocates nothing, and an entry found once is reached again by its slot.
//!
//! It keeps the promises of [`event::Capped`]: a cap, an eviction rule, counters, a keyed hasher, and an order that is
//! the order of use and never that of the hasher.

use std::hash::{BuildHasher, Hash};

use ahash::RandomState;

use event::TableCount;
use hashbrown::HashTable;

const NONE: u32 = u32::MAX;

struct Node<K, V> {
    entry: Option<(K, V)>,
    newer: u32,
    older: u32,
}

/// Where an entry stands, until it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

pub(crate) struct Table<K, V> {
    name: &'static str,
    cap: usize,
    evicted: u64,
    hasher: RandomState,
    index: HashTable<u32>,
    nodes: Vec<Node<K, V>>,
    free: Vec<u32>,
    newest: u32,
    oldest: u32,
}

impl<K: Hash + Eq, V> Table<K, V> {
    /// A `cap` of zero is taken as one. Grows as it fills; nothing is allocated in advance.
    pub(crate) fn new(name: &'static str, cap: usize) -> Self {
        Self {
            name,
            cap: cap.clamp(1, 1 << 30),
            evicted: 0,
            hasher: RandomState::new(),
            index: HashTable::new(),
            nodes: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    /// The entry of `key`, marked as used.
    pub(crate) fn find(&mut self, key: &K) -> Option<Slot> {
        let slot = self.peek(key)?;
        self.mark(slot);
        Some(slot)
    }

    /// The entry of `key`, its age left as it is.
    pub(crate) fn peek(&self, key: &K) -> Option<Slot> {
        let hash = self.hasher.hash_one(key);
        let nodes = &self.nodes;
        self.index.find(hash, |&at| holds(nodes, at, key)).copied().map(Slot)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&V> {
        self.nodes.get(slot.0 as usize)?.entry.as_ref().map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut V> {
        self.nodes.get_mut(slot.0 as usize)?.entry.as_mut().map(|(_, value)| value)
    }

    /// Puts an entry in and gives its slot and what had to make room; an older entry of the same key is replaced and given back.
    pub(crate) fn insert(&mut self, key: K, value: V) -> (Slot, Option<(K, V)>) {
        let mut gone = None;
        if let Some(slot) = self.peek(&key) {
            gone = self.remove(slot);
        } else if self.index.len() >= self.cap {
            gone = self.pop_oldest();
            self.evicted += u64::from(gone.is_some());
        }
        let hash = self.hasher.hash_one(&key);
        let at = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node { entry: None, newer: NONE, older: NONE });
            u32::try_from(self.nodes.len() - 1).unwrap_or(NONE)
        });
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.entry = Some((key, value));
        }
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        let rehash = |&at: &u32| match nodes.get(at as usize).and_then(|node| node.entry.as_ref()) {
            Some((key, _)) => hasher.hash_one(key),
            None => 0,
        };
        // The key is not in the index: it was looked up above.
        self.index.insert_unique(hash, at, rehash);
        self.link_newest(at);
        (Slot(at), gone)
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<(K, V)> {
        let at = slot.0;
        let entry = self.nodes.get_mut(at as usize)?.entry.take()?;
        let hash = self.hasher.hash_one(&entry.0);
        if let Ok(found) = self.index.find_entry(hash, |&other| other == at) {
            found.remove();
        }
        self.unlink(at);
        self.free.push(at);
        Some(entry)
    }

    pub(crate) fn oldest(&self) -> Option<(&K, &V)> {
        self.nodes.get(self.oldest as usize)?.entry.as_ref().map(|(key, value)| (key, value))
    }

    pub(crate) fn pop_oldest(&mut self) -> Option<(K, V)> {
        if self.oldest == NONE {
            return None;
        }
        self.remove(Slot(self.oldest))
    }

    /// In the order of the slab, which is the same in every run.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.nodes.iter().filter_map(|node| node.entry.as_ref().map(|(_, value)| value))
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn count(&self) -> TableCount {
        TableCount {
            table: self.name.into(),
            entries: self.index.len() as u64,
            cap: self.cap as u64,
            evicted: self.evicted,
        }
    }

    fn mark(&mut self, slot: Slot) {
        if self.newest != slot.0 {
            self.unlink(slot.0);
            self.link_newest(slot.0);
        }
    }

    fn link_newest(&mut self, at: u32) {
        let before = self.newest;
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.older = before;
            node.newer = NONE;
        }
        match self.nodes.get_mut(before as usize) {
            Some(node) => node.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
    }

    fn unlink(&mut self, at: u32) {
        let Some((newer, older)) = self.nodes.get(at as usize).map(|n| (n.newer, n.older)) else {
            return;
        };
        match self.nodes.get_mut(newer as usize) {
            Some(node) => node.older = older,
            None => self.newest = older,
        }
        match self.nodes.get_mut(older as usize) {
            Some(node) => node.newer = newer,
            None => self.oldest = newer,
        }
    }
}

fn holds<K: Eq, V>(nodes: &[Node<K, V>], at: u32, key: &K) -> bool {
    nodes
        .get(at as usize)
        .and_then(|node| node.entry.as_ref())
        .is_some_and(|(other, _)| other == key)
}

#[cfg(test)]
mod tests {
    use event::Capped;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The same as [`Capped`], whatever is done to it.
        #[test]
        fn behaves_as_the_other_table(cap in 1usize..8, steps in proptest::collection::vec((0u8..4, 0u8..20), 0..300)) {
            let mut table = Table::new("test", cap);
            let mut other = Capped::new("test", cap);
            for (what, key) in steps {
                match what {
                    0 => {
                        let (slot, _) = table.insert(key, key);
                        prop_assert_eq!(table.get(slot), Some(&key));
                        other.insert(key, key);
                    }
                    1 => prop_assert_eq!(table.find(&key).is_some(), other.get(&key).is_some()),
                    2 => {
                        let gone = table.peek(&key).and_then(|slot| table.remove(slot));
                        prop_assert_eq!(gone.map(|(_, value)| value), other.remove(&key));
                    }
                    _ => prop_assert_eq!(table.pop_oldest(), other.pop_oldest()),
                }
                prop_assert_eq!(table.len(), other.len());
                prop_assert_eq!(table.oldest().map(|(k, _)| *k), other.oldest().map(|(k, _)| *k));
                prop_assert_eq!(table.count(), other.count());
            }
        }
    }
}
