//! What the terminal UI knows, and how it changes.
//!
//! [`Model::update`] is a pure function of the model and what happened; it asks for what it
//! cannot do itself with a [`Request`].

use std::sync::Arc;

use crate::judge::Judgement;
use crate::transcript::Transcript;
use crate::wording::{Language, Wording};

use super::Listed;
use super::arrangement::Arrangement;
use super::detail;
use super::keys::Action;
use super::library::Library;
use super::library_view;
use super::live::{self, Answer, Live, Newest, News};
use super::play::{Growth, Play};
use super::symbols::Symbols;
use super::theme::Theme;
use super::view;

/// What the keys act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list of scenarios.
    Library,
    /// A scenario being looked at.
    Play,
    /// A reception that goes on, or has just ended.
    Live,
    /// The same, with a question to the user.
    Asked,
    /// The same, where the user has asked to leave and is asked again.
    Parting,
    /// The filter's line.
    Filter,
    /// The help.
    Help,
}

/// A scenario that was played.
#[derive(Debug)]
pub struct Played {
    /// What happened.
    pub transcript: Transcript,
    /// What the judge says of it.
    pub judgement: Judgement,
}

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// The user pressed a key.
    Key(Action),
    /// A tick of playing.
    Tick,
    /// A scenario was played, or could not be.
    Finished {
        /// Which.
        id: String,
        /// The outcome.
        outcome: Result<Box<Played>, String>,
    },
    /// Something became known of a reception that goes on.
    News(News),
    /// More was recorded of it.
    Newest(Newest),
    /// The terminal has this size now.
    Resized(u16, u16),
}

/// What the model cannot do itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Play this scenario before anything else.
    Play(String),
    /// Play these when there is time.
    PlayLater(Vec<String>),
    /// Hand this answer on.
    Answer(Answer),
    /// Stop the process until it is continued.
    Suspend,
    /// Leave.
    Quit,
}

/// What the user looks at.
#[derive(Debug)]
enum Place {
    Library,
    Play(Box<Play>),
}

/// The state of the terminal UI.
#[derive(Debug)]
pub struct Model {
    /// The language of everything but the patient's screen.
    pub language: Language,
    /// The language of the patient's screen.
    pub kiosk_language: Language,
    /// The symbols in use.
    pub symbols: &'static Symbols,
    /// The styles in use.
    pub theme: Theme,
    /// The scenarios.
    pub library: Library,
    /// Width and height of the terminal, in cells.
    pub size: (u16, u16),
    place: Place,
    /// What is known of a reception that goes on, where that is looked at.
    pub(super) live: Option<Live>,
    help: bool,
    /// The scenario that opens as soon as it has been played.
    awaited: Option<String>,
    /// What went wrong last.
    pub notice: Option<String>,
}

impl Model {
    /// Makes a model that shows the library.
    pub fn new(
        scenarios: Vec<Listed>,
        language: Language,
        symbols: &'static Symbols,
        theme: Theme,
    ) -> Model {
        Model {
            language,
            // Whoever chose a language reads the patient's screen in it until they turn that alone.
            kiosk_language: language,
            symbols,
            theme,
            library: Library::new(scenarios),
            size: (80, 24),
            place: Place::Library,
            live: None,
            help: false,
            awaited: None,
            notice: None,
        }
    }

    /// Looks at a reception that goes on, of which nothing has been recorded yet.
    pub fn begin(&mut self, transcript: Transcript) {
        let id = transcript.header.scenario.id.clone();
        let mut play = Play::new(id, Arc::new(live::blank(transcript)));
        play.grow(Arc::clone(play.played()), Growth::More { asked: None });
        self.place = Place::Play(Box::new(play));
        self.live = Some(Live::default());
    }

    /// Returns the sentences of the language in use.
    pub fn wording(&self) -> &'static Wording {
        self.language.wording()
    }

    /// Returns what the keys act on.
    pub fn focus(&self) -> Focus {
        if self.help {
            return Focus::Help;
        }
        self.under()
    }

    /// Returns what the keys act on once the help is closed.
    pub fn under(&self) -> Focus {
        match (&self.place, &self.live) {
            (Place::Library, _) if self.library.filtering => Focus::Filter,
            (Place::Library, _) => Focus::Library,
            (Place::Play(_), None) => Focus::Play,
            (Place::Play(_), Some(live)) if live.parting => Focus::Parting,
            (Place::Play(_), Some(live)) if live.question.is_some() => Focus::Asked,
            (Place::Play(_), Some(_)) => Focus::Live,
        }
    }

    /// Returns the scenario that is looked at.
    pub fn play(&self) -> Option<&Play> {
        match &self.place {
            Place::Play(play) => Some(play),
            Place::Library => None,
        }
    }

    pub(super) fn play_mut(&mut self) -> Option<&mut Play> {
        match &mut self.place {
            Place::Play(play) => Some(play),
            Place::Library => None,
        }
    }

    /// Returns what is known of a reception that goes on, where that is looked at.
    pub fn live(&self) -> Option<&Live> {
        self.live.as_ref()
    }

    /// Returns how the panes of a play are arranged at the present size.
    pub fn arrangement(&self) -> Arrangement {
        Arrangement::of(self.size)
    }

    /// Returns the scenario that opens as soon as it has been played.
    pub fn awaited(&self) -> Option<&str> {
        self.awaited.as_deref()
    }

    /// Returns the milliseconds until the next tick, while something plays.
    pub fn tick_ms(&self) -> Option<u64> {
        self.play().and_then(Play::tick_ms)
    }

    /// Opens a scenario as soon as it has been played.
    pub fn open(&mut self, id: &str) -> Request {
        self.awaited = Some(id.to_owned());
        self.notice = None;
        self.library.select(id);
        self.library.playing(id);
        Request::Play(id.to_owned())
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Option<Request> {
        match message {
            Message::Key(action) => self.key(action),
            Message::Tick => {
                if let Place::Play(play) = &mut self.place {
                    play.tick();
                }
                None
            }
            Message::Finished { id, outcome } => {
                self.finished(id, outcome);
                None
            }
            Message::News(news) => self.hear(news),
            Message::Newest(newest) => self.hear_newest(&newest),
            Message::Resized(width, height) => {
                self.size = (width, height);
                None
            }
        }
    }

    fn finished(&mut self, id: String, outcome: Result<Box<Played>, String>) {
        let judged = outcome.as_ref().map(|played| played.judgement.clone());
        self.library.finished(&id, judged.map_err(Clone::clone));
        let looked_at = self.play().is_some_and(|play| play.id == id);
        let awaited = self.awaited.as_deref() == Some(&id);
        if !awaited {
            return;
        }
        self.awaited = None;
        match outcome {
            Ok(played) => {
                let played = Arc::new(*played);
                match &mut self.place {
                    Place::Play(play) if looked_at => play.replace(played),
                    place => *place = Place::Play(Box::new(Play::new(id, played))),
                }
            }
            Err(reason) => self.notice = Some(reason),
        }
    }

    fn key(&mut self, action: Action) -> Option<Request> {
        self.notice = None;
        if let Some(live) = self.live.as_mut().filter(|live| live.parting) {
            // Whatever the key does otherwise: here it only says that the user stays.
            live.parting = matches!(action, Action::Back | Action::Quit | Action::Suspend);
            if !live.parting {
                return None;
            }
        }
        match action {
            Action::Stay => None,
            Action::Quit => Some(Request::Quit),
            Action::Suspend => Some(Request::Suspend),
            Action::Help => {
                self.help = !self.help;
                None
            }
            Action::Language => {
                self.language = self.language.other();
                self.kiosk_language = self.language;
                None
            }
            Action::KioskLanguage => {
                self.kiosk_language = self.kiosk_language.other();
                None
            }
            _ => match self.focus() {
                Focus::Library | Focus::Filter => self.key_in_library(action),
                Focus::Play | Focus::Live | Focus::Asked | Focus::Parting => {
                    self.key_in_play(action)
                }
                Focus::Help => None,
            },
        }
    }

    fn key_in_library(&mut self, action: Action) -> Option<Request> {
        match action {
            Action::Back if self.awaited.is_some() => {
                self.awaited = None;
                None
            }
            Action::Back if self.library.filter.is_empty() => Some(Request::Quit),
            Action::Back => {
                self.library.clear();
                None
            }
            Action::Open => {
                let id = self.library.selected()?.listed.id.clone();
                Some(self.open(&id))
            }
            Action::Again => {
                let id = self.library.selected()?.listed.id.clone();
                self.library.playing(&id);
                Some(Request::Play(id))
            }
            Action::AgainAll => {
                let ids = self.library.all();
                for id in &ids {
                    self.library.playing(id);
                }
                Some(Request::PlayLater(ids))
            }
            Action::DetailsUp | Action::DetailsDown => {
                let by = if action == Action::DetailsUp { -1 } else { 1 };
                let line = self.library.scroll().saturating_add_signed(by);
                let limit = library_view::scroll_limit(self, self.size);
                self.library.scroll_to(line.min(limit));
                None
            }
            _ => {
                self.library.key(action, page(self.size));
                None
            }
        }
    }

    fn key_in_play(&mut self, action: Action) -> Option<Request> {
        if let Some(done) = self.key_in_live(action) {
            return done;
        }
        let arrangement = self.arrangement();
        let page = page(self.size);
        let Place::Play(play) = &mut self.place else {
            return None;
        };
        match action {
            Action::Back => {
                self.awaited = None;
                self.place = Place::Library;
                None
            }
            Action::Again => {
                let id = play.id.clone();
                Some(self.open(&id))
            }
            Action::DetailsUp | Action::DetailsDown => {
                self.scroll_aside(action);
                None
            }
            _ => {
                play.key(action, arrangement, page);
                self.keep_scroll();
                None
            }
        }
    }
}

impl Model {
    /// Keeps the details from being scrolled past their end, so that the way back is no longer
    /// than the way there.
    pub(super) fn keep_scroll(&mut self) {
        let area = view::inside(self.size).detail;
        let limit = match self.play() {
            Some(play) if play.scroll() > 0 => detail::scroll_limit(self, play, area),
            _ => return,
        };
        if let Place::Play(play) = &mut self.place {
            play.scroll_back_to(limit);
        }
    }
}

/// Returns the lines that a page key moves by.
fn page((_, height): (u16, u16)) -> usize {
    usize::from(height).saturating_sub(8).max(4)
}
