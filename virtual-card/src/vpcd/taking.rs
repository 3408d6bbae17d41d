//! What vpcd asks for shows how far pcscd has come with a card that was put in.

use super::Message;

/// How far pcscd has come with a card that was put in: it powers the card, asks for the ATR, tells
/// its clients, and asks again some time later to see whether the card is still there.
pub(super) enum Taking {
    /// This often in a row it only looked for the card.
    Unpowered(u8),
    Powered,
    Told,
    Seen,
    Over,
}

impl Taking {
    /// Returns what follows on a message.
    pub(super) const fn after(&self, message: &Message) -> Self {
        match (self, message) {
            (Self::Over | Self::Seen, _) => Self::Over,
            (Self::Unpowered(times), Message::Atr) => Self::Unpowered(times.saturating_add(1)),
            (Self::Unpowered(_), Message::PowerOn) => Self::Powered,
            (Self::Unpowered(_), _) => Self::Unpowered(0),
            (Self::Powered, Message::Atr) => Self::Told,
            (Self::Told, Message::Atr) => Self::Seen,
            (Self::Powered, _) => Self::Powered,
            (Self::Told, _) => Self::Told,
        }
    }
}
