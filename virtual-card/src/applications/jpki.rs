//! 公的個人認証AP: both certificates, their authorities, PINs and keys (card.md §2.1).
//!
//! Of 0005, 0009, 0010, 0019, 001C and 001E no more is known than that they are there.

use crate::applications::{
    Access, Application, Credential, File, JPKI, Kind, filled, free, key, pin, transparent, unknown,
};
use crate::certificate;
use crate::key::Purpose;
use crate::pin::PinName;
use crate::profile::{Profile, Token};

pub(crate) static APPLICATION: Application = Application {
    aid: JPKI,
    default_key: None,
    files: &[
        transparent(
            0x0001,
            Access::OneOf(&[Credential::Pin(PinName::Signature)]),
            signature_certificate,
        ),
        free(0x0002, signature_ca),
        unknown(0x0005),
        free(0x0006, token_information),
        free(0x0008, certificate_availability),
        transparent(0x0009, Access::Never, unreadable),
        transparent(
            0x000A,
            Access::FreeUnless(Token::Android, &[Credential::Pin(PinName::User)]),
            user_certificate,
        ),
        free(0x000B, user_ca),
        unknown(0x0010),
        File {
            id: 0x0016,
            kind: Kind::TerminalAuthority,
        },
        key(
            0x0017,
            Access::OneOf(&[Credential::Pin(PinName::User), Credential::Terminal]),
            Purpose::User,
        ),
        pin(0x0018, PinName::User),
        unknown(0x0019),
        key(
            0x001A,
            Access::OneOf(&[Credential::Pin(PinName::Signature)]),
            Purpose::Signature,
        ),
        pin(0x001B, PinName::Signature),
        unknown(0x001C),
        unknown(0x001E),
    ],
};

/// Physical size of 0002, known (card.md §2.1); of 000A and 000B inferred to be the same.
const CERTIFICATE_SIZE: usize = 1900;
/// Physical size of 0001, inferred: room for the longest name and address in use.
const SIGNATURE_CERTIFICATE_SIZE: usize = 2560;
/// What follows a certificate in its file (card.md §0.1 rule 8).
const FILLER: u8 = 0x00;

/// Filler alone when there is no certificate: inferred, for nobody could read it.
fn signature_certificate(profile: &Profile) -> Vec<u8> {
    let certificate = certificate::signature(profile).unwrap_or_default();
    filled(certificate, SIGNATURE_CERTIFICATE_SIZE, FILLER)
}

/// No credential is known that opens 0009, so what it holds is not known either.
fn unreadable(_: &Profile) -> Vec<u8> {
    Vec::new()
}

fn signature_ca(profile: &Profile) -> Vec<u8> {
    filled(
        certificate::signature_issuer_der(profile).to_vec(),
        CERTIFICATE_SIZE,
        FILLER,
    )
}

fn user_certificate(profile: &Profile) -> Vec<u8> {
    filled(certificate::user(profile), CERTIFICATE_SIZE, FILLER)
}

fn user_ca(profile: &Profile) -> Vec<u8> {
    let issuer = certificate::user_issuer_der(profile).to_vec();
    filled(issuer, CERTIFICATE_SIZE, FILLER)
}

/// Which certificates there are: signature, user, nothing (card.md §0.1 rule 15).
fn certificate_availability(profile: &Profile) -> Vec<u8> {
    let signature = if profile.signature_certificate.is_some() {
        0x8F
    } else {
        0x00
    };
    vec![signature, 0x8F, 0x00]
}

/// CK_TOKEN_INFO of PKCS#11, integers big-endian, 160 bytes (card.md §2.1.1). Label and numbers are
/// those of a card; manufacturer, model and serial number say that this is none.
fn token_information(profile: &Profile) -> Vec<u8> {
    let text = |text: &str, size: usize| filled(text.as_bytes().to_vec(), size, b' ');
    let [a, b, c, ..] = profile.digest("token", 0);
    let serial = u32::from_be_bytes([0, a, b, c]);
    let flags = 0x0000_040D_u32;
    let (sessions_max, sessions, writers_max, writers) = (1_u32, 0_u32, 1_u32, 0_u32);
    let (pin_max, pin_min) = (16_u32, 6_u32);
    let numbers = [
        flags,
        sessions_max,
        sessions,
        writers_max,
        writers,
        pin_max,
        pin_min,
    ];
    let mut information = Vec::with_capacity(160);
    information.extend(text(profile.token.label(), 32));
    information.extend(text("UKETSUKE-SIMULATION", 32));
    information.extend(text("SIMULATION", 16));
    information.extend(format!("{serial:016}").bytes());
    information.extend(numbers.into_iter().flat_map(u32::to_be_bytes));
    // Four amounts of memory, none of them told.
    information.extend([0xFF; 16]);
    information.extend(*b"0301");
    information.extend([b'9'; 16]);
    information
}
