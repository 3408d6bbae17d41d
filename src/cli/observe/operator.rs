//! The operator at the reader: what they are told and asked, and what they type.

use tokio::sync::mpsc::Receiver;

use crate::cli::console::typed;
use crate::cli::shell::tell;
use crate::observe::{Answered, Progress, Question};
use crate::scenario::{FaultStep, Scenario, ScreenFields, Step};
use crate::tui::describe;
use crate::wording::Language;

/// Whoever follows an observation, and is asked what nobody else can tell.
pub(super) struct Operator<'a> {
    scenario: &'a Scenario,
    slot: &'a str,
    language: Language,
}

impl<'a> Operator<'a> {
    pub(super) fn new(scenario: &'a Scenario, slot: &'a str, language: Language) -> Operator<'a> {
        Operator {
            scenario,
            slot,
            language,
        }
    }

    /// Tells the operator on stderr what happens.
    pub(super) fn hear(&self, progress: &Progress<'_>) {
        match progress {
            Progress::Asked(question) => {
                let (what, keys) = self.question(*question);
                tell(&format!("▶ {what}  {keys}"));
            }
            Progress::Said(line) => tell(&format!("  | {line}")),
            other => {
                let said = self.said(other);
                for (index, line) in said.iter().enumerate() {
                    match index {
                        0 => tell(&format!("uketsuke: SIMULATION: {line}")),
                        _ => tell(&format!("  {line}")),
                    }
                }
            }
        }
    }

    /// Says what happens, in lines; questions, and what is only recorded, apart.
    pub(super) fn said(&self, progress: &Progress<'_>) -> Vec<String> {
        let wording = self.language.wording();
        match progress {
            Progress::Begins => {
                let site = self.site_of(None);
                vec![wording.say_with("observe-at", &[("site", &site)])]
            }
            Progress::Serving { fhir } => {
                let said = fhir.map(|fhir| format!("FHIR at {fhir}"));
                said.into_iter().collect()
            }
            Progress::CardIn { person, stimuli } => self.card_in(*person, stimuli),
            Progress::NotTaken => {
                vec![wording.say_with("observe-not-taken", &[("slot", self.slot)])]
            }
            Progress::Said(line) => vec![format!("| {line}")],
            Progress::ProgramEnded(how) => {
                vec![wording.say_with(
                    "observe-program",
                    &[("how", &status_said(how, self.language))],
                )]
            }
            Progress::Arranged(index) => {
                let step = self.scenario.steps.get(*index);
                let step = step.map(|step| self.arranged(step)).unwrap_or_default();
                vec![wording.say_with("observe-arranged", &[("step", &step)])]
            }
            Progress::CardOut => vec![wording.say("observe-card-out")],
            Progress::Asked(_) | Progress::Recorded(_) => Vec::new(),
        }
    }

    fn card_in(&self, person: usize, stimuli: &[usize]) -> Vec<String> {
        let name = self.name(person);
        let blanks = [("name", name), ("slot", self.slot)];
        let wording = self.language.wording();
        let steps: Vec<String> = stimuli
            .iter()
            .filter_map(|index| self.scenario.steps.get(*index))
            .map(|step| format!("- {}", self.spoken(step)))
            .collect();
        let mut lines = vec![wording.say_with("observe-card-in", &blanks)];
        if !steps.is_empty() {
            lines.push(wording.say("observe-meanwhile"));
        }
        lines.extend(steps);
        lines
    }

    /// Says what is asked, and what answers it.
    pub(super) fn question(&self, question: Question) -> (String, String) {
        let wording = self.language.wording();
        let step = |index: usize| self.scenario.steps.get(index);
        let (what, keys) = match question {
            Question::Insert(index) => {
                let person = match step(index) {
                    Some(Step::PresentCard(Some(name))) => {
                        let people = &self.scenario.people;
                        people.iter().position(|it| it.name == *name).unwrap_or(0)
                    }
                    _ => 0,
                };
                let name = [("name", self.name(person))];
                (wording.say_with("observe-insert", &name), "observe-ready")
            }
            Question::Take(_) => (wording.say("observe-take"), "observe-ready"),
            Question::Give(index) => {
                let what = step(index)
                    .map(|step| self.spoken(step))
                    .unwrap_or_default();
                let what = wording.say_with("observe-give", &[("step", &what)]);
                (what, "observe-done")
            }
            Question::Move(index) => {
                let site = self.site_of(Some(index));
                (
                    wording.say_with("observe-move", &[("site", &site)]),
                    "observe-done",
                )
            }
            Question::Look(index) => {
                let screen = match step(index) {
                    Some(Step::ExpectScreen(expected)) => self.screen(&expected.fields()),
                    _ => String::new(),
                };
                let what = wording.say_with("observe-look", &[("screen", &screen)]);
                (what, "observe-yes-no")
            }
        };
        (what, wording.say(keys))
    }

    /// Names a screen with what the step says of it.
    fn screen(&self, fields: &ScreenFields) -> String {
        let wording = self.language.wording();
        let mut parts = Vec::new();
        if let Some(left) = fields.left {
            parts.push(wording.say_with("observe-left", &[("left", &left.to_string())]));
        }
        if let Some(kind) = fields.kind {
            parts.push(wording.pick(&kind.title()));
        }
        let methods = fields.methods.iter().flatten();
        parts.extend(methods.map(|method| wording.pick(&method.title())));
        if fields.preset == Some(true) {
            parts.push(wording.say("observe-preset"));
        }
        let title = wording.pick(&fields.id.title());
        match (parts.is_empty(), self.language) {
            (true, _) => title,
            (false, Language::Ja) => format!("{title}（{}）", parts.join("、")),
            (false, Language::En) => format!("{title} ({})", parts.join(", ")),
        }
    }

    /// Says where the reader stands from a step on, or at the beginning: what must be set there.
    fn site_of(&self, index: Option<usize>) -> String {
        let mut site = self.scenario.site.clone();
        let until = index.map_or(0, |index| index + 1);
        for step in self.scenario.steps.iter().take(until) {
            if let Step::GoTo(change) = step {
                change.apply(&mut site);
            }
        }
        let wording = self.language.wording();
        let asked: Vec<String> = site
            .offers
            .iter()
            .map(|kind| wording.pick(&kind.title()))
            .collect();
        let asked = asked.join(match self.language {
            Language::Ja => "、",
            Language::En => ", ",
        });
        let kind = wording.say(describe::site(site.kind));
        let blanks = [
            ("kind", kind.as_str()),
            ("institution", &site.institution),
            ("asked", &asked),
        ];
        wording.say_with("observe-site", &blanks)
    }

    /// Says what our backend does, of a fault also which.
    fn arranged(&self, step: &Step) -> String {
        let said = describe::act(step, self.language);
        match step {
            Step::Fault(FaultStep::Backend(fault)) => {
                let what = format!("{:?}", fault.what).to_lowercase();
                format!("{said} ({what})")
            }
            _ => said,
        }
    }

    fn name(&self, person: usize) -> &str {
        let person = self.scenario.people.get(person);
        person.map_or("", |patient| patient.registry.person.name.as_str())
    }

    /// Says a step to whoever does it. The PIN of a test card is no secret of anyone, and whoever
    /// types it must know it; it goes to the operator alone.
    fn spoken(&self, step: &Step) -> String {
        match step {
            Step::EnterPin(secret) => {
                let pin = secret.plain().unwrap_or_default();
                self.language
                    .wording()
                    .say_with("observe-pin", &[("pin", pin)])
            }
            other => describe::act(other, self.language),
        }
    }
}

/// Reads what the operator types.
pub(super) fn answers() -> Option<Receiver<Answered>> {
    typed(|line| Some(answer(line)))
}

fn answer(line: &str) -> Answered {
    match line {
        "" => Answered::Enter,
        "y" | "Y" | "yes" | "はい" => Answered::Yes,
        "n" | "N" | "no" | "いいえ" => Answered::No,
        "?" | "？" => Answered::Unknown,
        _ => Answered::Else,
    }
}

/// Says how a program ended, as the system words it, in the user's language.
pub(super) fn status_said(how: &str, language: Language) -> String {
    match language {
        Language::Ja => how
            .replace("exit status: ", "終了コード ")
            .replace("signal: ", "シグナル "),
        Language::En => how.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_set_for_another_site_is_said_in_both_languages() {
        let library = crate::library::Library::bundled().unwrap();
        let source = crate::scenario::Source {
            id: "x".to_owned(),
            origin: "x.yaml".to_owned(),
            text: "title: { ja: あ, en: a }\nrequirements: [CONS-04]\nat: now\ncard: { holder: adult }\nsite: { kind: clinic, institution: \"1399999999\", offers: [care, checkup] }\nsteps:\n- present-card\n- take-card\n- go-to: { kind: pharmacy }\n- go-to: { institution: \"1348888888\" }\n- present-card\n- take-card\n".to_owned(),
        };
        let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
        let playable = library.playables(&source, now).unwrap().remove(0);
        let says = |language, progress: &Progress<'_>| {
            Operator::new(&playable.scenario, "slot", language).said(progress)
        };
        let asks = |language, step| {
            Operator::new(&playable.scenario, "slot", language)
                .question(Question::Move(step))
                .0
        };
        assert_eq!(
            says(Language::En, &Progress::Begins),
            [
                "the reader stands at: clinic, institution number 1399999999, asks after past care and drugs, check-up results"
            ]
        );
        assert_eq!(
            asks(Language::En, 3),
            "Set the reader to another site: pharmacy, institution number 1348888888, asks after past care and drugs, check-up results"
        );
        let asked = asks(Language::Ja, 2);
        for word in ["薬局", "医療機関等コード1399999999", "別の施設"] {
            assert!(asked.contains(word), "{asked}");
        }
    }

    #[test]
    fn answers_are_read_in_both_languages() {
        for (line, expected) in [
            ("", Answered::Enter),
            ("y", Answered::Yes),
            ("はい", Answered::Yes),
            ("n", Answered::No),
            ("いいえ", Answered::No),
            ("?", Answered::Unknown),
            ("1234", Answered::Else),
        ] {
            assert_eq!(answer(line), expected, "{line}");
        }
    }
}
