//! vpcd client.
