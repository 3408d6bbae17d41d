//! A card used here: a patient's check-in without a reader, so that others see what a reader's
//! software would have them see. The card proves itself as it does at a reader, by its certificate
//! and its signature.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use virtual_card::apdu::{Command, Response};
use virtual_card::card::Card;
use virtual_card::profile::Profile;
use virtual_card::{applications, terminal};

use super::control::CardUse;
use super::worlds::LiveWorld;
use crate::eligibility::{
    Answer, Bytes, Care, Consent, ConsentAnswer, ConsentKind, Eligibility, Inquiry, Moment,
    Refusal, Site, SiteKind,
};
use crate::scenario::{Playable, SiteChange};

/// CA key reference for terminal certificates, and the user key (card.md §2.1).
const TERMINAL_CA: u16 = 0x0016;
const USER_KEY: u16 = 0x0017;
/// Length of the card's challenge to the terminal.
const CARD_CHALLENGE: usize = 16;
/// DER of a DigestInfo for SHA-256, up to the digest (RFC 8017 §9.2).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// What came of a card's use.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    /// When.
    pub at: Moment,
    /// Where.
    pub site: Site,
    /// The kind of care.
    pub care: Care,
    /// What the backend answered.
    pub result: Result<Eligibility, Refusal>,
}

/// The place where cards are used: whose there are, and at which site.
#[derive(Debug)]
pub struct Reception {
    profiles: BTreeMap<String, Profile>,
    names: Vec<String>,
    site: Mutex<Site>,
    seed: u64,
    uses: AtomicU64,
}

impl Reception {
    /// Makes the reception of what is served.
    pub fn new(playable: &Playable) -> Reception {
        let scenario = &playable.scenario;
        let names: Vec<String> = scenario
            .people
            .iter()
            .map(|patient| patient.name.clone())
            .collect();
        Reception {
            profiles: names
                .iter()
                .cloned()
                .zip(playable.profiles.iter().cloned())
                .collect(),
            names,
            site: Mutex::new(scenario.site.clone()),
            seed: scenario.seed,
            uses: AtomicU64::new(0),
        }
    }

    /// Returns whose cards there are.
    pub fn people(&self) -> &[String] {
        &self.names
    }

    /// Returns the site at which cards are used.
    pub fn site(&self) -> Site {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        site.clone()
    }

    /// Moves to another site: what is asked from now on is asked there.
    pub fn move_to(&self, change: &SiteChange) {
        change.apply(&mut self.site.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Uses a person's card: authenticates it, answers the questions, asks for eligibility.
    ///
    /// # Errors
    ///
    /// Who is not there, or why nothing could be asked; for people.
    pub async fn use_card(&self, world: &LiveWorld, order: &CardUse) -> Result<Used, String> {
        let profile = self.profiles.get(&order.person).ok_or_else(|| {
            format!(
                "there is no {:?}; there are {}",
                order.person,
                self.names.join(", ")
            )
        })?;
        let site = self.site_of(order)?;
        let care = care_at(site.kind);
        let mut visit = world.visit(&order.person).await;
        let at = visit.now();
        let challenge = self.challenge(at);
        let (certificate, signature) = prove(profile, self.seed, &challenge)?;
        let authenticate = Inquiry::Authenticate {
            certificate: Bytes(certificate),
            challenge: Bytes(challenge),
            signature: Bytes(signature),
            site: site.clone(),
            care,
        };
        let used = |result| Used {
            at,
            site: site.clone(),
            care,
            result,
        };
        let answer = visit.ask(&authenticate).await;
        let token = match answer.map_err(|outage| outage.to_string())? {
            Answer::Authenticated(authenticated) => authenticated.token,
            Answer::Refused(refusal) => return Ok(used(Err(refusal))),
            other => return Err(format!("an unexpected answer: {other:?}")),
        };
        let confirm = Inquiry::Confirm {
            token,
            consents: answers(&site, &order.consents),
            emergency: None,
        };
        match visit
            .ask(&confirm)
            .await
            .map_err(|outage| outage.to_string())?
        {
            Answer::Eligibility(eligibility) => Ok(used(Ok(*eligibility))),
            Answer::Refused(refusal) => Ok(used(Err(refusal))),
            other => Err(format!("an unexpected answer: {other:?}")),
        }
    }

    fn site_of(&self, order: &CardUse) -> Result<Site, String> {
        let mut site = self.site();
        let Some(change) = &order.site else {
            return Ok(site);
        };
        site.kind = change.kind.unwrap_or(site.kind);
        if let Some(institution) = &change.institution {
            let digits = institution.bytes().all(|byte| byte.is_ascii_digit());
            if institution.len() != 10 || !digits {
                return Err(format!(
                    "institution {institution:?}: an institution code has 10 digits"
                ));
            }
            site.institution.clone_from(institution);
        }
        Ok(site)
    }

    /// Returns a challenge that no other use has had.
    fn challenge(&self, at: Moment) -> Vec<u8> {
        let number = self.uses.fetch_add(1, Ordering::Relaxed);
        let text = format!("uketsuke SIMULATION {} {number} {at}", self.seed);
        Sha256::digest(text.as_bytes()).to_vec()
    }
}

fn care_at(kind: SiteKind) -> Care {
    match kind {
        SiteKind::HomeVisit => Care::HomeVisit,
        SiteKind::OnlineCare => Care::Online,
        SiteKind::Ambulance => Care::Emergency,
        _ => Care::Outpatient,
    }
}

/// Returns what the patient answers: yes to what is named, no to what the site asks besides. The
/// limit is not asked for any more, and stands there only if it is named (CONS-07).
fn answers(site: &Site, agreed: &[ConsentKind]) -> Vec<Consent> {
    let mut asked: Vec<ConsentKind> = site
        .offers
        .iter()
        .copied()
        .filter(|kind| *kind != ConsentKind::Limit)
        .collect();
    asked.extend(agreed);
    asked.sort_unstable();
    asked.dedup();
    asked
        .into_iter()
        .map(|kind| Consent {
            kind,
            answer: match agreed.contains(&kind) {
                true => ConsentAnswer::Agree,
                false => ConsentAnswer::Refuse,
            },
        })
        .collect()
}

/// Has the card sign a challenge after it was unlocked as by a matching face. How a real terminal
/// unlocks it is not public: `virtual_card::terminal` is a convention of this harness.
fn prove(profile: &Profile, seed: u64, challenge: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut card = Card::new(profile, seed);
    card.power_on();
    let certificate = card.user_certificate();
    let mut send = |command: Command| -> Result<Vec<u8>, String> {
        let answer = card.transmit(&command.to_bytes());
        let Response { data, status } =
            Response::from_bytes(&answer).map_err(|error| error.to_string())?;
        match status.is_success() {
            true => Ok(data),
            false => Err(format!("the virtual card answers {status}")),
        }
    };
    send(Command::select_application(applications::JPKI))?;
    send(Command::select_file(TERMINAL_CA))?;
    for command in terminal::certificate_commands() {
        send(command)?;
    }
    let card_challenge = send(Command::get_challenge(CARD_CHALLENGE))?;
    send(terminal::external_authenticate(&card_challenge))?;
    send(Command::select_file(USER_KEY))?;
    let mut digest_info = SHA256_DIGEST_INFO.to_vec();
    digest_info.extend_from_slice(&Sha256::digest(challenge));
    let signature = send(Command::sign(&digest_info))?;
    Ok((certificate, signature))
}
