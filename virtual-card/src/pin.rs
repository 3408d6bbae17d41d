//! The PINs that a card checks: which there are, how many tries each has, what it is at first.

use crate::profile::{Pin, Pins, Profile, Tries, fits_signature, fits_user};

/// A PIN, password or number that VERIFY can check.
///
/// The counters are independent even where the same number opens two applications.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PinName {
    /// 利用者証明用 PIN: 公的個人認証AP 0018.
    User,
    /// 署名用 password: 公的個人認証AP 001B.
    Signature,
    /// 照合番号B of 券面事項確認AP: 0012.
    CodeB,
    /// 照合番号A of 券面事項確認AP: 0013.
    CodeA,
    /// 生年月日 of 券面事項確認AP: 0011.
    BirthDate,
    /// PIN of 券面入力補助AP: 0011.
    InputSupport,
    /// Of 券面入力補助AP, 0012: locked on every card (card.md §2.2).
    InputSupportLocked,
    /// 照合番号A of 券面入力補助AP: 0014.
    InputSupportCodeA,
    /// 照合番号B of 券面入力補助AP: 0015.
    InputSupportCodeB,
    /// PIN of 共通カードAP: 001C.
    Common,
    /// 住民基本台帳用 PIN: 住基AP 001C.
    ResidentRegister,
}

impl PinName {
    /// Every one of them.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::Signature,
        Self::CodeB,
        Self::CodeA,
        Self::BirthDate,
        Self::InputSupport,
        Self::InputSupportLocked,
        Self::InputSupportCodeA,
        Self::InputSupportCodeB,
        Self::Common,
        Self::ResidentRegister,
    ];

    /// Returns how it is changed (card.md §3); nothing for what nobody can change: numbers that are
    /// printed on the card (inferred) and the locked reference.
    #[must_use]
    pub const fn change(self) -> Option<PinChange> {
        match self {
            Self::User | Self::Signature | Self::InputSupport => Some(PinChange::ReferenceData),
            Self::Common | Self::ResidentRegister => Some(PinChange::Key),
            Self::CodeB
            | Self::CodeA
            | Self::BirthDate
            | Self::InputSupportLocked
            | Self::InputSupportCodeA
            | Self::InputSupportCodeB => None,
        }
    }

    /// Says whether `value` has the form of this PIN: 6 to 16 of A–Z and 0–9 for the password, 4
    /// digits for every other PIN that can be changed (card.md §3).
    pub(crate) fn takes(self, value: &str) -> bool {
        match self {
            Self::Signature => fits_signature(value.as_bytes()),
            _ => fits_user(value.as_bytes()),
        }
    }

    /// Returns how many tries it has on a new card (card.md §3; for 生年月日 not published).
    #[must_use]
    pub const fn tries_max(self) -> u8 {
        self.tries_of(&Tries::FULL)
    }

    const fn tries_of(self, tries: &Tries) -> u8 {
        match self {
            Self::User => tries.user,
            Self::Signature => tries.signature,
            Self::CodeB => tries.code_b,
            Self::CodeA => tries.code_a,
            Self::BirthDate => tries.birth_date,
            Self::InputSupport => tries.input_support,
            Self::InputSupportLocked => 0,
            Self::InputSupportCodeA => tries.input_support_code_a,
            Self::InputSupportCodeB => tries.input_support_code_b,
            Self::Common => tries.common,
            Self::ResidentRegister => tries.resident_register,
        }
    }
}

impl Pins {
    /// Returns each PIN that a holder can choose, under its name.
    pub(crate) fn by_name(&self) -> [(PinName, Option<&Pin>); 5] {
        [
            (PinName::User, self.user.as_ref()),
            (PinName::Signature, self.signature.as_ref()),
            (PinName::InputSupport, self.input_support.as_ref()),
            (PinName::Common, self.common.as_ref()),
            (PinName::ResidentRegister, self.resident_register.as_ref()),
        ]
    }

    /// Returns the place of each PIN, in the order of [`Pins::by_name`].
    pub(crate) fn by_name_mut(&mut self) -> [(PinName, &mut Option<Pin>); 5] {
        [
            (PinName::User, &mut self.user),
            (PinName::Signature, &mut self.signature),
            (PinName::InputSupport, &mut self.input_support),
            (PinName::Common, &mut self.common),
            (PinName::ResidentRegister, &mut self.resident_register),
        ]
    }
}

/// The command that changes a PIN, after VERIFY.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinChange {
    /// CHANGE REFERENCE DATA, `00 24 01 80`.
    ReferenceData,
    /// CHANGE KEY, `80 32 00 80`.
    Key,
}

/// One value for each PIN.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PerPin<T>([T; PinName::ALL.len()]);

impl<T> PerPin<T> {
    pub(crate) fn new(make: impl FnMut(PinName) -> T) -> Self {
        Self(PinName::ALL.map(make))
    }

    pub(crate) fn get(&self, name: PinName) -> &T {
        &self.0[name as usize]
    }

    pub(crate) fn get_mut(&mut self, name: PinName) -> &mut T {
        &mut self.0[name as usize]
    }
}

/// What the card keeps of a PIN when it has no power.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    /// What VERIFY compares with; nothing when it was never set.
    pub(crate) value: Option<Pin>,
    /// Tries left.
    pub(crate) left: u8,
}

impl Reference {
    pub(crate) fn of(profile: &Profile, name: PinName) -> Self {
        let value = match name {
            PinName::User => profile.pins.user.clone(),
            PinName::Signature => profile.pins.signature.clone(),
            PinName::CodeB | PinName::InputSupportCodeB => Some(Pin::new(profile.code_b())),
            PinName::CodeA | PinName::InputSupportCodeA => Some(Pin::new(profile.code_a())),
            PinName::BirthDate => Some(Pin::new(profile.birth_digits())),
            PinName::InputSupport => profile.pins.input_support.clone(),
            PinName::InputSupportLocked => None,
            PinName::Common => profile.pins.common.clone(),
            PinName::ResidentRegister => profile.pins.resident_register.clone(),
        };
        // A PIN that was never set answers like a locked one: card.md §3, inferred.
        let left = match value {
            Some(_) => name.tries_of(&profile.tries),
            None => 0,
        };
        Self { value, left }
    }
}
