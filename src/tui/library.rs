//! The list of scenarios: what is selected, filtered, and known of each.

use crate::judge::{Judgement, Verdict};
use crate::wording::Language;

use super::Listed;
use super::keys::Action;

/// What is known of a scenario's verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Not played yet.
    Nothing,
    /// Being played, or waiting for its turn.
    Playing,
    /// Played and judged.
    Judged(Box<Judgement>),
    /// It could not be played, with the reason.
    Broken(String),
}

impl Known {
    /// Returns the verdict, an error where the scenario could not be played.
    pub fn verdict(&self) -> Option<Verdict> {
        match self {
            Known::Nothing | Known::Playing => None,
            Known::Judged(judgement) => Some(judgement.verdict),
            Known::Broken(_) => Some(Verdict::Error),
        }
    }
}

/// A scenario of the list.
#[derive(Debug)]
pub struct Item {
    /// The scenario.
    pub listed: Listed,
    /// Its verdict.
    pub known: Known,
}

impl Item {
    /// Returns the folder of the id, empty at the top.
    pub fn folder(&self) -> &str {
        self.file()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
    }

    /// Returns the id without the case.
    pub fn file(&self) -> &str {
        self.listed
            .id
            .split_once('#')
            .map_or(&self.listed.id, |(file, _)| file)
    }

    /// Returns the name of the case, where the scenario is one of several in a file.
    pub fn case(&self) -> Option<&str> {
        self.listed.id.split_once('#').map(|(_, case)| case)
    }

    /// Returns the title without the name of the case that a resolved title ends with.
    pub fn title(&self, language: Language) -> &str {
        let title = self.listed.title.get(language);
        let suffix = self.case().map(|case| format!("({case})"));
        let bare = suffix.and_then(|suffix| title.strip_suffix(suffix.as_str()));
        bare.map_or(title, str::trim_end)
    }

    /// Tells whether the scenario has every word: in id, title, tags, requirements or verdict.
    fn has(&self, words: &[String]) -> bool {
        let mut text = format!(
            "{} {} {} {}",
            self.listed.id,
            self.listed.title.ja,
            self.listed.title.en,
            self.listed.tags.join(" ")
        );
        for id in &self.listed.requirements {
            text.push_str(&format!(" {id}"));
        }
        if let Some(verdict) = self.known.verdict() {
            text.push_str(&format!(" {} {}", verdict.word(), verdict.name()));
        }
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

/// How many scenarios have which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Inconclusive.
    pub inconclusive: usize,
    /// In error.
    pub error: usize,
    /// Not applicable.
    pub not_applicable: usize,
    /// Not known yet.
    pub open: usize,
}

/// The list.
#[derive(Debug)]
pub struct Library {
    items: Vec<Item>,
    /// What the user filters by.
    pub filter: String,
    /// Whether the user is typing the filter.
    pub filtering: bool,
    selected: Option<String>,
    /// Lines scrolled in the details, and the scenario that they are for.
    scrolled: (String, usize),
}

impl Library {
    /// Makes the list, the first scenario selected.
    pub fn new(scenarios: Vec<Listed>) -> Library {
        let selected = scenarios.first().map(|listed| listed.id.clone());
        let items = scenarios.into_iter().map(|listed| Item {
            listed,
            known: Known::Nothing,
        });
        Library {
            items: items.collect(),
            filter: String::new(),
            filtering: false,
            selected,
            scrolled: (String::new(), 0),
        }
    }

    /// Returns every id.
    pub fn all(&self) -> Vec<String> {
        self.items
            .iter()
            .map(|item| item.listed.id.clone())
            .collect()
    }

    /// Returns how many scenarios there are, filtered or not.
    pub fn total(&self) -> usize {
        self.items.len()
    }

    /// Returns what the filter leaves.
    pub fn shown(&self) -> Vec<&Item> {
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        self.items.iter().filter(|item| item.has(&words)).collect()
    }

    /// Returns the position of the selected scenario among those shown.
    pub fn position(&self) -> Option<usize> {
        let selected = self.selected.as_deref()?;
        self.shown()
            .iter()
            .position(|item| item.listed.id == selected)
    }

    /// Returns the selected scenario, if the filter leaves it.
    pub fn selected(&self) -> Option<&Item> {
        self.shown().get(self.position()?).copied()
    }

    /// Returns the lines scrolled in the details of the selected scenario.
    pub fn scroll(&self) -> usize {
        match &self.scrolled {
            (id, lines) if self.selected.as_ref() == Some(id) => *lines,
            _ => 0,
        }
    }

    /// Scrolls the details of the selected scenario to a line.
    pub fn scroll_to(&mut self, line: usize) {
        self.scrolled = (self.selected.clone().unwrap_or_default(), line);
    }

    /// Counts the verdicts of all scenarios.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for item in &self.items {
            match item.known.verdict() {
                Some(Verdict::Pass) => counts.pass += 1,
                Some(Verdict::Fail) => counts.fail += 1,
                Some(Verdict::Inconclusive) => counts.inconclusive += 1,
                Some(Verdict::Error) => counts.error += 1,
                Some(Verdict::NotApplicable) => counts.not_applicable += 1,
                None => counts.open += 1,
            }
        }
        counts
    }

    /// Selects a scenario by id; drops a filter that hides it.
    pub fn select(&mut self, id: &str) {
        self.selected = Some(id.to_owned());
        if self.position().is_none() {
            self.filter.clear();
        }
    }

    /// Marks a scenario as being played.
    pub fn playing(&mut self, id: &str) {
        self.set(id, Known::Playing);
    }

    /// Takes in what came of a scenario.
    pub fn finished(&mut self, id: &str, outcome: Result<Judgement, String>) {
        let known = match outcome {
            Ok(judgement) => Known::Judged(Box::new(judgement)),
            Err(reason) => Known::Broken(reason),
        };
        self.set(id, known);
        // A filter by verdict may have hidden what was selected.
        self.keep_selection();
    }

    fn set(&mut self, id: &str, known: Known) {
        if let Some(item) = self.items.iter_mut().find(|item| item.listed.id == id) {
            item.known = known;
        }
    }

    /// Drops the filter.
    pub fn clear(&mut self) {
        self.filter.clear();
        self.filtering = false;
        self.keep_selection();
    }

    fn keep_selection(&mut self) {
        if self.position().is_none() {
            self.move_to(0);
        }
    }

    fn move_to(&mut self, position: usize) {
        let shown = self.shown();
        let last = shown.len().saturating_sub(1);
        let id = shown
            .get(position.min(last))
            .map(|item| item.listed.id.clone());
        if id.is_some() {
            self.selected = id;
        }
    }

    /// Does what a key asks for; a page has `page` lines.
    pub fn key(&mut self, action: Action, page: usize) {
        let position = self.position().unwrap_or(0);
        match action {
            Action::Up => self.move_to(position.saturating_sub(1)),
            Action::Down => self.move_to(position.saturating_add(1)),
            Action::PageUp => self.move_to(position.saturating_sub(page)),
            Action::PageDown => self.move_to(position.saturating_add(page)),
            Action::First => self.move_to(0),
            Action::Last => self.move_to(usize::MAX),
            Action::Filter => self.filtering = true,
            Action::Type(letter) => {
                self.filter.push(letter);
                self.keep_selection();
            }
            Action::Erase => {
                self.filter.pop();
                self.keep_selection();
            }
            Action::Accept => self.filtering = false,
            Action::Clear => self.clear(),
            _ => {}
        }
    }
}
