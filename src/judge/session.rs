//! Reads card traffic as a card would: which application, which file, what was done to it.
//!
//! Own few lines on purpose: the judge shares no code with the card that it watches. Clauses are
//! those of card.md §2–§4.

mod files;

use crate::secret::Masked;
use crate::transcript::{CommandApdu, ResponseApdu};

pub(super) use files::{card_end, certificate_end, der_length, whole_certificate};

/// An application of the card (card.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum App {
    /// 公的個人認証AP.
    Jpki,
    /// 券面入力補助AP.
    TextInput,
    /// 券面事項確認AP.
    CardFace,
    /// Another one of the card's.
    Other,
}

const APPS: [(&[u8], App); 6] = [
    (
        &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
        App::Jpki,
    ),
    (
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
        App::TextInput,
    ),
    (
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
        App::CardFace,
    ),
    (
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
        App::Other,
    ),
    (
        &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01],
        App::Other,
    ),
    (&[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00], App::Other),
];

/// The user certificate (card.md §2.1).
pub(super) const USER_CERTIFICATE: u16 = 0x000A;
/// The user key.
pub(super) const USER_KEY: u16 = 0x0017;
/// The user PIN.
pub(super) const USER_PIN: u16 = 0x0018;
/// The signature key.
pub(super) const SIGNATURE_KEY: u16 = 0x001A;
/// The signature password.
pub(super) const SIGNATURE_PASSWORD: u16 = 0x001B;
/// The signature certificate.
pub(super) const SIGNATURE_CERTIFICATE: u16 = 0x0001;
/// The card's face (card.md §2.3).
pub(super) const CARD_FACE_FILE: u16 = 0x0002;
/// 照合番号B of the card face.
pub(super) const CODE_B: u16 = 0x0012;

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    SelectApp,
    SelectFile,
    Read,
    /// VERIFY with data.
    Verify,
    /// VERIFY without data: always allowed.
    PinStatus,
    Sign,
    /// The stand-in's last step, `00 82`.
    Unlock,
    /// UPDATE, WRITE, ERASE, PUT DATA, or a change of a PIN or key.
    Write,
    /// `80 A2`, `80 FC`: not judged.
    Terminal,
    Other,
}

/// A command with its answer and where the card was when it came.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub n: u64,
    pub act: Act,
    /// The application selected when the command came.
    pub app: Option<App>,
    /// The file that it is about, selected or named by its short id.
    pub file: Option<u16>,
    /// What the last SELECTs aimed at, whether or not the card had it.
    pub aim: (Option<App>, Option<u16>),
    /// Whether it is none of a check-in: sent while another program looks for a card of its own.
    pub probe: bool,
    /// Whether its file was named out of sight, by a SELECT EF under secure messaging.
    pub unseen: bool,
    /// Whether the command itself names the file.
    pub by_sfi: bool,
    /// The offset of a READ BINARY.
    pub offset: usize,
    /// Header and data as recorded.
    pub apdu: Vec<u8>,
    pub data: Vec<u8>,
    pub secret: Option<Masked>,
    pub answer_n: Option<u64>,
    pub status: Option<u16>,
    pub response: Vec<u8>,
    /// How many bytes of data were answered, kept or not.
    pub answered_bytes: usize,
    /// Why there is no answer.
    pub lost: Option<String>,
    /// A declared fault that hit it.
    pub fault: Option<u64>,
    /// Whether that fault changed bytes of the answer's data.
    pub garbled: bool,
}

impl Command {
    /// Reads a command; `state` is where the card is.
    pub fn read(n: u64, command: &CommandApdu, state: &State) -> Command {
        let apdu = command.apdu.0.clone();
        let byte = |index: usize| apdu.get(index).copied().unwrap_or(0);
        let (cla, ins, p1, p2) = (byte(0), byte(1), byte(2), byte(3));
        let data = body(&apdu);
        let foreign = byte(1) == 0xA4 && byte(2) == 0x04 && !is_known_app(&data);
        let has_data = command.secret.is_some() || !data.is_empty();
        let act = act(cla, ins, p1, has_data);
        let short = short_file(act, ins, p1, p2);
        let offset = if p1 & 0x80 != 0 {
            usize::from(p2)
        } else {
            usize::from(p1) << 8 | usize::from(p2)
        };
        Command {
            n,
            act,
            app: state.app,
            file: short.or(state.file),
            aim: (state.tried_app, short.or(state.tried_file)),
            probe: state.probing || foreign,
            unseen: state.unseen && short.is_none(),
            by_sfi: short.is_some(),
            offset,
            apdu,
            data,
            secret: command.secret.clone(),
            answer_n: None,
            status: None,
            response: Vec::new(),
            answered_bytes: 0,
            lost: None,
            fault: None,
            garbled: false,
        }
    }

    /// Takes the answer in.
    pub fn answered(&mut self, n: u64, response: &ResponseApdu) {
        self.answer_n = Some(n);
        self.status = response
            .status
            .as_deref()
            .and_then(|text| u16::from_str_radix(text, 16).ok());
        self.response.clone_from(&response.data.0);
        self.answered_bytes = response.withheld.unwrap_or(response.data.0.len());
        self.lost.clone_from(&response.lost);
    }

    /// Takes in what a GET RESPONSE brought of its answer.
    pub fn continued(&mut self, more: &Command) {
        self.response.extend(&more.response);
        self.answered_bytes += more.answered_bytes;
    }

    /// Tells whether the card answered 9000, or 61xx: done, and the data wait for a GET RESPONSE
    /// (ISO 7816-4, T=0).
    pub fn done(&self) -> bool {
        self.status == Some(0x9000) || self.has_more()
    }

    /// Tells whether data wait for a GET RESPONSE.
    pub fn has_more(&self) -> bool {
        self.status.is_some_and(|status| status >> 8 == 0x61)
    }

    /// Tells whether the command stands under secure messaging (ISO 7816-4, bits 4 and 3 of CLA).
    fn is_secured(&self) -> bool {
        self.apdu.first().is_some_and(|cla| cla & 0x0C != 0)
    }

    /// Tells whether this is a GET RESPONSE, which a driver sends by itself.
    pub fn is_get_response(&self) -> bool {
        self.apdu.get(1) == Some(&0xC0)
    }

    /// Tells whether the command is for a card of another kind: the SELECT of an application that
    /// the card has not.
    pub fn is_for_another_card(&self) -> bool {
        self.act == Act::SelectApp && !is_known_app(&self.data)
    }

    /// Tells whether the command is `act` on that file.
    pub fn is(&self, act: Act, app: App, file: u16) -> bool {
        self.act == act && self.app == Some(app) && self.file == Some(file)
    }

    /// Tells whether the command is `act` on that file, or would be if the card had it: what is
    /// forbidden is forbidden in vain too.
    pub fn aims_at(&self, act: Act, app: App, file: u16) -> bool {
        self.is(act, app, file) || (self.act == act && self.aim == (Some(app), Some(file)))
    }

    /// Returns the tries left that the answer tells: x of 63Cx, 0 for 6984 (and 6983).
    pub fn tries_told(&self) -> Option<u8> {
        match self.status? {
            0x6983 | 0x6984 => Some(0),
            status if status & 0xFFF0 == 0x63C0 => Some((status & 0xF) as u8),
            _ => None,
        }
    }

    /// Returns the status word for people.
    pub fn status_text(&self) -> String {
        match self.status {
            Some(status) => format!("{status:04X}"),
            None => self.lost.clone().unwrap_or_else(|| "-".to_owned()),
        }
    }

    /// Returns command and, where there is one, answer.
    pub fn entries(&self) -> Vec<u64> {
        std::iter::once(self.n).chain(self.answer_n).collect()
    }
}

fn act(cla: u8, ins: u8, p1: u8, has_data: bool) -> Act {
    match (cla & 0x80, ins) {
        (_, 0xA2 | 0xFC) => Act::Terminal,
        (_, 0x2A) => Act::Sign,
        (_, 0x24 | 0x2C | 0x32 | 0x0C | 0x0E | 0x0F | 0xD0..=0xDF | 0xE2) => Act::Write,
        (0, 0xA4) if p1 == 0x04 => Act::SelectApp,
        (0, 0xA4) if p1 == 0x02 => Act::SelectFile,
        (0, 0xB0..=0xB3) => Act::Read,
        (0, 0x20) if has_data => Act::Verify,
        (0, 0x20) => Act::PinStatus,
        (0, 0x82) => Act::Unlock,
        _ => Act::Other,
    }
}

/// Returns the file that a command names by its short id (card.md §2).
fn short_file(act: Act, ins: u8, p1: u8, p2: u8) -> Option<u16> {
    let id = match act {
        Act::Read if ins & 0xFE == 0xB2 => p2 >> 3,
        Act::Read if p1 & 0x80 != 0 => p1 & 0x1F,
        Act::Verify | Act::PinStatus | Act::Sign if p2 & 0x80 != 0 => p2 & 0x1F,
        _ => 0,
    };
    (id != 0).then_some(u16::from(id))
}

/// Returns the data field: short or extended length, without Le.
fn body(apdu: &[u8]) -> Vec<u8> {
    let (start, length) = match apdu.get(4..) {
        None | Some([] | [_]) => return Vec::new(),
        Some([0, high, low, rest @ ..]) if !rest.is_empty() => {
            (7, usize::from(*high) << 8 | usize::from(*low))
        }
        Some([length, ..]) => (5, usize::from(*length)),
    };
    let end = (start + length).min(apdu.len());
    apdu.get(start..end).unwrap_or_default().to_vec()
}

/// Where a card is: what the last successful SELECTs were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    pub app: Option<App>,
    pub file: Option<u16>,
    /// What the last SELECTs aimed at, successful or not.
    pub tried_app: Option<App>,
    pub tried_file: Option<u16>,
    /// Whether the last SELECT EF stood under secure messaging, its data encrypted.
    pub unseen: bool,
    /// Whether another program is at work: it has asked for an application that the card has not,
    /// or selected one that no check-in uses, and none that a check-in uses was selected since.
    pub probing: bool,
}

impl State {
    /// Follows an answered command.
    pub fn follow(&mut self, command: &Command) {
        match command.act {
            Act::SelectApp => {
                let app = app_named(&command.data);
                self.tried_app = Some(app);
                self.tried_file = None;
                self.probing = match command.done() {
                    true => app == App::Other,
                    false => self.probing || command.is_for_another_card(),
                };
            }
            Act::SelectFile => self.tried_file = file_named(&command.data),
            _ => {}
        }
        if !command.done() {
            return;
        }
        match command.act {
            Act::SelectApp => {
                self.app = Some(app_named(&command.data));
                self.file = None;
                self.unseen = false;
            }
            Act::SelectFile => {
                self.file = file_named(&command.data);
                self.unseen = command.is_secured();
            }
            Act::Read | Act::Verify | Act::Sign if command.by_sfi => self.file = command.file,
            _ => {}
        }
    }
}

fn file_named(data: &[u8]) -> Option<u16> {
    match data {
        [high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// Returns the application of an AID, or of a prefix of one (card.md §1.4).
pub(super) fn app_named(aid: &[u8]) -> App {
    let full = APPS.iter().find(|(known, _)| *known == aid);
    let prefix = APPS
        .iter()
        .find(|(known, _)| !aid.is_empty() && known.starts_with(aid));
    full.or(prefix).map_or(App::Other, |(_, app)| *app)
}

/// Tells whether the card has an application of this name.
pub(super) fn is_known_app(aid: &[u8]) -> bool {
    APPS.iter()
        .any(|(known, _)| !aid.is_empty() && known.starts_with(aid))
}
