//! Chance. One stream of numbers per simulation, and whole numbers only, so that every machine draws the same.

use rand_core::Rng;
use rand_pcg::Pcg64;

/// The simulation's only source of chance.
pub(super) struct Dice(Pcg64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(Pcg64::new(u128::from(seed), 0x6e6f_7274_686c_6967_6874))
    }

    /// A whole number in `0..limit`. `limit` is at least 1.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(limit);
        (wide >> 32) as u32
    }

    /// A whole number in `from..=to`.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        from + self.below((to - from + 1) as u32) as i32
    }

    /// True in `permille` of 1000 cases.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One index of a list of weights; the weights sum to at least 1.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.len() - 1
    }

    /// One element of a list that is not empty.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }
}

/// A lasting property of a thing: the same number below `limit` for the same thing, without a draw.
pub(super) fn trait_of(thing: u64, kind: u64, limit: u32) -> u32 {
    let mut x = thing.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind.wrapping_mul(0xd1b5_4a32_d192_ed03);
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    (((x >> 32) * u64::from(limit)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        let draw = |seed| {
            let mut dice = Dice::new(seed);
            (0..5).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn weights_of_nought_are_never_drawn() {
        let mut dice = Dice::new(7);
        assert!((0..200).all(|_| dice.weighted(&[0, 3, 0, 1]) % 2 == 1));
    }
}
