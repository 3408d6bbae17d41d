//! Finds a My Number in what a card answers, also where it is read piece by piece.
//!
//! No other form is looked for: card files hold it as twelve ASCII digits (card.md §2.2, §2.3).

/// Looks for My Numbers in answers, in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Finder {
    numbers: Vec<Vec<u8>>,
    /// The last bytes that came, too few to be a whole number, each with the entry that holds it.
    tail: Vec<(u8, u64)>,
}

impl Finder {
    /// Looks for these numbers.
    pub(super) fn new(numbers: &[String]) -> Finder {
        let known = numbers.iter().filter(|number| !number.is_empty());
        Finder {
            numbers: known.map(|number| number.as_bytes().to_vec()).collect(),
            tail: Vec::new(),
        }
    }

    /// Takes in the data of entry `n`, and returns the entries that hold a number or a part of one
    /// that is whole now.
    pub(super) fn seen(&mut self, n: u64, data: &[u8]) -> Vec<u64> {
        let longest = self.numbers.iter().map(Vec::len).max().unwrap_or(0);
        if longest == 0 || data.is_empty() {
            return Vec::new();
        }
        self.tail.extend(data.iter().map(|byte| (*byte, n)));
        let mut found = Vec::new();
        for number in &self.numbers {
            let windows = self.tail.windows(number.len());
            let holding = windows.filter(|it| it.iter().map(|(byte, _)| byte).eq(number));
            found.extend(holding.flatten().map(|(_, n)| *n));
        }
        found.sort_unstable();
        found.dedup();
        let keep = self.tail.len().saturating_sub(longest - 1);
        self.tail.drain(..keep);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder() -> Finder {
        Finder::new(&["900000000015".to_owned(), "900000000023".to_owned()])
    }

    #[test]
    fn a_number_is_found_whole_and_in_pieces() {
        let mut finder = finder();
        assert_eq!(finder.seen(2, b"\xff\x10\x0c900000000015\xff"), [2]);
        assert!(finder.seen(4, b"90000000001").is_empty());
        assert!(finder.seen(6, b"").is_empty());
        assert_eq!(finder.seen(8, b"5"), [4, 8]);
        for (n, piece) in [(10, "x9000"), (12, "0000")] {
            assert!(finder.seen(n, piece.as_bytes()).is_empty());
        }
        assert_eq!(finder.seen(14, b"0023"), [10, 12, 14]);
    }

    #[test]
    fn what_is_no_number_of_ours_is_kept() {
        let mut finder = finder();
        assert!(finder.seen(2, b"19850615").is_empty());
        assert!(finder.seen(4, b"900000000016").is_empty());
        assert!(Finder::new(&[]).seen(6, b"900000000015").is_empty());
    }
}
