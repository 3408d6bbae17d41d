//! Goes through a transcript once and sorts its entries into facts.

mod faulted;

use std::collections::BTreeSet;

use super::gaps;
use super::visit::Given;
use super::{Exchange, Facts, Probing, Unmet, Visit, World};
use crate::eligibility::{Answer, Inquiry, NumberKey, Registration, RegistrationPlace, SiteKind};
use crate::judge::facts::world::holders;
use crate::judge::incident::is_meant;
use crate::judge::session::{Command, State};
use crate::scenario::{DeskStep, Scenario, Step};
use crate::transcript::{CardEvent, Entry, Event, Note, Reply, Role, Transcript};

struct Fold<'a> {
    facts: Facts<'a>,
    card: State,
    /// The steps of the scenario that the transcript speaks of.
    steps: BTreeSet<usize>,
    /// Visual mode and emergency viewing, switched on before the next card.
    visual_mode: Option<u64>,
    emergency: bool,
    /// Whom the last act of staff was about.
    desk_person: Option<usize>,
}

/// Folds a transcript; the cases and the recorded consents are filled in afterwards.
pub(super) fn fold<'a>(scenario: &'a Scenario, transcript: &'a Transcript) -> Facts<'a> {
    let world = World {
        from: 0,
        site: scenario.site.clone(),
        registries: scenario
            .people
            .iter()
            .map(|patient| patient.registry.clone())
            .collect(),
    };
    let mut fold = Fold {
        facts: Facts {
            scenario,
            header: &transcript.header,
            entries: &transcript.entries,
            visits: Vec::new(),
            probings: Vec::new(),
            exchanges: Vec::new(),
            cases: Vec::new(),
            truths: Vec::new(),
            days: Vec::new(),
            worlds: vec![world],
            recorded: Vec::new(),
            unmet: Vec::new(),
            reached: std::collections::BTreeMap::new(),
            told: std::collections::BTreeMap::new(),
            cut_short: None,
            reader_failed: false,
            broken: None,
        },
        card: State::default(),
        steps: BTreeSet::new(),
        visual_mode: None,
        emergency: false,
        desk_person: None,
    };
    for (index, entry) in transcript.entries.iter().enumerate() {
        if entry.n != index as u64 + 1 {
            fold.broken(entry.n);
        }
        if entry.from == Role::Tester || entry.to == Role::Tester {
            fold.probed(entry);
            continue;
        }
        fold.enter_visit(entry);
        fold.take(entry);
    }
    let steps = std::mem::take(&mut fold.steps);
    gaps::find(&mut fold.facts, &steps);
    fold.facts
}

impl<'a> Fold<'a> {
    fn broken(&mut self, n: u64) {
        self.facts.broken.get_or_insert(n);
    }

    fn visit(&mut self) -> Option<&mut Visit<'a>> {
        self.facts.visits.last_mut()
    }

    fn enter_visit(&mut self, entry: &Entry) {
        let current = self.facts.visits.last().map_or(0, |visit| visit.number);
        if entry.visit <= current {
            if let Some(visit) = self.visit() {
                visit.last = entry.n;
            }
            return;
        }
        let ambulance = self
            .facts
            .world(entry.n)
            .is_some_and(|world| world.site.kind == SiteKind::Ambulance);
        let emergency = std::mem::take(&mut self.emergency) || ambulance;
        let visual_mode = self.visual_mode.take();
        self.card = State::default();
        self.facts
            .visits
            .push(Visit::new(entry, visual_mode, emergency));
    }

    fn take(&mut self, entry: &'a Entry) {
        match &entry.event {
            Event::Stimulus(stimulus) => {
                self.steps.insert(stimulus.step);
                self.stimulus(entry, &stimulus.act);
            }
            Event::Screen(screen) => {
                if let Some(visit) = self.visit() {
                    visit.screens.push((entry.n, screen));
                }
            }
            Event::Command(command) => {
                let command = Command::read(entry.n, command, &self.card);
                match self.visit() {
                    Some(visit) => visit.commands.push(command),
                    None => self.broken(entry.n),
                }
            }
            Event::Response(response) => self.response(entry, response),
            Event::Inquiry(inquiry) => self.inquiry(entry, inquiry),
            Event::Answer(reply) => self.answer(entry, reply),
            Event::Card(CardEvent::PowerLost) => self.power_lost(entry),
            Event::Card(event) => self.card(entry, event),
            Event::Fault(_) => self.fault(entry),
            Event::Report(report) => {
                if let Some(visit) = self.visit() {
                    visit.reports.push((entry.n, report));
                }
            }
            Event::Note(note) => self.note(entry, note),
        }
    }

    /// Takes in what goes on between a tester and the card.
    fn probed(&mut self, entry: &'a Entry) {
        if let Event::Card(CardEvent::Presented { person }) = &entry.event {
            self.card = State::default();
            let person = self.person_named(Some(person));
            self.facts.probings.push(Probing::new(entry.n, person));
            return;
        }
        if let Event::Stimulus(stimulus) = &entry.event {
            self.steps.insert(stimulus.step);
        }
        let probing = self.facts.probings.last_mut();
        if !probing.is_some_and(|probing| probing.take(entry, &mut self.card)) {
            self.broken(entry.n);
        }
    }

    fn stimulus(&mut self, entry: &'a Entry, act: &'a Step) {
        let card_in = self
            .facts
            .visits
            .last()
            .is_some_and(|visit| visit.presented.is_some() && visit.removed.is_none());
        match act {
            Step::Desk(DeskStep::VisualMode) if card_in => {
                if let Some(visit) = self.visit() {
                    visit.visual_mode.get_or_insert(entry.n);
                }
            }
            Step::Desk(DeskStep::VisualMode) => self.visual_mode = Some(entry.n),
            Step::Desk(DeskStep::Emergency) => self.emergency = true,
            Step::Desk(DeskStep::NumberInquiry(inquiry)) => {
                self.desk_person = self.person_named(inquiry.person.as_deref());
            }
            Step::Desk(DeskStep::MedicalInquiry(inquiry)) => {
                self.desk_person = self.person_named(inquiry.person.as_deref());
            }
            _ => {}
        }
        let given = Given {
            n: entry.n,
            from: entry.from,
            act,
        };
        let misses_its_screen = self.facts.visits.last().is_some_and(|visit| {
            let answers = act.kind().screens;
            card_in
                && !visit.screens.is_empty()
                && !answers.is_empty()
                && !visit
                    .screens
                    .iter()
                    .any(|(_, screen)| answers.contains(&screen.id()))
        });
        if misses_its_screen && entry.by.is_none() {
            self.broken(entry.n);
        }
        if let Some(visit) = self.visit() {
            visit.stimuli.push(given);
        }
    }

    fn person_named(&self, name: Option<&str>) -> Option<usize> {
        let people = &self.facts.scenario.people;
        match name {
            Some(name) => people.iter().position(|patient| patient.name == name),
            None => (!people.is_empty()).then_some(0),
        }
    }

    fn response(&mut self, entry: &Entry, response: &crate::transcript::ResponseApdu) {
        let Some(visit) = self.visit() else {
            return self.broken(entry.n);
        };
        let asked = |command: &Command| Some(command.n) == entry.re;
        let Some(index) = visit.commands.iter().rposition(asked) else {
            return self.broken(entry.n);
        };
        visit.commands[index].answered(entry.n, response);
        let command = visit.commands[index].clone();
        if command.is_get_response() && command.done() {
            let before = visit.commands[..index].iter_mut();
            let mut before = before.rev().skip_while(|it| it.is_get_response());
            if let Some(begun) = before.next().filter(|it| it.has_more()) {
                begun.continued(&command);
            }
        }
        self.card.follow(&command);
    }

    fn inquiry(&mut self, entry: &Entry, inquiry: &'a Inquiry) {
        let holder = self.facts.visits.last().and_then(|visit| visit.person);
        let person = match (entry.from, inquiry) {
            (_, Inquiry::Portal { person }) => self.person_named(Some(person)),
            (Role::Reader, _) => holder,
            (_, Inquiry::Number { key, .. } | Inquiry::Medical { key, .. }) => {
                self.person_with(key).or(self.desk_person)
            }
            (_, Inquiry::Person { .. }) => self.person_meant(inquiry),
            _ => self.desk_person,
        };
        self.facts.exchanges.push(Exchange {
            n: entry.n,
            visit: entry.visit,
            at: entry.at,
            from: entry.from,
            inquiry,
            reply: None,
            elapsed_ms: None,
            wire: None,
            fault: None,
            person,
        });
    }

    /// Returns the one person whom a search by name means.
    fn person_meant(&self, inquiry: &Inquiry) -> Option<usize> {
        let registries = &self.facts.worlds.last()?.registries;
        let mut meant = (0..registries.len()).filter(|it| is_meant(inquiry, &registries[*it]));
        meant.next().filter(|_| meant.next().is_none())
    }

    /// Returns the one person whom a key fits.
    fn person_with(&self, key: &NumberKey) -> Option<usize> {
        match holders(key, &self.facts.worlds.last()?.registries).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    fn answer(&mut self, entry: &'a Entry, reply: &'a Reply) {
        let exchange = self
            .facts
            .exchanges
            .iter_mut()
            .rev()
            .find(|exchange| Some(exchange.n) == entry.re && exchange.reply.is_none());
        let Some(exchange) = exchange else {
            return self.broken(entry.n);
        };
        exchange.reply = Some((entry.n, reply));
        exchange.elapsed_ms = entry.elapsed_ms;
        exchange.wire = entry.wire.as_ref();
        let registered = matches!(reply, Reply::Answer(Answer::Registered));
        if let (true, Some(person)) = (registered, exchange.person) {
            self.change(entry.n, |world| {
                let Some(registry) = world.registries.get_mut(person) else {
                    return;
                };
                // Only what may be registered is (REG-05, REG-07); a backend that says otherwise
                // is found at those rows.
                if registry.withheld_by.is_empty() && !registry.qualifications.is_empty() {
                    registry.registration = Some(Registration {
                        place: RegistrationPlace::Reader,
                        cancelled: false,
                    });
                    // It is made for the present certificate.
                    registry.previous_certificate_until = None;
                }
            });
        }
    }

    fn change(&mut self, n: u64, change: impl FnOnce(&mut World)) {
        let Some(mut world) = self.facts.worlds.last().cloned() else {
            return;
        };
        world.from = n;
        change(&mut world);
        self.facts.worlds.push(world);
    }

    fn card(&mut self, entry: &Entry, event: &CardEvent) {
        let person = match event {
            CardEvent::Presented { person } => self.person_named(Some(person)),
            _ => None,
        };
        if !matches!(event, CardEvent::Reset) {
            self.card = State::default();
        }
        let Some(visit) = self.visit() else {
            return self.broken(entry.n);
        };
        match event {
            CardEvent::Presented { .. } => {
                visit.presented.get_or_insert(entry.n);
                visit.person = person;
            }
            CardEvent::Removed => {
                visit.removed.get_or_insert(entry.n);
            }
            CardEvent::PowerOff => visit.power_off.push(entry.n),
            CardEvent::Reset => visit.resets.push(entry.n),
            CardEvent::PowerLost => {}
        }
    }

    fn note(&mut self, entry: &Entry, note: &Note) {
        if let Note::Reached { step }
        | Note::Told { step, .. }
        | Note::Unmet { step, .. }
        | Note::Moot { step }
        | Note::Waited { step }
        | Note::Changed { step } = note
        {
            self.steps.insert(*step);
        }
        match note {
            Note::Reached { step } => {
                self.facts.reached.insert(*step, entry.n);
                let probe = matches!(self.facts.scenario.steps.get(*step), Some(Step::Probe(_)));
                if let Some(probing) = self.facts.probings.last_mut().filter(|_| probe) {
                    probing.reached.push(entry.n);
                }
            }
            Note::Told { step, holds } => {
                self.facts.reached.insert(*step, entry.n);
                self.facts.told.insert(*step, (entry.n, *holds));
            }
            Note::Unmet { step, reason } => self.facts.unmet.push(Unmet {
                n: entry.n,
                step: *step,
                reason: reason.clone(),
            }),
            Note::Waited { .. } | Note::Moot { .. } => {}
            Note::Changed { step } => self.changed(entry.n, *step),
            Note::CutShort { reason } | Note::ReaderFailed { reason } => {
                self.facts.reader_failed = matches!(note, Note::ReaderFailed { .. });
                self.facts.cut_short = Some((entry.n, reason.clone()));
                if let Some(visit) = self.visit() {
                    visit.cut_short = true;
                }
            }
        }
    }

    fn changed(&mut self, n: u64, step: usize) {
        let at = self.facts.scenario.at;
        match self.facts.scenario.steps.get(step) {
            Some(Step::GoTo(site)) => self.change(n, |world| {
                world.site.kind = site.kind.unwrap_or(world.site.kind);
                if let Some(institution) = &site.institution {
                    world.site.institution.clone_from(institution);
                }
            }),
            Some(Step::ChangeRegistry(over)) => self.change(n, |world| {
                if let Some(registry) = world.registries.first_mut() {
                    // The runner has applied the same step: a date out of range cannot be here.
                    let _ = over.apply(registry, at);
                }
            }),
            _ => self.broken(n),
        }
    }
}
