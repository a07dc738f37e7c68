//! What was met lately: a set that forgets its oldest member when it is full.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// The latest values that were put in, up to a number; memory stays flat however much passes through.
#[derive(Debug, Clone)]
pub struct Recent<T> {
    set: HashSet<T>,
    order: VecDeque<T>,
    most: usize,
}

impl<T: Hash + Eq + Clone> Recent<T> {
    /// An empty set of at most so many values.
    pub fn new(most: usize) -> Self {
        Self { set: HashSet::new(), order: VecDeque::new(), most: most.max(1) }
    }

    /// Notes a value; `false` when it was there. A value that comes again keeps its old place.
    pub fn insert(&mut self, value: T) -> bool {
        if self.set.contains(&value) {
            return false;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        self.order.push_back(value.clone());
        self.set.insert(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten() {
        let mut recent = Recent::new(2);
        assert!(recent.insert(1) && recent.insert(2));
        assert!(!recent.insert(1));
        assert!(recent.insert(3));
        assert!(!recent.insert(2));
        assert!(recent.insert(1));
        assert_eq!(recent.set.len(), recent.order.len());
    }
}
