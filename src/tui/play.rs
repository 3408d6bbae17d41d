//! A scenario being looked at: where the cursor is, which pane has the focus, whether it plays.
//!
//! The cursor is the number of entries that have happened, so it is also the number of the entry
//! that is looked at. Everything else is derived from it.

use std::sync::Arc;

use crate::judge::{Finding, Judgement, Verdict};
use crate::transcript::{Event, Transcript};

use super::arrangement::{Arrangement, PaneId};
use super::aside::Scrolled;
use super::decode::Place;
use super::keys::Action;
use super::model::Played;
use super::scene::{self, Scene};
use super::standing::{Mark, Standing, identity, order};

/// Milliseconds per entry at each speed.
const PACES_MS: [u64; 7] = [3_000, 1_600, 800, 400, 200, 100, 40];
/// The speed to begin with.
const PACE: usize = 2;

/// What more there is of a reception that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// More, and not all yet.
    More {
        /// The entry that stands for what the user is asked to do.
        asked: Option<u64>,
    },
    /// All of it.
    Last,
}

/// A scenario being looked at.
#[derive(Debug)]
pub struct Play {
    /// Its id.
    pub id: String,
    played: Arc<Played>,
    cursor: usize,
    /// The pane that has the focus.
    pub pane: PaneId,
    /// The tab beside the screen, where not all panes fit.
    pub tab: PaneId,
    /// Position in [`Play::findings`].
    pub selected: usize,
    /// Lines scrolled in the detail pane, and the cursor that they are for.
    scrolled: (usize, usize),
    /// Lines scrolled in the text beside.
    pub aside: Scrolled,
    playing: bool,
    /// More entries come from elsewhere.
    running: bool,
    /// The entry that stands for what the user is asked to do.
    pub asked: Option<u64>,
    pace: usize,
    /// Positions in the judgement: what the scenario is about first, what does not apply last.
    order: Vec<usize>,
    places: Vec<Place>,
    visits: usize,
}

impl Play {
    /// Looks at a scenario from its first entry, and plays it.
    pub fn new(id: String, played: Arc<Played>) -> Play {
        let mut play = Play {
            id,
            cursor: 1,
            pane: PaneId::Sequence,
            tab: PaneId::Sequence,
            selected: 0,
            scrolled: (0, 0),
            aside: Scrolled::default(),
            playing: true,
            running: false,
            asked: None,
            pace: PACE,
            order: Vec::new(),
            places: Vec::new(),
            visits: 0,
            played: Arc::clone(&played),
        };
        play.replace(played);
        play
    }

    /// Takes in a new run of the same scenario; the cursor stays where it can.
    pub fn replace(&mut self, played: Arc<Played>) {
        self.order = order(&played.judgement);
        self.places = scene::places(&played.transcript);
        self.visits = scene::visits(&played.transcript).len();
        self.played = played;
        self.selected = self.selected.min(self.order.len().saturating_sub(1));
        self.go(self.cursor);
        self.playing = self.playing && self.cursor < self.length();
    }

    /// Takes in more of a reception that goes on, or its end. The cursor follows the newest entry
    /// while it stands on it, and stays where the user has taken it.
    pub fn grow(&mut self, played: Arc<Played>, growth: Growth) {
        let follows = self.cursor == self.length() || self.length() == 0;
        let selected = self.finding().map(identity);
        self.playing = self.playing && !follows;
        (self.running, self.asked) = match growth {
            Growth::More { asked } => (true, asked),
            Growth::Last => (false, None),
        };
        self.replace(played);
        if follows {
            self.go(usize::MAX);
        }
        let place = self
            .findings()
            .position(|it| Some(identity(it)) == selected);
        // At the top stands what matters most, until the user has chosen another.
        if self.selected > 0 {
            self.selected = place.unwrap_or(self.selected);
        }
    }

    /// Returns what was played.
    pub fn played(&self) -> &Arc<Played> {
        &self.played
    }

    /// Returns whether more entries come from elsewhere.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Returns the transcript.
    pub fn transcript(&self) -> &Transcript {
        &self.played.transcript
    }

    /// Returns the judgement.
    pub fn judgement(&self) -> &Judgement {
        &self.played.judgement
    }

    /// Returns the number of entries.
    pub fn length(&self) -> usize {
        self.transcript().entries.len()
    }

    /// Returns the number of the entry under the cursor; 0 only where there is none at all.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Returns how many visits there are.
    pub fn visits(&self) -> usize {
        self.visits
    }

    /// Returns whether it plays by itself.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Returns the milliseconds until the next entry, while it plays. APDUs come four times as
    /// fast as what people do and see: a certificate is a dozen of them.
    pub fn tick_ms(&self) -> Option<u64> {
        let next = self.transcript().entries.get(self.cursor);
        let apdu =
            next.is_some_and(|entry| matches!(entry.event, Event::Command(_) | Event::Response(_)));
        let share = if apdu { 4 } else { 1 };
        self.playing.then(|| self.pace_ms() / share)
    }

    /// Returns the milliseconds per entry at the present speed, APDUs apart.
    pub fn pace_ms(&self) -> u64 {
        PACES_MS.get(self.pace).copied().unwrap_or(800)
    }

    /// Returns what has happened by the cursor.
    pub fn scene(&self) -> Scene<'_> {
        Scene::at(self.transcript(), self.cursor)
    }

    /// Returns what was selected on the card when entry `n` began.
    pub fn place_before(&self, n: u64) -> Place {
        let index = usize::try_from(n).unwrap_or(usize::MAX);
        let place = self.places.get(index.saturating_sub(1));
        place.copied().unwrap_or_default()
    }

    /// Returns the findings in the order in which they are shown.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let findings = &self.judgement().findings;
        self.order.iter().filter_map(|index| findings.get(*index))
    }

    /// Returns the selected finding.
    pub fn finding(&self) -> Option<&Finding> {
        self.findings().nth(self.selected)
    }

    /// Returns how a finding stands at the cursor.
    pub fn standing(&self, finding: &Finding) -> Standing {
        let seen = |n: &u64| *n <= self.cursor as u64;
        let decided = match finding.decided_at {
            Some(at) => seen(&at) && !self.is_open(finding),
            // While entries come, what is not decided by one may still be.
            None if self.running => false,
            // What does not apply is known beforehand, the rest when nothing can come any more.
            None => finding.verdict == Verdict::NotApplicable || self.cursor == self.length(),
        };
        if decided {
            Standing::Decided(finding.verdict)
        } else if finding.verdict != Verdict::NotApplicable && finding.entries.iter().any(seen) {
            Standing::SoFar
        } else {
            Standing::Unseen
        }
    }

    /// Tells whether entries that come may still decide a finding that says where it was seen.
    fn is_open(&self, finding: &Finding) -> bool {
        self.running && finding.verdict == Verdict::Inconclusive
    }

    /// Returns the lines scrolled in the detail pane.
    pub fn scroll(&self) -> usize {
        match self.scrolled {
            (cursor, lines) if cursor == self.cursor => lines,
            _ => 0,
        }
    }

    /// Moves on by one entry while playing; stops at the end.
    pub fn tick(&mut self) {
        if self.playing {
            self.go(self.cursor.saturating_add(1));
            self.playing = self.cursor < self.length();
        }
    }

    fn go(&mut self, cursor: usize) {
        let length = self.length();
        self.cursor = cursor.clamp(usize::from(length > 0), length);
    }

    /// Returns the entries at which a finding was decided, in order, each once with its worst.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        for finding in &self.judgement().findings {
            let Some(at) = finding.decided_at.and_then(|at| usize::try_from(at).ok()) else {
                continue;
            };
            if finding.verdict == Verdict::NotApplicable || self.is_open(finding) {
                continue;
            }
            let counts = finding.verdict != Verdict::Fail || finding.counts(false);
            let mark = Mark {
                at,
                verdict: finding.verdict,
                counts,
            };
            match marks.iter_mut().find(|known| known.at == at) {
                Some(known) if (known.verdict, known.counts) < (mark.verdict, mark.counts) => {
                    *known = mark;
                }
                Some(_) => {}
                None => marks.push(mark),
            }
        }
        marks.sort_unstable_by_key(|mark| mark.at);
        marks
    }

    fn go_to_mark(&mut self, forward: bool) {
        let cursor = self.cursor;
        let marks = self.marks();
        let mark = if forward {
            marks.iter().find(|mark| mark.at > cursor)
        } else {
            marks.iter().rev().find(|mark| mark.at < cursor)
        };
        let Some(Mark { at, verdict, .. }) = mark.copied() else {
            return;
        };
        self.go(at);
        let here =
            |finding: &Finding| finding.decided_at == Some(at as u64) && finding.verdict == verdict;
        let position = self.findings().position(here);
        self.selected = position.unwrap_or(self.selected);
    }

    /// Goes to the entries of the selected finding: where it was decided, then what proves it.
    fn go_to_selected(&mut self) {
        let Some(finding) = self.finding() else {
            return;
        };
        let mut stops: Vec<u64> = finding.decided_at.into_iter().collect();
        stops.extend(
            finding
                .entries
                .iter()
                .filter(|n| finding.decided_at != Some(**n)),
        );
        let here = stops.iter().position(|n| *n == self.cursor as u64);
        let next = here.map_or(0, |index| (index + 1) % stops.len());
        if let Some(stop) = stops.get(next) {
            self.go(usize::try_from(*stop).unwrap_or(usize::MAX));
        }
    }

    fn focus(&mut self, pane: PaneId) {
        self.pane = pane;
        if pane != PaneId::Screen {
            self.tab = pane;
        }
    }

    fn turn(&mut self, forward: bool, arrangement: Arrangement) {
        // Beside the screen only the other panes are tabs; going through them all is enough.
        let first = usize::from(arrangement == Arrangement::Tabs);
        let panes = PaneId::ALL.get(first..).unwrap_or_default();
        let now = panes
            .iter()
            .position(|pane| *pane == self.pane)
            .unwrap_or(0);
        let by = if forward { 1 } else { panes.len() - 1 };
        if let Some(pane) = panes.get((now + by) % panes.len()) {
            self.focus(*pane);
        }
    }

    fn vertical(&mut self, by: isize) {
        match self.pane {
            PaneId::Requirements => {
                let last = self.order.len().saturating_sub(1);
                self.selected = self.selected.saturating_add_signed(by).min(last);
            }
            PaneId::Detail => self.scroll_details(by),
            _ => self.go(self.cursor.saturating_add_signed(by)),
        }
    }

    /// Scrolls the detail pane.
    pub fn scroll_details(&mut self, by: isize) {
        let lines = self.scroll().saturating_add_signed(by);
        self.scrolled = (self.cursor, lines);
    }

    /// Returns the lines scrolled, where at most `last` can be.
    pub fn scroll_within(&self, last: usize) -> usize {
        self.scroll().min(last)
    }

    /// Scrolls back where more than `last` lines were scrolled.
    pub fn scroll_back_to(&mut self, last: usize) {
        self.scrolled = (self.cursor, self.scroll_within(last));
    }

    /// Does what a key asks for; a page has `page` lines.
    pub fn key(&mut self, action: Action, arrangement: Arrangement, page: usize) {
        let page = isize::try_from(page).unwrap_or(10);
        match action {
            Action::StepOn => self.step(1),
            Action::StepBack => self.step(-1),
            Action::First => self.go(0),
            Action::Last => self.go(usize::MAX),
            Action::Up => self.vertical(-1),
            Action::Down => self.vertical(1),
            Action::PageUp => self.vertical(-page),
            Action::PageDown => self.vertical(page),
            Action::NextFinding => self.go_to_mark(true),
            Action::PreviousFinding => self.go_to_mark(false),
            Action::Open if self.pane == PaneId::Requirements => self.go_to_selected(),
            Action::Pane(digit) => {
                if let Some(pane) = PaneId::by_digit(digit) {
                    self.focus(pane);
                }
            }
            Action::NextPane => self.turn(true, arrangement),
            Action::PreviousPane => self.turn(false, arrangement),
            Action::Faster => self.pace = (self.pace + 1).min(PACES_MS.len() - 1),
            Action::Slower => self.pace = self.pace.saturating_sub(1),
            Action::PlayPause => self.play_or_pause(),
            _ => {}
        }
    }

    fn step(&mut self, by: isize) {
        self.playing = false;
        self.go(self.cursor.saturating_add_signed(by));
    }

    fn play_or_pause(&mut self) {
        if !self.playing && !self.running && self.cursor == self.length() {
            // At the end, playing starts over.
            self.go(0);
        }
        self.playing = !self.playing && self.cursor < self.length();
    }
}
