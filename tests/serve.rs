//! `uketsuke serve` as its users have it: the real program, real sockets and folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "serve/client.rs"]
mod client;
#[path = "serve/documented.rs"]
mod documented;
#[path = "serve/faults.rs"]
mod faults;
#[path = "serve/folder.rs"]
mod folder;
#[path = "serve/http.rs"]
mod http;
#[path = "serve/life.rs"]
mod life;
#[path = "serve/plays.rs"]
mod plays;
#[path = "serve/worlds.rs"]
mod worlds;
