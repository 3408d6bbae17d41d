//! `uketsuke show`: everything about a scenario, a requirement or a person of the deck.

mod requirement;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use virtual_card::profile::Profile;

use super::coverage::Coverage;
use super::failure::Failure;
use super::list::{actor, prompt};
use super::select;
use super::shell::{Shell, emit};
use crate::clock::system_now;
use crate::eligibility::Text;
use crate::exit_code::ExitCode;
use crate::library::Library;
use crate::report::page::{Cell, Page, Style};
use crate::requirement::{Id, UnknownId, catalogue};
use crate::scenario::{DeckPerson, Patient, Scenario, Step};
use crate::secret::Secret;
use crate::transcript::SIMULATION;
use crate::wording::Language;

/// What `show` understands.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A scenario (id or file), a requirement such as CERT-03, or a person of the deck
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// Shows what each id names.
///
/// # Errors
///
/// [`Failure::Usage`] for a requirement that is not in the catalogue, [`Failure::Invalid`] for
/// anything else that is not there.
pub(super) fn show(args: &ShowArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let mut library = select::bundled()?;
    // Reads every scenario, so once, and only where a requirement is asked for.
    let coverage = match args.ids.iter().any(|id| looks_like_requirement(id)) {
        true => Coverage::of(&library)?,
        false => Coverage::default(),
    };
    let mut page = shell.page();
    page.push_styled(Style::Faint, SIMULATION);
    page.end_line();
    for id in &args.ids {
        page.end_line();
        show_one(&mut page, &mut library, &coverage, id)?;
    }
    emit(&page.into_string())?;
    Ok(ExitCode::Passed)
}

/// Shows what an id names: a requirement before a scenario, a scenario before a person.
fn show_one(
    page: &mut Page,
    library: &mut Library,
    coverage: &Coverage,
    id: &str,
) -> Result<(), Failure> {
    match id.parse::<Id>() {
        Ok(known) => return requirement::show_requirement(page, coverage, known),
        Err(error) if looks_like_requirement(id) => return Err(unknown_requirement(&error)),
        Err(_) => {}
    }
    match select::named(library, &[id.to_owned()]) {
        Ok(named) => {
            let playables = select::playables(library, &named, system_now())?;
            for (index, playable) in playables.iter().enumerate() {
                if index > 0 {
                    page.end_line();
                }
                show_scenario(page, &playable.scenario);
            }
        }
        Err(failure) => match library.deck().person(id) {
            Some(person) => show_person(page, id, person),
            None => return Err(failure),
        },
    }
    Ok(())
}

fn looks_like_requirement(id: &str) -> bool {
    id.split_once('-').is_some_and(|(family, number)| {
        let upper = !family.is_empty() && family.bytes().all(|byte| byte.is_ascii_uppercase());
        upper && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn unknown_requirement(error: &UnknownId) -> Failure {
    Failure::Usage(error.to_string())
}

fn heading(page: &mut Page, ja: &str, en: &str) {
    let text = page.pick(ja, en).to_owned();
    page.end_line();
    page.heading(&text);
}

/// Shows a text in both languages, that of the user first: the Japanese is what a rule says.
fn both(page: &mut Page, text: &Text) {
    let first = text.get(page.language()).to_owned();
    let second = if first == text.ja { &text.en } else { &text.ja };
    page.block(2, &first);
    page.block(2, second);
}

fn show_scenario(page: &mut Page, scenario: &Scenario) {
    let language = page.language();
    page.push_styled(Style::Strong, &scenario.id);
    page.line(&format!("  {}", scenario.title.get(language)));
    if let Some(about) = &scenario.about {
        let about = about.get(language).to_owned();
        page.block(2, &about);
    }
    let site = format!(
        "{} {}",
        word(&scenario.site.kind),
        scenario.site.institution
    );
    let mut facts = vec![
        (page.pick("日時", "at"), scenario.at.to_string()),
        (page.pick("場所", "site"), site),
        (page.pick("対象", "under test"), word(&scenario.under_test)),
    ];
    if !scenario.tags.is_empty() {
        facts.push((page.pick("タグ", "tags"), scenario.tags.join(" ")));
    }
    let rows: Vec<Vec<Cell>> = facts
        .into_iter()
        .map(|(name, value)| vec![Cell::styled(Style::Faint, name), value.into()])
        .collect();
    page.table(2, &rows);

    heading(page, "人物", "people");
    for patient in &scenario.people {
        show_patient(page, patient);
    }

    heading(page, "要件", "requirements");
    for row in scenario
        .requirements
        .iter()
        .filter_map(|id| catalogue().by_id(*id))
    {
        page.line(&format!("  {}  {}", row.id, row.title.get(language)));
        page.block(4, row.rule.get(language));
    }

    heading(page, "手順", "steps");
    let rows: Vec<Vec<Cell>> = scenario
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let kind = step.kind();
            vec![
                Cell::styled(Style::Faint, format!("{:>2}", index + 1)),
                actor(kind).into(),
                prompt(kind, language).into(),
                as_written(step).into(),
            ]
        })
        .collect();
    page.table(2, &rows);
}

fn show_patient(page: &mut Page, patient: &Patient) {
    let person = &patient.registry.person;
    page.line(&format!(
        "  {}  {} ({})  {}",
        patient.name, person.name, person.kana, person.birth_date
    ));
    let card = &patient.card;
    let pin = match card.user_pin {
        Some(_) => match page.language() {
            Language::Ja => format!("残り{}回", card.user_pin_tries),
            Language::En => format!("{} tries left", card.user_pin_tries),
        },
        None => page.pick("なし", "none").to_owned(),
    };
    let photo = match card.photo {
        true => page.pick("あり", "yes"),
        false => page.pick("なし", "no"),
    };
    let registered = match &patient.registry.registration {
        Some(registration) if registration.cancelled => {
            page.pick("解除済み", "cancelled").to_owned()
        }
        Some(registration) => word(&registration.place),
        None => page.pick("なし", "none").to_owned(),
    };
    let certificate = format!("{} – {}", card.not_before, card.not_after);
    let mut facts = vec![
        (page.pick("利用者証明書", "user certificate"), certificate),
        (page.pick("暗証番号", "PIN"), pin),
        (page.pick("顔写真", "photo"), photo.to_owned()),
        (page.pick("利用登録", "registered"), registered),
    ];
    if let Some(timing) = &card.timing {
        facts.push((page.pick("カードの速さ", "timing"), timing.clone()));
    }
    let rows: Vec<Vec<Cell>> = facts
        .into_iter()
        .map(|(name, value)| vec![Cell::styled(Style::Faint, name), value.into()])
        .collect();
    page.table(4, &rows);
}

/// Shows a person of the deck as the deck has them: with dates that each scenario makes its own.
fn show_person(page: &mut Page, name: &str, person: &DeckPerson) {
    page.push_styled(Style::Strong, name);
    page.line(&format!("  {}", person.title.get(page.language())));
    let profile = person.card.holder.as_deref().unwrap_or(name);
    if let Some(profile) = Profile::standard(profile) {
        let holder = &profile.holder;
        page.line(&format!(
            "  {} ({})  {}",
            holder.name, holder.kana, holder.birth_date
        ));
    }
    heading(page, "カード", "card");
    show_fields(page, &person.card);
    heading(page, "登録内容", "what the eligibility system knows");
    show_fields(page, &person.registry);
}

/// Shows what a part of a file says, a line per field and per item of a list.
fn show_fields(page: &mut Page, part: &impl Serialize) {
    // Our own types with string keys always serialise.
    let Value::Object(fields) = serde_json::to_value(part).unwrap_or_default() else {
        return;
    };
    for (field, value) in fields {
        let items = match value {
            Value::Array(items) if !items.is_empty() => items,
            other => vec![other],
        };
        for item in items {
            page.line(&format!("  {field}: {}", flow(&item)));
        }
    }
}

/// Returns a step as it stands in a file, the PIN as dots.
fn as_written(step: &Step) -> String {
    if let Step::EnterPin(Secret::Plain(pin)) = step {
        return format!("enter-pin: {}", "•".repeat(pin.chars().count()));
    }
    match serde_json::to_value(step).unwrap_or_default() {
        Value::Object(map) if map.len() == 1 => map
            .iter()
            .map(|(key, value)| match value {
                Value::Null => key.clone(),
                value => format!("{key}: {}", flow(value)),
            })
            .collect(),
        other => flow(&other),
    }
}

/// Returns a word of our files for a value that is one.
fn word(value: &impl Serialize) -> String {
    flow(&serde_json::to_value(value).unwrap_or_default())
}

/// Returns a value as YAML on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let items: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", flow(value)))
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_as_it_is_written_and_a_pin_never() {
        let written = |yaml: &str| {
            let steps: Vec<Step> = serde_saphyr::from_str(yaml).unwrap();
            as_written(&steps[0])
        };
        assert_eq!(written("- take-card"), "take-card");
        assert_eq!(written("- present-card"), "present-card");
        assert_eq!(written("- agree: care"), "agree: care");
        assert_eq!(written("- enter-pin: \"8642\""), "enter-pin: ••••");
        assert_eq!(
            written("- desk: { oral-consent: given }"),
            "desk: { oral-consent: given }"
        );
    }
}
