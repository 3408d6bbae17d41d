//! Why a card cannot be presented, and what to do.

use std::io;

/// Why a card cannot be presented.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody accepts connections there.
    #[error(
        "nothing listens on {address}; start pcscd with the vpcd driver \
         (Debian: apt-get install pcscd vsmartcard-vpcd), see README"
    )]
    NothingListens {
        /// The address that was tried.
        address: String,
    },
    /// Somebody listens there, but takes no connection.
    #[error(
        "vpcd at {address} takes no card; take out the card that lies in this slot and those \
         that wait for it, or use the other slot"
    )]
    Taken {
        /// The address that was tried.
        address: String,
    },
    /// There is no connecting to that address.
    #[error("no connection to vpcd at {address}; expected HOST:PORT of a reachable vpcd")]
    Connect {
        /// The address that was tried.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The connection broke.
    #[error("connection to vpcd at {address} broke; look at what pcscd last said")]
    Broken {
        /// The address of the other side.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An answer that no frame can hold.
    #[error("answer of {length} bytes, where vpcd takes at most 65535")]
    AnswerTooLong {
        /// Bytes of the answer.
        length: usize,
    },
}
