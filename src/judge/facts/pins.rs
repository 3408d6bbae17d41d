//! Matches what the patient typed with what the card was sent, most favourably to the reader.

use crate::secret::Masked;

/// A PIN that the patient typed and confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::judge) struct Entered {
    pub n: u64,
    /// Its alias; absent where it stands in clear, which no transcript of ours does.
    pub secret: Option<Masked>,
    pub length: usize,
}

/// Returns, for each VERIFY, the entry that explains it: in order, by value, each entry once, an
/// entry before its VERIFY, and as many pairs as there can be (design §3).
pub(in crate::judge) fn assign(
    entered: &[Entered],
    verifies: &[(u64, Option<Masked>)],
) -> Vec<Option<usize>> {
    let fits = |entry: usize, verify: usize| {
        let (n, secret) = &verifies[verify];
        entered[entry].n < *n
            && secret.is_some()
            && entered[entry].secret.as_ref().map(|it| &it.alias)
                == secret.as_ref().map(|it| &it.alias)
    };
    // best[e][v]: the most pairs among the entries from e and the VERIFYs from v on.
    let mut best = vec![vec![0_usize; verifies.len() + 1]; entered.len() + 1];
    for entry in (0..entered.len()).rev() {
        for verify in (0..verifies.len()).rev() {
            let skip = best[entry + 1][verify].max(best[entry][verify + 1]);
            let pair = if fits(entry, verify) {
                best[entry + 1][verify + 1] + 1
            } else {
                0
            };
            best[entry][verify] = skip.max(pair);
        }
    }
    let mut assigned = vec![None; verifies.len()];
    let (mut entry, mut verify) = (0, 0);
    while entry < entered.len() && verify < verifies.len() {
        let here = best[entry][verify];
        if fits(entry, verify) && here == best[entry + 1][verify + 1] + 1 {
            assigned[verify] = Some(entry);
            entry += 1;
            verify += 1;
        } else if here == best[entry + 1][verify] {
            entry += 1;
        } else {
            verify += 1;
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Masker;

    fn check(typed: &[(u64, &str)], sent: &[(u64, &str)], expect: &[Option<usize>]) {
        let mut masker = Masker::default();
        let entered: Vec<Entered> = typed
            .iter()
            .map(|(n, pin)| Entered {
                n: *n,
                secret: Some(masker.mask(pin.as_bytes())),
                length: pin.len(),
            })
            .collect();
        let sent: Vec<_> = sent
            .iter()
            .map(|(n, pin)| (*n, Some(masker.mask(pin.as_bytes()))))
            .collect();
        assert_eq!(assign(&entered, &sent), expect);
    }

    #[test]
    fn each_entry_explains_one_verify() {
        check(
            &[(1, "1111"), (3, "1234")],
            &[(2, "1111"), (4, "1234")],
            &[Some(0), Some(1)],
        );
    }

    #[test]
    fn the_second_verify_of_one_entry_has_no_explanation() {
        check(
            &[(1, "1234")],
            &[(2, "1234"), (3, "1234")],
            &[Some(0), None],
        );
    }

    #[test]
    fn the_same_pin_typed_twice_explains_two() {
        check(
            &[(1, "1234"), (3, "1234")],
            &[(2, "1234"), (4, "1234")],
            &[Some(0), Some(1)],
        );
    }

    #[test]
    fn an_entry_does_not_explain_a_verify_before_it() {
        check(&[(5, "1234")], &[(2, "1234")], &[None]);
    }

    #[test]
    fn a_value_that_nobody_typed_has_no_explanation() {
        check(
            &[(1, "1111")],
            &[(2, "0000"), (3, "1111")],
            &[None, Some(0)],
        );
    }

    #[test]
    fn an_entry_that_was_not_sent_does_not_hide_the_next() {
        check(&[(1, "1111"), (2, "2222")], &[(3, "2222")], &[Some(1)]);
    }
}
