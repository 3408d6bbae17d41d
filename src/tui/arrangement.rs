//! Names the panes of a play, and says how they fit on the terminal.

/// The panes, by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaneId {
    /// 1: what the patient, or staff, see.
    Screen,
    /// 2: the sequence diagram.
    Sequence,
    /// 3: the card.
    Card,
    /// 4: the requirements.
    Requirements,
    /// 5: the entry under the cursor.
    Detail,
}

impl PaneId {
    /// All, by their keys.
    pub const ALL: [PaneId; 5] = [
        PaneId::Screen,
        PaneId::Sequence,
        PaneId::Card,
        PaneId::Requirements,
        PaneId::Detail,
    ];

    /// Returns the digit that goes to it.
    pub fn digit(self) -> u8 {
        self as u8 + 1
    }

    /// Returns the pane of a digit.
    pub fn by_digit(digit: u8) -> Option<PaneId> {
        PaneId::ALL.into_iter().find(|pane| pane.digit() == digit)
    }
}

/// How the panes fit on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// The size needed is not there.
    TooSmall,
    /// The screen, and one other pane beside it.
    Tabs,
    /// All five.
    All,
}

impl Arrangement {
    /// The smallest terminal that is of use, in cells.
    pub const NEEDED: (u16, u16) = (80, 24);
    /// The smallest terminal that holds all five panes.
    const WIDE: (u16, u16) = (118, 34);

    /// Returns the arrangement for a size.
    pub fn of((width, height): (u16, u16)) -> Arrangement {
        if width < Self::NEEDED.0 || height < Self::NEEDED.1 {
            Arrangement::TooSmall
        } else if width < Self::WIDE.0 || height < Self::WIDE.1 {
            Arrangement::Tabs
        } else {
            Arrangement::All
        }
    }
}
