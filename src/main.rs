//! The `uketsuke` program.
fn main() {}
