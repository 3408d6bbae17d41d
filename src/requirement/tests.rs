//! Holds that the embedded data can be read, is complete, and fits the panes that show it.

use jiff::civil::date;

use super::*;

#[test]
fn the_embedded_catalogue_can_be_read() {
    let read = Catalogue::load(include_str!("catalogue.yaml"));
    assert!(read.is_ok(), "{:?}", read.err());
}

#[test]
fn the_embedded_vectors_can_be_read() {
    let read = vectors::load(include_str!("vectors.yaml"));
    assert!(read.is_ok(), "{:?}", read.err());
}

#[test]
fn nothing_is_in_force_before_full_operation() {
    for row in catalogue() {
        assert!(!row.in_force(date(2021, 10, 19)), "{}", row.id);
    }
}
