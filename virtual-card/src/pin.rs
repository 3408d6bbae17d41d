//! The PINs that a card checks: which there are, how many tries each has, what it is at first.

use crate::profile::{Pin, Profile, Tries};

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
}

impl PinName {
    /// Every one of them.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Signature,
        Self::CodeB,
        Self::CodeA,
        Self::BirthDate,
    ];

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
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::User => 0,
            Self::Signature => 1,
            Self::CodeB => 2,
            Self::CodeA => 3,
            Self::BirthDate => 4,
        }
    }
}

/// One value for each PIN.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PerPin<T>([T; PinName::ALL.len()]);

impl<T> PerPin<T> {
    pub(crate) fn new(make: impl FnMut(PinName) -> T) -> Self {
        Self(PinName::ALL.map(make))
    }

    pub(crate) fn get(&self, name: PinName) -> &T {
        &self.0[name.index()]
    }

    pub(crate) fn get_mut(&mut self, name: PinName) -> &mut T {
        &mut self.0[name.index()]
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
            PinName::CodeB => Some(Pin::new(profile.code_b())),
            PinName::CodeA => Some(Pin::new(profile.code_a())),
            PinName::BirthDate => Some(Pin::new(profile.birth_digits())),
        };
        // A PIN that was never set answers like a locked one: card.md §3, inferred.
        let left = match value {
            Some(_) => name.tries_of(&profile.tries),
            None => 0,
        };
        Self { value, left }
    }
}
