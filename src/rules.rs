//! The dated rules as small pure functions, for our reader and our backend.
//!
//! The judge does not use them: it has its own, from the same sources (design §2). One vectors
//! file checks both.

pub mod age;
pub mod aid;
pub mod certificate;
pub mod consent;
pub mod disclosure;
pub mod emergency;
pub mod evidence;
pub mod identity;
pub mod incident;
pub mod registration;
