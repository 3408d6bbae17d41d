//! The `virtual-card` program.
fn main() {}
