//! Reads APDUs for people: which command, at which application and file, what the status means.
//!
//! Its own small reading of card.md §2–4; it follows the traffic and never judges it. A file id
//! means something only within its application, so [`Place`] goes along.

/// An application of the card (card.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Application {
    /// 公的個人認証AP.
    Jpki,
    /// 券面事項確認AP.
    CardFace,
    /// 券面入力補助AP.
    FaceEntry,
    /// 共通カードAP.
    Common,
    /// 住基AP.
    Resident,
    /// Another one.
    Unknown,
}

impl Application {
    fn of(aid: &[u8]) -> Application {
        match aid {
            [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01] => Application::Jpki,
            [0xD3, 0x92, 0x10, 0x00, 0x31, 0, 0x01, 0x01, rest @ ..] => match rest {
                [0x04, 0x02] => Application::CardFace,
                [0x04, 0x08] => Application::FaceEntry,
                [0x01, 0x00] => Application::Common,
                [0x04, 0x01] => Application::Resident,
                _ => Application::Unknown,
            },
            _ => Application::Unknown,
        }
    }

    /// Returns the short name that arrows carry.
    pub fn short(self) -> &'static str {
        match self {
            Application::Jpki => "JPKI",
            Application::CardFace => "券面AP",
            Application::FaceEntry => "入力補助AP",
            Application::Common => "共通AP",
            Application::Resident => "住基AP",
            Application::Unknown => "AP?",
        }
    }

    /// Returns the key of its wording.
    pub fn key(self) -> &'static str {
        match self {
            Application::Jpki => "application-jpki",
            Application::CardFace => "application-card-face",
            Application::FaceEntry => "application-face-entry",
            Application::Common => "application-common",
            Application::Resident => "application-resident",
            Application::Unknown => "application-unknown",
        }
    }
}

/// What is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The application, if one was selected.
    pub application: Option<Application>,
    /// The file or key, if one was selected.
    pub file: Option<u16>,
}

impl Place {
    /// Returns the key of the wording of what is selected.
    pub fn key(self) -> Option<&'static str> {
        file_key(self.application?, self.file?)
    }

    /// Tells whether this is the PIN of the user key (JPKI 0018).
    pub fn is_user_pin(self) -> bool {
        self == Place {
            application: Some(Application::Jpki),
            file: Some(0x0018),
        }
    }
}

fn file_key(application: Application, file: u16) -> Option<&'static str> {
    Some(match (application, file) {
        (Application::Jpki, 0x0001) => "file-signature-certificate",
        (Application::Jpki, 0x0002) => "file-signature-ca",
        (Application::Jpki, 0x0006) => "file-token-info",
        (Application::Jpki, 0x0008) => "file-availability",
        (Application::Jpki, 0x000A) => "file-user-certificate",
        (Application::Jpki, 0x000B) => "file-user-ca",
        (Application::Jpki, 0x0016) => "file-terminal-ca",
        (Application::Jpki, 0x0017) => "file-user-key",
        (Application::Jpki, 0x0018) => "file-user-pin",
        (Application::Jpki, 0x001A) => "file-signature-key",
        (Application::Jpki, 0x001B) => "file-signature-password",
        (Application::CardFace, 0x0002) => "file-card-face",
        (Application::CardFace, 0x0005) => "file-my-number-image",
        (Application::CardFace, 0x0012) | (Application::FaceEntry, 0x0015) => "file-number-b",
        (Application::CardFace, 0x0013) | (Application::FaceEntry, 0x0014) => "file-number-a",
        (Application::FaceEntry, 0x0001) => "file-my-number",
        (Application::FaceEntry, 0x0002) => "file-four-facts",
        (Application::FaceEntry, 0x0011) => "file-face-entry-pin",
        _ => return None,
    })
}

/// What a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SELECT of an application.
    SelectApplication(Application),
    /// SELECT of a file or key.
    SelectFile(u16),
    /// SELECT of another form.
    Select,
    /// READ BINARY from an offset.
    ReadBinary(u16),
    /// READ RECORD.
    ReadRecord,
    /// VERIFY without data: how many tries are left?
    PinStatus,
    /// VERIFY with data.
    Verify,
    /// COMPUTE DIGITAL SIGNATURE.
    Sign,
    /// GET CHALLENGE.
    GetChallenge,
    /// The terminal's certificate: part of the stand-in for the unpublished unlock.
    TerminalCertificate,
    /// EXTERNAL AUTHENTICATE: part of the stand-in.
    ExternalAuthenticate,
    /// INTERNAL AUTHENTICATE.
    InternalAuthenticate,
    /// CHANGE REFERENCE DATA or CHANGE KEY.
    Change,
    /// GET DATA.
    GetData,
    /// Another one.
    Other,
}

/// A command as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// What it is.
    pub kind: Kind,
    /// What it works on: what was selected, or what its short file id names.
    pub place: Place,
}

impl Kind {
    /// Returns the name of the command, as the standard has it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SelectApplication(_) | Kind::SelectFile(_) | Kind::Select => "SELECT",
            Kind::ReadBinary(_) => "READ BINARY",
            Kind::ReadRecord => "READ RECORD",
            Kind::PinStatus | Kind::Verify => "VERIFY",
            Kind::Sign => "COMPUTE DIGITAL SIGNATURE",
            Kind::GetChallenge => "GET CHALLENGE",
            Kind::TerminalCertificate => "TERMINAL CERTIFICATE",
            Kind::ExternalAuthenticate => "EXTERNAL AUTHENTICATE",
            Kind::InternalAuthenticate => "INTERNAL AUTHENTICATE",
            Kind::Change => "CHANGE REFERENCE DATA",
            Kind::GetData => "GET DATA",
            Kind::Other => "?",
        }
    }

    /// Tells whether the command belongs to the stand-in for the unpublished terminal unlock: a
    /// convention of this harness (card.md §8).
    pub fn is_stand_in(self) -> bool {
        matches!(self, Kind::TerminalCertificate | Kind::ExternalAuthenticate)
    }
}

impl Decoded {
    /// Returns a name short enough for an arrow, with the alias of a secret where there is one.
    pub fn short(self, secret: Option<&str>) -> String {
        let file = match self.place.file {
            Some(file) => format!(" {file:04X}"),
            None => String::new(),
        };
        match self.kind {
            Kind::SelectApplication(application) => format!("SELECT {}", application.short()),
            Kind::SelectFile(file) => format!("SELECT {file:04X}"),
            Kind::ReadBinary(0) => format!("READ{file}"),
            Kind::ReadBinary(offset) => format!("READ +{offset}"),
            Kind::PinStatus => "VERIFY ?".to_owned(),
            Kind::Verify => match secret {
                Some(alias) => format!("VERIFY {alias}"),
                None => format!("VERIFY{file}"),
            },
            Kind::Sign => format!("SIGN{file}"),
            Kind::GetChallenge => "CHALLENGE".to_owned(),
            Kind::TerminalCertificate => "80 A2".to_owned(),
            Kind::ExternalAuthenticate => "00 82".to_owned(),
            Kind::InternalAuthenticate => "INT AUTH".to_owned(),
            Kind::Change => format!("CHANGE{file}"),
            other => other.name().to_owned(),
        }
    }
}

/// Reads a command that comes while `selected` is selected.
pub fn decode(apdu: &[u8], selected: Place) -> Decoded {
    let (Some(&class), Some(&instruction), Some(&p1), Some(&p2)) =
        (apdu.first(), apdu.get(1), apdu.get(2), apdu.get(3))
    else {
        return Decoded {
            kind: Kind::Other,
            place: selected,
        };
    };
    let data = data_of(apdu);
    let kind = match (class, instruction) {
        (_, 0xA4) if p1 == 0x04 => Kind::SelectApplication(Application::of(data)),
        (_, 0xA4) => match *data {
            [high, low] if p1 == 0x02 => Kind::SelectFile(u16::from_be_bytes([high, low])),
            _ => Kind::Select,
        },
        (_, 0xB0) if p1 & 0x80 != 0 => Kind::ReadBinary(u16::from(p2)),
        (_, 0xB0) => Kind::ReadBinary(u16::from_be_bytes([p1, p2])),
        (_, 0xB2) => Kind::ReadRecord,
        (_, 0x20) if apdu.len() > 4 => Kind::Verify,
        (_, 0x20) => Kind::PinStatus,
        (0x80, 0x2A) => Kind::Sign,
        (0x80, 0xA2) => Kind::TerminalCertificate,
        (0x80, 0x32) | (_, 0x24) => Kind::Change,
        (_, 0x82) => Kind::ExternalAuthenticate,
        (_, 0x84) => Kind::GetChallenge,
        (_, 0x88) => Kind::InternalAuthenticate,
        (_, 0xCA) => Kind::GetData,
        _ => Kind::Other,
    };
    let short_id = match kind {
        Kind::ReadBinary(_) if p1 & 0x80 != 0 => Some(u16::from(p1 & 0x1F)),
        Kind::Verify | Kind::PinStatus | Kind::Sign if p2 & 0x80 != 0 && p2 & 0x1F != 0 => {
            Some(u16::from(p2 & 0x1F))
        }
        Kind::SelectFile(file) => Some(file),
        _ => None,
    };
    let place = match kind {
        Kind::SelectApplication(application) => Place {
            application: Some(application),
            file: None,
        },
        _ => Place {
            application: selected.application,
            file: short_id.or(selected.file),
        },
    };
    Decoded { kind, place }
}

/// Returns the data field of a short or extended command; what is there where the length lies.
fn data_of(apdu: &[u8]) -> &[u8] {
    match apdu.get(4..) {
        Some([0, high, low, rest @ ..]) if !rest.is_empty() => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            rest.get(..length).unwrap_or(rest)
        }
        Some([length, rest @ ..]) => rest.get(..usize::from(*length)).unwrap_or(rest),
        _ => &[],
    }
}

/// What a status word says (card.md §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// 9000.
    Done,
    /// 63Cx: so many tries left.
    Left(u8),
    /// One of the fixed ones, by the key of its wording.
    Fixed(&'static str),
}

/// Reads a status word of four hexadecimal digits.
pub fn status(word: &str) -> Meaning {
    let code = u16::from_str_radix(word, 16).unwrap_or_default();
    match code {
        0x9000 => Meaning::Done,
        0x63C0..=0x63CF => Meaning::Left((code & 0x0F) as u8),
        0x6700 => Meaning::Fixed("status-length"),
        0x6982 => Meaning::Fixed("status-security"),
        0x6983 | 0x6984 => Meaning::Fixed("status-locked"),
        0x6985 => Meaning::Fixed("status-conditions"),
        0x6986 => Meaning::Fixed("status-no-file"),
        0x6A80 => Meaning::Fixed("status-data"),
        0x6A82 => Meaning::Fixed("status-not-found"),
        0x6A83 => Meaning::Fixed("status-no-record"),
        0x6A86 => Meaning::Fixed("status-parameters"),
        0x6B00 => Meaning::Fixed("status-offset"),
        0x6D00 => Meaning::Fixed("status-instruction"),
        0x6E00 => Meaning::Fixed("status-class"),
        0x6F00 => Meaning::Fixed("status-error"),
        _ => Meaning::Fixed("status-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(apdu: &str, place: Place) -> Decoded {
        decode(&hex::decode(apdu.replace(' ', "")).unwrap(), place)
    }

    #[test]
    fn a_file_means_what_its_application_says() {
        let selected = read("00A4040C0AD392F000260100000001", Place::default());
        assert_eq!(selected.short(None), "SELECT JPKI");
        let pin = read("00A4020C020018", selected.place);
        assert_eq!(pin.place.key(), Some("file-user-pin"));
        assert!(pin.place.is_user_pin());
        let face = read("00A4040C0AD3921000310001010402", pin.place);
        assert_eq!(face.place.file, None);
        assert_eq!(
            read("00A4020C020012", face.place).place.key(),
            Some("file-number-b")
        );
    }

    #[test]
    fn verify_without_data_is_a_question() {
        let at = Place {
            application: Some(Application::Jpki),
            file: Some(0x18),
        };
        assert_eq!(read("00200080", at).short(None), "VERIFY ?");
        assert_eq!(read("0020008004", at).short(Some("pin#1")), "VERIFY pin#1");
        assert_eq!(read("00B0010000", at).short(None), "READ +256");
        assert_eq!(read("00B08A0000", at).place.file, Some(0x0A));
    }

    #[test]
    fn the_stand_in_is_known_and_nothing_malformed_panics() {
        assert!(read("80A206C100", Place::default()).kind.is_stand_in());
        assert!(read("008200000102", Place::default()).kind.is_stand_in());
        for length in 0..12 {
            for byte in [0, 0x20, 0xA4, 0xFF] {
                let _ = decode(&vec![byte; length], Place::default()).short(None);
            }
        }
    }

    #[test]
    fn status_words_tell_what_they_mean() {
        assert_eq!(status("9000"), Meaning::Done);
        assert_eq!(status("63C2"), Meaning::Left(2));
        assert_eq!(status("6984"), Meaning::Fixed("status-locked"));
        assert_eq!(status("zz"), Meaning::Fixed("status-unknown"));
    }
}
