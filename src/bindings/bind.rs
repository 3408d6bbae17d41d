//! Puts the people of a foreign backend in the place of those of the deck.

use virtual_card::profile::Profile;

use super::file::{Bindings, Bound};
use super::state;
use super::states::States;
use crate::eligibility::{Moment, Person, Qualification, Text};
use crate::scenario::{
    AnswerExpectation, CardFacts, DateExpr, DeskStep, NumberInquiryStep, Patient, Playable,
    RegistryOverrides, Step,
};

/// Says why a scenario cannot be played with a backend as it is; nothing where it can, once its
/// people are bound.
pub fn cannot_run(playable: &Playable) -> Option<Text> {
    let scenario = &playable.scenario;
    if !playable.at_now {
        let day = scenario.at.day();
        return Some(Text::new(
            format!("日付が{day}に決まっている。この照会先の日付は設定できない"),
            format!("it plays on {day}, and the date of this backend cannot be set"),
        ));
    }
    if !scenario.incidents.is_empty() {
        return Some(Text::new(
            "災害・障害時の機能を有効にする必要があり、この照会先では設定できない",
            "it needs a function for disasters or outages to be switched on, which cannot be arranged at this backend",
        ));
    }
    scenario.steps.iter().find_map(|step| match step {
        Step::Wait(_) => Some(Text::new(
            "途中で時間を進める。この照会先の時計は設定できない",
            "time passes in it, and the clock of this backend cannot be set",
        )),
        Step::ChangeRegistry(_) => Some(Text::new(
            "途中で登録内容を変える。この照会先では変えられない",
            "what the registry knows changes in it, which cannot be arranged at this backend",
        )),
        _ => None,
    })
}

/// Returns the scenario with the people of the backend, or why it cannot be played with them.
///
/// # Errors
///
/// The reason, which makes the scenario not applicable.
pub fn bind(playable: &Playable, states: &States, bindings: &Bindings) -> Result<Playable, Text> {
    if let Some(reason) = cannot_run(playable) {
        return Err(reason);
    }
    let mut bound = playable.clone();
    let at = playable.scenario.at;
    let needed = state::of_people(&playable.scenario.people, states.at.unwrap_or(at));
    let mut missing = Vec::new();
    let people = bound.scenario.people.iter_mut().zip(&mut bound.profiles);
    for ((patient, profile), state) in people.zip(&needed) {
        let name = states.name_of(state).unwrap_or(&state.person);
        let Some(found) = bindings.get(name) else {
            missing.push(name.to_owned());
            continue;
        };
        if found.certificate.is_none() && presents_cards(&playable.scenario.steps) {
            return Err(Text::new(
                format!("{name}の証明書が照会先に知らされていない (bindings)"),
                format!("no certificate of {name} is bound, and the scenario presents a card"),
            ));
        }
        person(patient, profile, found, at)
            .map_err(|why| Text::new(format!("{name}: {why}"), format!("{name}: {why}")))?;
        let id = found.portal.clone().unwrap_or_else(|| name.to_owned());
        bound.portal_ids.insert(patient.name.clone(), id);
    }
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Text::new(
            format!("{missing}が照会先の誰かに結び付けられていない (--bindings)"),
            format!("{missing} must be bound to a person of the backend (--bindings)"),
        ));
    }
    if state::of_people(&bound.scenario.people, at)
        != state::of_people(&playable.scenario.people, at)
    {
        return Err(Text::new(
            "結び付けた人どうしの番号の関係がシナリオと異なる",
            "the bound people do not share their number as those of the scenario do",
        ));
    }
    let before = &playable.scenario.people;
    let after = bound.scenario.people.clone();
    for step in &mut bound.scenario.steps {
        rewrite(step, before, &after, at)?;
    }
    Ok(bound)
}

fn presents_cards(steps: &[Step]) -> bool {
    steps
        .iter()
        .any(|step| matches!(step, Step::PresentCard(_)))
}

/// Makes one person the bound one: registry, card profile and what the judge knows of the card.
pub(super) fn person(
    patient: &mut Patient,
    profile: &mut Profile,
    bound: &Bound,
    at: Moment,
) -> Result<(), String> {
    let day = |expr: &DateExpr| expr.day(at).map_err(|error| error.to_string());
    let birth_date = day(&bound.birth_date)?;
    let before = patient.registry.qualifications.clone();
    patient.registry.person = Person {
        name: bound.name.clone(),
        kana: bound.kana.clone(),
        birth_date,
        sex: bound.sex,
        address: bound.address.clone(),
        postcode: bound.postcode.clone(),
    };
    let overrides = RegistryOverrides {
        qualifications: Some(bound.qualifications.clone()),
        medical: Some(bound.medical.clone()),
        ..RegistryOverrides::default()
    };
    overrides
        .apply(&mut patient.registry, at)
        .map_err(|error| error.to_string())?;
    follow_insurers(patient, &before);
    holder(profile, bound, birth_date);
    // A certificate that nobody was told of keeps its dates, whatever the birth date.
    let (start, end) = (patient.card.not_before, patient.card.not_after);
    profile.user_certificate.not_before = Some(start.0);
    profile.user_certificate.not_after = Some(end.0);
    if let Some(certificate) = &bound.certificate {
        profile.issued = day(&certificate.issued)?;
        profile.user_certificate.generation = certificate.generation;
        profile.user_certificate.not_before = None;
        let end = certificate.not_after.end(at);
        profile.user_certificate.not_after = Some(end.map_err(|error| error.to_string())?.0);
    }
    if let Some((key, problem, hint)) = profile.problem() {
        return Err(format!("{key}: {problem}; {hint}"));
    }
    patient.card = CardFacts {
        timing: patient.card.timing.clone(),
        physical_card: patient.card.physical_card,
        ..CardFacts::of(profile)
    };
    Ok(())
}

fn holder(profile: &mut Profile, bound: &Bound, birth_date: jiff::civil::Date) {
    use crate::eligibility::Sex;
    let holder = &mut profile.holder;
    holder.name.clone_from(&bound.name);
    holder.kana.clone_from(&bound.kana);
    holder.birth_date = birth_date;
    holder.sex = match bound.sex {
        Sex::Male => virtual_card::profile::Sex::Male,
        Sex::Female => virtual_card::profile::Sex::Female,
        Sex::Unset => virtual_card::profile::Sex::Unstated,
    };
    if let Some(address) = &bound.address {
        holder.address.clone_from(address);
    }
    if let Some(postcode) = &bound.postcode {
        holder.postcode.clone_from(postcode);
    }
}

/// Lets the flags of insurers follow where those have other numbers now.
fn follow_insurers(patient: &mut Patient, before: &[Qualification]) {
    let registry = &mut patient.registry;
    let after = &registry.qualifications;
    let flags = registry
        .withheld_by
        .iter_mut()
        .chain(&mut registry.undisclosed_by);
    for insurer in flags {
        let pair = before
            .iter()
            .zip(after)
            .find(|(it, _)| it.insurer == *insurer);
        if let Some((_, now)) = pair {
            insurer.clone_from(&now.insurer);
        }
    }
}

/// Writes the numbers of the bound people where a step states those of the deck.
fn rewrite(step: &mut Step, before: &[Patient], after: &[Patient], at: Moment) -> Result<(), Text> {
    match step {
        Step::Desk(DeskStep::NumberInquiry(inquiry)) => {
            let index = match &inquiry.person {
                Some(name) => before.iter().position(|it| it.name == *name),
                None => Some(0),
            };
            let pair = index.and_then(|index| Some((before.get(index)?, after.get(index)?)));
            pair.map_or(Ok(()), |(old, new)| number(inquiry, old, new, at))
        }
        Step::ExpectAnswer(AnswerExpectation::Fields(fields)) => {
            if let Some(insurer) = &mut fields.insurer {
                let pairs = before.iter().zip(after).flat_map(|(old, new)| {
                    let news = &new.registry.qualifications;
                    old.registry.qualifications.iter().zip(news)
                });
                let found = pairs.into_iter().find(|(old, _)| old.insurer == *insurer);
                if let Some((_, new)) = found {
                    insurer.clone_from(&new.insurer);
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn number(
    inquiry: &mut NumberInquiryStep,
    old: &Patient,
    new: &Patient,
    at: Moment,
) -> Result<(), Text> {
    let (held, now) = (&old.registry.qualifications, &new.registry.qualifications);
    let of = |field: fn(&Qualification) -> &str| {
        let pairs = held.iter().zip(now);
        pairs
            .map(|(old, new)| (field(old).to_owned(), field(new).to_owned()))
            .collect::<Vec<_>>()
    };
    stated(&mut inquiry.insurer, &of(|it| &it.insurer))?;
    stated(&mut inquiry.symbol, &of(|it| &it.symbol))?;
    stated(&mut inquiry.number, &of(|it| &it.number))?;
    if inquiry.branch.as_deref() != Some("none") {
        let branch: fn(&Qualification) -> &str = |it| it.branch.as_deref().unwrap_or_default();
        stated(&mut inquiry.branch, &of(branch))?;
    }
    if let Some(birth) = &mut inquiry.birth_date
        && birth.day(at).ok() == Some(old.registry.person.birth_date)
    {
        *birth = DateExpr::Day(new.registry.person.birth_date);
    }
    Ok(())
}

/// Replaces what a step states by what the backend has; `pairs` are old and new values.
fn stated(value: &mut Option<String>, pairs: &[(String, String)]) -> Result<(), Text> {
    let Some(text) = value else {
        return Ok(());
    };
    if let Some((_, new)) = pairs.iter().find(|(old, _)| old == text) {
        text.clone_from(new);
        return Ok(());
    }
    let rewritten = pairs.iter().any(|(old, new)| {
        let same = plain(old) == plain(text);
        same && old != new
    });
    if rewritten {
        return Err(Text::new(
            "番号を別の書き方で照会する。結び付けた人の番号の書き方は決まっていない",
            "it writes a number in another way, which is not known of the bound person's",
        ));
    }
    Ok(())
}

/// Returns a number without width, spaces and padding.
fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let half: String = text.nfkc().filter(|c| c.is_alphanumeric()).collect();
    half.trim_start_matches('0').to_lowercase()
}
