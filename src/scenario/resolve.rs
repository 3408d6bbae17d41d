//! Makes a file's dates absolute and fills it up from the deck.

mod check;

use std::collections::BTreeMap;

use virtual_card::profile::Profile;
use virtual_card::timing::Timing;

use super::document::{CardOverrides, Case, DeckPerson, Document, PhysicalCardEntry};
use super::load::PathItem::{self, Index, Key};
use super::registry::RegistryOverrides;
use super::{
    CardFacts, DateExpr, DateExprError, Deck, Patient, PhysicalCard, Playable, Scenario,
    ValidityFacts,
};
use crate::eligibility::{Moment, Person, Sex, Site};
use crate::secret::Secret;

/// A file says something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ResolveError {
    /// The way to the value in the file.
    pub path: Vec<PathItem>,
    /// What is wrong, what was expected, what to do.
    pub message: String,
}

fn error(path: &[PathItem], message: impl Into<String>) -> ResolveError {
    ResolveError {
        path: path.to_vec(),
        message: message.into(),
    }
}

fn date_error(path: &[PathItem]) -> impl Fn(DateExprError) -> ResolveError + use<'_> {
    move |source| error(path, source.to_string())
}

impl Document {
    /// Returns what can be played: one for a file without cases, else one per case.
    ///
    /// `now` is the moment that `at: now` stands for.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] where a date is none, a person is not in the deck, or a card cannot be.
    pub fn resolve(
        &self,
        id: &str,
        deck: &Deck,
        now: Moment,
    ) -> Result<Vec<Playable>, ResolveError> {
        if self.cases.is_empty() {
            return Ok(vec![self.resolve_one(id.to_owned(), deck, now, &[])?]);
        }
        let mut playables = Vec::with_capacity(self.cases.len());
        for (index, case) in self.cases.iter().enumerate() {
            let path = [Key("cases"), Index(index)];
            let well_named = !case.name.is_empty()
                && case
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if !well_named {
                return Err(error(
                    &path,
                    format!(
                        "a case is named with lower-case letters, digits and hyphens, not {:?}",
                        case.name
                    ),
                ));
            }
            if self.cases[..index]
                .iter()
                .any(|other| other.name == case.name)
            {
                return Err(error(
                    &path,
                    format!(
                        "two cases are named {:?}; give each its own name",
                        case.name
                    ),
                ));
            }
            let id = format!("{id}#{}", case.name);
            playables.push(self.with(case).resolve_one(id, deck, now, &path)?);
        }
        Ok(playables)
    }

    /// Returns the document as one of its cases has it.
    fn with(&self, case: &Case) -> Document {
        let mut document = self.clone();
        document.cases.clear();
        if let Some(title) = &case.title {
            document.title.clone_from(title);
        } else {
            document.title.ja = format!("{} ({})", self.title.ja, case.name);
            document.title.en = format!("{} ({})", self.title.en, case.name);
        }
        if let Some(requirements) = &case.requirements {
            document.requirements.clone_from(requirements);
        }
        if let Some(at) = &case.at {
            document.at.clone_from(at);
        }
        if let Some(site) = &case.site {
            document.site.lay(site);
        }
        if let Some(card) = &case.card {
            if card.holder.is_some() {
                document.card.holder.clone_from(&card.holder);
            }
            document.card.lay(card);
        }
        if let Some(registry) = &case.registry {
            document.registry.lay(registry);
        }
        if let Some(steps) = &case.steps {
            document.steps.clone_from(steps);
        }
        document
    }

    fn resolve_one(
        &self,
        id: String,
        deck: &Deck,
        now: Moment,
        path: &[PathItem],
    ) -> Result<Playable, ResolveError> {
        let under = |key| {
            let mut under = path.to_vec();
            under.push(Key(key));
            under
        };
        let at = self.resolve_at(now, &under("at"))?;
        let (people, profiles) = self.resolve_people(deck, at, under("card"))?;
        let scenario = Scenario {
            id,
            title: self.title.clone(),
            about: self.about.clone(),
            requirements: self.requirements.clone(),
            tags: self.tags.clone(),
            under_test: self.under_test,
            at,
            seed: self.seed,
            pace_ms: self
                .pace
                .after(at)
                .map_err(date_error(&under("pace")))?
                .ms_since(at),
            site: self.resolve_site(&under("site"))?,
            people,
            incidents: self
                .incidents
                .iter()
                .map(|entry| entry.incident(at))
                .collect::<Result<_, _>>()
                .map_err(date_error(&under("incidents")))?,
            steps: self.steps.clone(),
        };
        check::incidents(&scenario)?;
        for (index, step) in scenario.steps.iter().enumerate() {
            check::step(&scenario, step, &[Key("steps"), Index(index)])?;
        }
        Ok(Playable {
            scenario,
            profiles,
            at_now: self.at == "now",
            portal_ids: BTreeMap::new(),
        })
    }

    fn resolve_at(&self, now: Moment, path: &[PathItem]) -> Result<Moment, ResolveError> {
        if self.at == "now" {
            return Ok(now);
        }
        self.at.parse().map_err(|_| {
            let at = &self.at;
            error(
                path,
                format!("{at:?} is no moment; write 2025-12-20T09:15+09:00, or now"),
            )
        })
    }

    /// Returns everyone with their card, the first in front; `path` is where the first's card is.
    fn resolve_people(
        &self,
        deck: &Deck,
        at: Moment,
        path: Vec<PathItem>,
    ) -> Result<(Vec<Patient>, Vec<Profile>), ResolveError> {
        let others = self.others.iter().enumerate().map(|(index, other)| {
            let path = vec![Key("others"), Index(index), Key("card")];
            (path, &other.card, &other.registry)
        });
        std::iter::once((path, &self.card, &self.registry))
            .chain(others)
            .map(|(path, card, registry)| resolve_person(card, registry, deck, at, &path))
            .collect()
    }

    fn resolve_site(&self, path: &[PathItem]) -> Result<Site, ResolveError> {
        let mut site = Site::default();
        let over = self.site.clone();
        site.kind = over.kind.unwrap_or(site.kind);
        site.institution = over.institution.unwrap_or(site.institution);
        site.offers = over.offers.unwrap_or(site.offers);
        site.consent_layout = over.consent_layout.unwrap_or(site.consent_layout);
        site.emergency_access = over.emergency_access.unwrap_or(site.emergency_access);
        site.municipality = over.municipality.or(site.municipality);
        site.administrator = over.administrator.unwrap_or(site.administrator);
        check::site(&site, path)?;
        Ok(site)
    }
}

impl Deck {
    /// Returns a person as the deck has them, dates relative to `at`.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] where there is no such person, or a date leaves the calendar.
    pub fn patient(&self, name: &str, at: Moment) -> Result<(Patient, Profile), ResolveError> {
        let card = CardOverrides {
            holder: Some(name.to_owned()),
            ..CardOverrides::default()
        };
        resolve_person(&card, &RegistryOverrides::default(), self, at, &[])
    }
}

fn resolve_person(
    card: &CardOverrides,
    registry: &RegistryOverrides,
    deck: &Deck,
    at: Moment,
    path: &[PathItem],
) -> Result<(Patient, Profile), ResolveError> {
    let mut holder_path = path.to_vec();
    holder_path.push(Key("holder"));
    let name = card.holder.as_deref().unwrap_or_default();
    let person: &DeckPerson = deck.person(name).ok_or_else(|| {
        error(
            &holder_path,
            format!(
                "there is no {name:?} in the deck; the deck has {}",
                deck.names().collect::<Vec<_>>().join(", ")
            ),
        )
    })?;
    let mut laid_card = person.card.clone();
    laid_card.lay(card);
    let mut laid_registry = person.registry.clone();
    laid_registry.lay(registry);
    let profile_name = laid_card.holder.as_deref().unwrap_or(name);
    let base = Profile::standard(profile_name).ok_or_else(|| {
        error(
            &holder_path,
            format!("the deck names the card profile {profile_name:?}, which does not exist"),
        )
    })?;
    let profile = resolve_profile(base, &laid_card, at, path)?;
    check_timing(laid_card.timing.as_deref(), path)?;
    let person = Person {
        name: profile.holder.name.clone(),
        kana: profile.holder.kana.clone(),
        birth_date: profile.holder.birth_date,
        sex: match profile.holder.sex {
            virtual_card::profile::Sex::Male => Sex::Male,
            virtual_card::profile::Sex::Female => Sex::Female,
            virtual_card::profile::Sex::Unstated => Sex::Unset,
        },
        address: Some(profile.holder.address.clone()),
        postcode: Some(profile.holder.postcode.clone()),
    };
    let registry = laid_registry
        .registry(person, at)
        .map_err(date_error(&[Key("registry")]))?;
    let patient = Patient {
        name: name.to_owned(),
        card: CardFacts {
            timing: laid_card.timing.clone(),
            physical_card: laid_card
                .physical_card
                .as_ref()
                .map(|card| physical_card(card, at))
                .transpose()
                .map_err(date_error(path))?,
            ..card_facts(&profile)
        },
        registry,
    };
    Ok((patient, profile))
}

fn check_timing(name: Option<&str>, path: &[PathItem]) -> Result<(), ResolveError> {
    let names = Timing::standard_names();
    match name.filter(|name| !names.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let mut path = path.to_vec();
            path.push(Key("timing"));
            let names = names.join(", ");
            Err(error(
                &path,
                format!("there is no timing {name:?}; the timings are {names}"),
            ))
        }
    }
}

fn resolve_profile(
    mut profile: Profile,
    card: &CardOverrides,
    at: Moment,
    path: &[PathItem],
) -> Result<Profile, ResolveError> {
    let day = |expr: &DateExpr| expr.day(at).map_err(date_error(path));
    if let Some(birth_date) = &card.birth_date {
        profile.holder.birth_date = day(birth_date)?;
    }
    if let Some(issued) = &card.issued {
        profile.issued = day(issued)?;
    }
    if let Some(expires) = &card.card_expires {
        profile.card_expires = Some(day(expires)?);
    }
    if let Some(over) = &card.user_certificate {
        let certificate = &mut profile.user_certificate;
        if let Some(not_after) = &over.not_after {
            certificate.not_after = Some(not_after.end(at).map_err(date_error(path))?.0);
        }
        if let Some(not_before) = &over.not_before {
            certificate.not_before = Some(not_before.start(at).map_err(date_error(path))?.0);
        }
        certificate.issuer = over.issuer.unwrap_or(certificate.issuer);
        certificate.generation = over.generation.unwrap_or(certificate.generation);
    }
    if let Some(held) = card.signature_certificate {
        profile.signature_certificate =
            held.then(|| profile.signature_certificate.unwrap_or_default());
    }
    profile.photo = card.photo.unwrap_or(profile.photo);
    if let Some(tries) = card.pin.as_ref().and_then(|pin| pin.tries) {
        profile.tries.user = tries;
    }
    if let Some((key, problem, hint)) = profile.problem() {
        return Err(error(path, format!("{key}: {problem}; {hint}")));
    }
    Ok(profile)
}

/// Returns what the judge may know of a card.
pub(super) fn card_facts(profile: &Profile) -> CardFacts {
    CardFacts {
        photo: profile.photo,
        user_pin: profile
            .pins
            .user
            .as_ref()
            .map(|pin| Secret::Plain(pin.as_str().to_owned())),
        user_pin_tries: profile.tries.user,
        signature_certificate: profile.signature_certificate.is_some(),
        not_before: Moment(profile.user_certificate_not_before()),
        not_after: Moment(profile.user_certificate_not_after()),
        serial: hex::encode(profile.user_certificate_serial()),
        trusted: profile.user_certificate.issuer == virtual_card::profile::Issuer::Trusted,
        validity: Some(ValidityFacts {
            issued: profile.issued,
            card_expires: profile.card_expires,
            not_before: profile.user_certificate.not_before.map(Moment),
            not_after: profile.user_certificate.not_after.map(Moment),
            generation: profile.user_certificate.generation,
        }),
        timing: None,
        physical_card: None,
    }
}

fn physical_card(entry: &PhysicalCardEntry, at: Moment) -> Result<PhysicalCard, DateExprError> {
    Ok(PhysicalCard {
        expires: entry.expires.day(at)?,
        not_after: entry.not_after.end(at)?,
    })
}
