//! A table with a cap, an eviction rule and counters: the only kind that may be keyed by what comes from the wire.
//!
//! Eviction is by least recent use. The order of iteration is the order of use, so that it is the same in every run;
//! the hasher is the standard keyed one, because attackers choose our keys.

use std::fmt;
use std::hash::{Hash, RandomState};

use lru::LruCache;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one table held: shown in the statistics of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableCount {
    pub table: crate::Name,
    /// Entries at the time of the record.
    pub entries: u64,
    pub cap: u64,
    /// Entries pushed out by the cap since the start.
    pub evicted: u64,
}

/// A map of at most `cap` entries; the least recently used makes room.
pub struct Capped<K: Hash + Eq, V> {
    name: &'static str,
    cap: usize,
    evicted: u64,
    entries: LruCache<K, V, RandomState>,
}

impl<K: Hash + Eq, V> fmt::Debug for Capped<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capped")
            .field("name", &self.name)
            .field("len", &self.entries.len())
            .field("cap", &self.cap)
            .finish()
    }
}

impl<K: Hash + Eq + Clone, V> Capped<K, V> {
    /// A `cap` of zero is taken as one.
    pub fn new(name: &'static str, cap: usize) -> Self {
        Self {
            name,
            cap: cap.max(1),
            evicted: 0,
            entries: LruCache::unbounded_with_hasher(RandomState::new()),
        }
    }

    /// The entry of `key`, made now if there is none, and what had to make room for it.
    pub fn entry(&mut self, key: &K, make: impl FnOnce() -> V) -> (&mut V, Option<(K, V)>) {
        let mut out = None;
        if !self.entries.contains(key) && self.entries.len() >= self.cap {
            out = self.entries.pop_lru();
            self.evicted += u64::from(out.is_some());
        }
        (self.entries.get_or_insert_mut_ref(key, make), out)
    }

    /// Puts an entry in and gives back what had to make room; an older entry of the same key is replaced.
    pub fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        let mut out = None;
        if !self.entries.contains(&key) && self.entries.len() >= self.cap {
            out = self.entries.pop_lru();
            self.evicted += u64::from(out.is_some());
        }
        self.entries.put(key, value);
        out
    }

    /// Looks an entry up and marks it as used.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Looks an entry up and marks it as used.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// Looks an entry up and leaves its age as it is.
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.entries.peek(key)
    }

    pub fn contains(&self, key: &K) -> bool {
        self.entries.contains(key)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.pop(key)
    }

    /// The entry that was not used for longest.
    pub fn oldest(&self) -> Option<(&K, &V)> {
        self.entries.peek_lru()
    }

    pub fn pop_oldest(&mut self) -> Option<(K, V)> {
        self.entries.pop_lru()
    }

    /// From most to least recently used.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn count(&self) -> TableCount {
        TableCount {
            table: self.name.into(),
            entries: self.entries.len() as u64,
            cap: self.cap as u64,
            evicted: self.evicted,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_over_its_cap(cap in 0usize..8, keys in proptest::collection::vec(0u8..20, 0..200)) {
            let mut table = Capped::new("test", cap);
            let mut gone = 0;
            for key in keys {
                gone += u64::from(table.entry(&key, || key).1.is_some());
                prop_assert!(table.len() <= cap.max(1));
                prop_assert_eq!(table.get(&key), Some(&key));
            }
            prop_assert_eq!(table.count().evicted, gone);
        }
    }
}
