//! What was worked out once and may be asked for again: bounded in bytes, and worked out by one asker while others wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// How often something was there, and how often it was not; outlives the shelves it counts for.
#[derive(Debug, Default)]
pub struct Counts {
    pub hits: AtomicU64,
    pub misses: AtomicU64,
}

/// Values by key; what was not asked for longest goes first.
pub struct Kept<V> {
    most_bytes: usize,
    counts: Arc<Counts>,
    shelf: Mutex<Shelf<V>>,
}

struct Shelf<V> {
    by_key: HashMap<String, Slot<V>>,
    bytes: usize,
    /// Counts every look, so that slots know when they were last seen.
    turn: u64,
}

struct Slot<V> {
    value: Arc<OnceCell<V>>,
    bytes: usize,
    seen: u64,
}

/// A slot's own weight, beside its key and its value.
const SLOT_BYTES: usize = 128;

impl<V: Clone> Kept<V> {
    pub fn new(most_bytes: usize, counts: Arc<Counts>) -> Kept<V> {
        Kept { most_bytes, counts, shelf: Mutex::new(Shelf { by_key: HashMap::new(), bytes: 0, turn: 0 }) }
    }

    /// What is there already.
    pub fn get(&self, key: &str) -> Option<V> {
        let mut shelf = self.shelf();
        shelf.turn += 1;
        let turn = shelf.turn;
        let slot = shelf.by_key.get_mut(key)?;
        slot.seen = turn;
        let value = slot.value.get().cloned()?;
        self.counts.hits.fetch_add(1, Ordering::Relaxed);
        Some(value)
    }

    /// What is there, else what `make` gives, which is then kept. Many askers of one key make it once.
    ///
    /// # Errors
    /// Those of `make`; they are not kept.
    pub async fn get_or<E>(
        &self,
        key: &str,
        weigh: impl FnOnce(&V) -> usize,
        make: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        self.counts.misses.fetch_add(1, Ordering::Relaxed);
        let cell = self.slot(key);
        let mut made = false;
        let value = cell
            .get_or_try_init(|| async {
                let value = make.await?;
                made = true;
                Ok(value)
            })
            .await?
            .clone();
        if made {
            self.put_away(key, weigh(&value));
        }
        Ok(value)
    }

    pub fn bytes(&self) -> usize {
        self.shelf().bytes
    }

    fn slot(&self, key: &str) -> Arc<OnceCell<V>> {
        let mut shelf = self.shelf();
        let (turn, bytes) = (shelf.turn, SLOT_BYTES + key.len());
        if let Some(slot) = shelf.by_key.get(key) {
            return slot.value.clone();
        }
        let value = Arc::new(OnceCell::new());
        shelf.by_key.insert(key.into(), Slot { value: value.clone(), bytes, seen: turn });
        shelf.bytes += bytes;
        // An asker who went away or an error leaves an empty slot; those are bounded like all others.
        shelf.make_room(self.most_bytes, key);
        value
    }

    fn put_away(&self, key: &str, bytes: usize) {
        let mut shelf = self.shelf();
        if let Some(slot) = shelf.by_key.get_mut(key) {
            slot.bytes += bytes;
            shelf.bytes += bytes;
        }
        let keep = if bytes > self.most_bytes / 2 { "" } else { key };
        shelf.make_room(self.most_bytes, keep);
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<V>> {
        // No code that could panic runs under this lock, and half a shelf would still be a shelf.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Shelf<V> {
    /// Takes away what was not seen longest until the rest fits; `keep` stays.
    fn make_room(&mut self, most_bytes: usize, keep: &str) {
        while self.bytes > most_bytes {
            let others = self.by_key.iter().filter(|(key, _)| *key != keep);
            let Some((oldest, _)) = others.min_by_key(|(_, slot)| slot.seen) else { return };
            let oldest = oldest.clone();
            if let Some(slot) = self.by_key.remove(&oldest) {
                self.bytes -= slot.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    async fn ask(kept: &Kept<u32>, key: &str, value: u32) -> u32 {
        let made: Result<u32, Infallible> = kept.get_or(key, |_| 1_000, async { Ok(value) }).await;
        made.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn the_first_answer_stays_and_the_oldest_goes() {
        let counts = Arc::new(Counts::default());
        let kept = Kept::new(2_500, counts.clone());
        assert_eq!((ask(&kept, "a", 1).await, ask(&kept, "a", 2).await), (1, 1));
        ask(&kept, "b", 3).await;
        ask(&kept, "a", 4).await; // seen again, so b is the oldest
        ask(&kept, "c", 5).await;
        assert_eq!((kept.get("a"), kept.get("b"), kept.get("c")), (Some(1), None, Some(5)));
        assert!(kept.bytes() <= 2_500);
        assert_eq!((counts.hits.load(Ordering::Relaxed), counts.misses.load(Ordering::Relaxed)), (4, 3));
    }

    #[tokio::test]
    async fn an_error_is_not_kept_and_empty_slots_are_bounded() {
        let kept: Kept<u32> = Kept::new(10_000, Arc::default());
        for n in 0..1_000 {
            let failed: Result<u32, &str> = kept.get_or(&format!("{n}"), |_| 1, async { Err("no") }).await;
            assert_eq!(failed, Err("no"));
        }
        assert!(kept.bytes() <= 10_000);
        assert_eq!(ask(&kept, "999", 7).await, 7);
    }

    #[tokio::test]
    async fn what_is_larger_than_half_the_shelf_is_not_kept() {
        let kept = Kept::new(1_000, Arc::default());
        ask(&kept, "large", 1).await;
        assert_eq!((kept.get("large"), kept.bytes()), (None, 0));
    }
}
