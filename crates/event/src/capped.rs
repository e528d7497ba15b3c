//! A table with a cap, an eviction rule and counters: the only kind that may be keyed by what comes from the wire.
//!
//! Eviction is by least recent use. The order of iteration is the order of use, so that it is the same in every run;
//! the hasher is keyed with random seeds, because attackers choose our keys. Entries stand in a slab: a look-up is one
//! hash, and entries that come and go allocate nothing once the table has grown.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;

use ahash::RandomState;
use hashbrown::HashTable;
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

/// No slot: the end of the list of uses, and of the list of free slots.
const NONE: u32 = u32::MAX;

/// Neighbours in the order of use. They stand apart from the entries, so that a use touches few lines of memory.
#[derive(Clone, Copy)]
struct Link {
    newer: u32,
    /// In a free slot, the next free one.
    older: u32,
}

/// Where an entry stands, until it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u32);

/// A map of at most `cap` entries; the least recently used makes room.
pub struct Capped<K, V> {
    name: &'static str,
    cap: usize,
    evicted: u64,
    hasher: RandomState,
    /// How often a slot was given up: one that was noted before may hold another entry since.
    released: u64,
    /// Slots by the hash of their keys.
    index: HashTable<u32>,
    /// Empty where a slot is free.
    slots: Vec<Option<(K, V)>>,
    links: Vec<Link>,
    free: u32,
    newest: u32,
    oldest: u32,
}

impl<K, V> fmt::Debug for Capped<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capped")
            .field("name", &self.name)
            .field("len", &self.index.len())
            .field("cap", &self.cap)
            .finish()
    }
}

impl<K: Hash + Eq + Clone, V> Capped<K, V> {
    /// A `cap` of zero is taken as one. Grows as it fills; nothing is allocated in advance.
    pub fn new(name: &'static str, cap: usize) -> Self {
        Self {
            name,
            cap: cap.clamp(1, 1 << 30),
            evicted: 0,
            hasher: RandomState::new(),
            released: 0,
            index: HashTable::new(),
            slots: Vec::new(),
            links: Vec::new(),
            free: NONE,
            newest: NONE,
            oldest: NONE,
        }
    }

    /// The entry of `key`, made now if there is none, and what had to make room for it.
    pub fn entry(&mut self, key: &K, make: impl FnOnce() -> V) -> (&mut V, Option<(K, V)>) {
        let hash = self.hasher.hash_one(key);
        let mut out = None;
        let at = match self.slot_of(hash, key) {
            Some(at) => {
                self.mark(at);
                at
            }
            None => {
                out = self.make_room();
                self.take_slot(hash)
            }
        };
        (&mut self.slot(at).get_or_insert_with(|| (key.clone(), make())).1, out)
    }

    /// Puts an entry in and gives back what had to make room; an older entry of the same key is replaced.
    pub fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        let hash = self.hasher.hash_one(&key);
        if let Some(at) = self.slot_of(hash, &key) {
            self.mark(at);
            *self.slot(at) = Some((key, value));
            return None;
        }
        let out = self.make_room();
        let at = self.take_slot(hash);
        *self.slot(at) = Some((key, value));
        out
    }

    /// Looks an entry up and marks it as used.
    pub fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_mut(key).map(|value| &*value)
    }

    /// Looks an entry up and marks it as used.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key)?;
        self.mark(at);
        self.slot(at).as_mut().map(|(_, value)| value)
    }

    /// Looks an entry up and leaves its age as it is.
    pub fn peek<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.held(self.place(key)?).map(|(_, value)| value)
    }

    pub fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_some()
    }

    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if self.index.is_empty() {
            return None;
        }
        let hash = self.hasher.hash_one(key);
        let at = self.slot_of(hash, key)?;
        self.release(at, hash).map(|(_, value)| value)
    }

    /// The entry that was not used for longest.
    pub fn oldest(&self) -> Option<(&K, &V)> {
        self.held(self.oldest).map(|(key, value)| (key, value))
    }

    pub fn pop_oldest(&mut self) -> Option<(K, V)> {
        let at = self.oldest;
        let hash = self.hasher.hash_one(&self.held(at)?.0);
        self.release(at, hash)
    }

    /// Where the entry of `key` stands; marks it as used.
    pub fn find(&mut self, key: &K) -> Option<Slot> {
        let at = self.place(key)?;
        self.mark(at);
        Some(Slot(at))
    }

    /// Where the entry of `key` stands, its age left as it is.
    pub fn peek_slot(&self, key: &K) -> Option<Slot> {
        self.place(key).map(Slot)
    }

    /// What stands in a slot.
    pub fn at(&self, slot: Slot) -> Option<&V> {
        self.held(slot.0).map(|(_, value)| value)
    }

    /// What stands in a slot.
    pub fn at_mut(&mut self, slot: Slot) -> Option<&mut V> {
        self.slots.get_mut(slot.0 as usize)?.as_mut().map(|(_, value)| value)
    }

    /// What stands in a slot; marks it as used.
    pub fn use_slot(&mut self, slot: Slot) -> Option<&mut V> {
        self.mark(slot.0);
        self.at_mut(slot)
    }

    /// As long as this number stays the same, every slot holds the entry that it held.
    pub const fn released(&self) -> u64 {
        self.released
    }

    /// What stands in a slot; marks it as used.
    pub fn touch(&mut self, slot: Slot) -> Option<&mut V> {
        if self.held(slot.0).is_some() {
            self.mark(slot.0);
        }
        self.at_mut(slot)
    }

    /// Puts an entry in and gives its slot, and what had to make room or had the same key.
    pub fn put(&mut self, key: K, value: V) -> (Slot, Option<(K, V)>) {
        let hash = self.hasher.hash_one(&key);
        let old = self.slot_of(hash, &key).and_then(|at| self.release(at, hash));
        let gone = old.or_else(|| self.make_room());
        let at = self.take_slot(hash);
        *self.slot(at) = Some((key, value));
        (Slot(at), gone)
    }

    /// Removes what stands in a slot.
    pub fn take(&mut self, slot: Slot) -> Option<(K, V)> {
        let hash = self.hasher.hash_one(&self.held(slot.0)?.0);
        self.release(slot.0, hash)
    }

    /// In the order of the slab, which is the same in every run.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().flatten().map(|(_, value)| value)
    }

    /// From most to least recently used.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut next = self.newest;
        std::iter::from_fn(move || {
            let (key, value) = self.slots.get(next as usize)?.as_ref()?;
            next = self.links.get(next as usize)?.older;
            Some((key, value))
        })
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    pub fn count(&self) -> TableCount {
        TableCount {
            table: self.name.into(),
            entries: self.index.len() as u64,
            cap: self.cap as u64,
            evicted: self.evicted,
        }
    }

    fn place<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        if self.index.is_empty() {
            return None;
        }
        self.slot_of(self.hasher.hash_one(key), key)
    }

    fn slot_of<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        let same = |&at: &u32| self.held(at).is_some_and(|(other, _)| other.borrow() == key);
        self.index.find(hash, same).copied()
    }

    fn held(&self, at: u32) -> Option<&(K, V)> {
        self.slots.get(at as usize)?.as_ref()
    }

    #[expect(clippy::indexing_slicing, reason = "slots are never taken out of the slab")]
    fn slot(&mut self, at: u32) -> &mut Option<(K, V)> {
        &mut self.slots[at as usize]
    }

    /// Lets go of the oldest entry of a full table.
    fn make_room(&mut self) -> Option<(K, V)> {
        if self.index.len() < self.cap {
            return None;
        }
        let out = self.pop_oldest();
        self.evicted += u64::from(out.is_some());
        out
    }

    /// A slot for a key that is not in the table, to be filled by the caller.
    fn take_slot(&mut self, hash: u64) -> u32 {
        let (slots, hasher) = (&self.slots, &self.hasher);
        let rehash = |&at: &u32| {
            let entry = slots.get(at as usize).and_then(Option::as_ref);
            entry.map_or(0, |(key, _)| hasher.hash_one(key))
        };
        let at = match self.links.get(self.free as usize) {
            Some(_) => self.free,
            None => u32::try_from(self.slots.len()).unwrap_or(NONE),
        };
        self.index.insert_unique(hash, at, rehash);
        match self.links.get(at as usize) {
            Some(link) => self.free = link.older,
            None => {
                self.slots.push(None);
                self.links.push(Link { newer: NONE, older: NONE });
            }
        }
        self.link_newest(at);
        at
    }

    fn release(&mut self, at: u32, hash: u64) -> Option<(K, V)> {
        let entry = self.slots.get_mut(at as usize)?.take()?;
        self.released += 1;
        if let Ok(found) = self.index.find_entry(hash, |&other| other == at) {
            found.remove();
        }
        self.unlink(at);
        if let Some(link) = self.links.get_mut(at as usize) {
            link.older = self.free;
            self.free = at;
        }
        Some(entry)
    }

    fn mark(&mut self, at: u32) {
        if self.newest != at {
            self.unlink(at);
            self.link_newest(at);
        }
    }

    fn link_newest(&mut self, at: u32) {
        let before = self.newest;
        if let Some(link) = self.links.get_mut(at as usize) {
            link.older = before;
            link.newer = NONE;
        }
        match self.links.get_mut(before as usize) {
            Some(link) => link.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
    }

    fn unlink(&mut self, at: u32) {
        let Some((newer, older)) = self.links.get(at as usize).map(|s| (s.newer, s.older)) else {
            return;
        };
        match self.links.get_mut(newer as usize) {
            Some(link) => link.older = older,
            None => self.newest = older,
        }
        match self.links.get_mut(older as usize) {
            Some(link) => link.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The same as a list in the order of use, whatever is done to it.
        #[test]
        fn behaves_as_a_list_in_order_of_use(cap in 0usize..8, steps in proptest::collection::vec((0u8..6, 0u8..20), 0..300)) {
            let mut table = Capped::new("test", cap);
            let mut list: VecDeque<(u8, usize)> = VecDeque::new();
            let mut evicted = 0;
            for (step, (what, key)) in steps.into_iter().enumerate() {
                let place = list.iter().position(|(other, _)| *other == key);
                match what {
                    0 | 1 => {
                        let (value, gone) = table.entry(&key, || step);
                        let old = place.and_then(|place| list.remove(place));
                        let full = old.is_none() && list.len() >= cap.max(1);
                        prop_assert_eq!(gone, if full { list.pop_back() } else { None });
                        evicted += u64::from(full);
                        list.push_front(old.unwrap_or((key, step)));
                        prop_assert_eq!(*value, list[0].1);
                    }
                    2 => {
                        let gone = table.insert(key, step);
                        let old = place.and_then(|place| list.remove(place));
                        let full = old.is_none() && list.len() >= cap.max(1);
                        prop_assert_eq!(gone, if full { list.pop_back() } else { None });
                        evicted += u64::from(full);
                        list.push_front((key, step));
                    }
                    3 => {
                        let old = place.and_then(|place| list.remove(place));
                        prop_assert_eq!(table.remove(&key), old.map(|(_, value)| value));
                    }
                    4 => {
                        let old = place.and_then(|place| list.remove(place));
                        prop_assert_eq!(table.get(&key).copied(), old.map(|(_, value)| value));
                        list.extend(old);
                        list.rotate_right(usize::from(old.is_some()));
                    }
                    _ => prop_assert_eq!(table.pop_oldest(), list.pop_back()),
                }
                prop_assert_eq!(table.iter().map(|(key, value)| (*key, *value)).collect::<VecDeque<_>>(), list.clone());
                prop_assert_eq!(table.len(), list.len());
                prop_assert_eq!(table.count().evicted, evicted);
            }
        }
    }
}
