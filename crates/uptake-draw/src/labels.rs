//! Labels beside line ends, moved apart so that none covers another.

/// The heights at which labels of `line_px` stand, nearest to what each wants and in the same order of height.
///
/// `None` if they cannot all stand between `top` and `bottom`.
pub(crate) fn apart(wanted: &[f64], line_px: f64, top: f64, bottom: f64) -> Option<Vec<f64>> {
    let count = wanted.len();
    if count as f64 * line_px > bottom - top + line_px {
        return None;
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    // A crowd is a run of labels that touch; two crowds that meet become one around their common mean.
    let mut crowds: Vec<Crowd> = vec![];
    for at in &order {
        let mut crowd = Crowd { sum: wanted[*at], count: 1 };
        while let Some(above) = crowds.last() {
            if above.end(line_px, top, bottom) <= crowd.start(line_px, top, bottom) + 1e-9 {
                break;
            }
            let shift = above.count as f64 * line_px;
            crowd = Crowd { sum: above.sum + crowd.sum - crowd.count as f64 * shift, count: above.count + crowd.count };
            crowds.pop();
        }
        crowds.push(crowd);
    }
    let mut placed = vec![0.0; count];
    let mut next = order.into_iter();
    for crowd in &crowds {
        let start = crowd.start(line_px, top, bottom);
        for (within, at) in next.by_ref().take(crowd.count).enumerate() {
            placed[at] = start + within as f64 * line_px;
        }
    }
    Some(placed)
}

/// `sum` adds up where each label wants the first of the crowd to be.
struct Crowd {
    sum: f64,
    count: usize,
}

impl Crowd {
    fn start(&self, line_px: f64, top: f64, bottom: f64) -> f64 {
        let lowest = bottom - (self.count - 1) as f64 * line_px;
        (self.sum / self.count as f64).min(lowest).max(top)
    }

    fn end(&self, line_px: f64, top: f64, bottom: f64) -> f64 {
        self.start(line_px, top, bottom) + self.count as f64 * line_px
    }
}

/// Places that are taken by texts and marks already.
#[derive(Debug, Default)]
pub(crate) struct Taken(Vec<[f64; 4]>);

impl Taken {
    pub fn keep(&mut self, x: f64, top: f64, width: f64, height: f64) {
        self.0.push([x, top, x + width, top + height]);
    }

    pub fn is_free(&self, x: f64, top: f64, width: f64, height: f64) -> bool {
        self.0.iter().all(|[left, above, right, below]| {
            x >= *right || x + width <= *left || top >= *below || top + height <= *above
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &[f64], expected: Option<&[f64]>) {
        let placed = apart(wanted, 10.0, 0.0, 100.0);
        assert_eq!(placed.as_deref(), expected);
    }

    #[test]
    fn labels_stay_where_they_want_and_part_where_they_meet() {
        check(&[10.0, 50.0], Some(&[10.0, 50.0]));
        check(&[50.0, 50.0], Some(&[45.0, 55.0]));
        check(&[52.0, 48.0], Some(&[55.0, 45.0])); // the higher one stays higher
        check(&[100.0, 100.0, 100.0], Some(&[80.0, 90.0, 100.0]));
        check(&[0.0, 1.0], Some(&[0.0, 10.0]));
        check(&[], Some(&[]));
    }

    #[test]
    fn a_taken_place_is_not_free() {
        let mut taken = Taken::default();
        taken.keep(10.0, 10.0, 20.0, 10.0);
        assert!(!taken.is_free(25.0, 15.0, 10.0, 10.0));
        assert!(taken.is_free(30.0, 10.0, 10.0, 10.0)); // touching is free
    }

    #[test]
    fn too_many_labels_do_not_fit() {
        check(&[5.0; 12], None);
        assert!(apart(&[5.0; 11], 10.0, 0.0, 100.0).is_some());
    }
}
