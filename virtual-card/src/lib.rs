//! A My Number Card without a card.
