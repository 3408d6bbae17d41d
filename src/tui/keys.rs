//! What each key does: one table, which also feeds the footer and the help.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::live::Answer;
use super::model::Focus;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Leave the program.
    Quit,
    /// Back to where one came from.
    Back,
    /// Show or hide the help.
    Help,
    /// Speak the other language.
    Language,
    /// Show the patient's screen in the other language.
    KioskLanguage,
    /// Go on with what the user was about to leave.
    Stay,
    /// Stop the process, as the shell's job control does.
    Suspend,
    /// Up a line.
    Up,
    /// Down a line.
    Down,
    /// Up a page.
    PageUp,
    /// Down a page.
    PageDown,
    /// Up a line of the details.
    DetailsUp,
    /// Down a line of the details.
    DetailsDown,
    /// To the start.
    First,
    /// To the end.
    Last,
    /// Play what is selected, or jump to it.
    Open,
    /// Play the selected scenario again.
    Again,
    /// Play all again.
    AgainAll,
    /// Begin to filter.
    Filter,
    /// Add a character to the filter.
    Type(char),
    /// Take the last character of the filter away.
    Erase,
    /// Keep the filter.
    Accept,
    /// Drop the filter.
    Clear,
    /// Start or stop playing.
    PlayPause,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// One entry on.
    StepOn,
    /// One entry back.
    StepBack,
    /// Answer what is asked.
    Answer(Answer),
    /// To the next finding.
    NextFinding,
    /// To the finding before.
    PreviousFinding,
    /// To a pane, from 1.
    Pane(u8),
    /// To the next pane.
    NextPane,
    /// To the pane before.
    PreviousPane,
}

/// Whether the footer names a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Footer {
    /// It does not.
    No,
    /// Where there is room.
    Room,
    /// Before those for which there has to be room.
    First,
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    /// Where it holds.
    pub focus: &'static [Focus],
    /// The keys.
    pub keys: &'static [(KeyModifiers, KeyCode)],
    /// The keys as people read them; ASCII, for any terminal.
    pub shown: &'static str,
    /// What they do.
    pub action: Action,
    /// Key of the wording for help and footer. Bindings in a row with the same key are one line.
    pub wording: &'static str,
    /// Whether the footer has it.
    pub footer: Footer,
}

const NO: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const LIBRARY: &[Focus] = &[Focus::Library];
/// A play, whether it is over or goes on.
const PLAY: &[Focus] = &[Focus::Play, Focus::Live, Focus::Asked];
/// A play that was made here, with a patient's screen.
const OWN: &[Focus] = &[Focus::Play];
const LIVE: &[Focus] = &[Focus::Live, Focus::Asked];
const LEAVING: &[Focus] = &[Focus::Live, Focus::Asked, Focus::Parting];
const ASKED: &[Focus] = &[Focus::Asked];
/// A play in which nothing is asked.
const UNASKED: &[Focus] = &[Focus::Play, Focus::Live];
const BOTH: &[Focus] = &[Focus::Library, Focus::Play, Focus::Live, Focus::Asked];
/// What is not going on.
const STILL: &[Focus] = &[Focus::Library, Focus::Play];
/// Wherever nothing is asked.
const CALM: &[Focus] = &[Focus::Library, Focus::Play, Focus::Live];
const FILTER: &[Focus] = &[Focus::Filter];
const EVERYWHERE: &[Focus] = &[
    Focus::Library,
    Focus::Play,
    Focus::Live,
    Focus::Asked,
    Focus::Parting,
    Focus::Filter,
    Focus::Help,
];

macro_rules! bindings {
    ($(
        $focus:ident $shown:literal [$($modifiers:ident $code:expr),+]
        $action:expr, $wording:literal $($footer:ident)?;
    )*) => {
        &[$(Binding {
            focus: $focus,
            keys: &[$(($modifiers, $code)),+],
            shown: $shown,
            action: $action,
            wording: $wording,
            footer: bindings!(@ $($footer)?),
        }),*]
    };
    (@ footer) => { Footer::Room };
    (@ first) => { Footer::First };
    (@) => { Footer::No };
}

use KeyCode::{
    BackTab, Backspace, Char, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab,
    Up,
};

/// Every key.
pub static BINDINGS: &[Binding] = bindings! {
    LIBRARY "Enter" [NO Enter, NO Right, NO Char('l')] Action::Open, "key-play" footer;
    ASKED "Enter" [NO Enter] Action::Answer(Answer::Enter), "key-done" footer;
    ASKED "y" [NO Char('y')] Action::Answer(Answer::Yes), "key-yes" footer;
    ASKED "n" [NO Char('n')] Action::Answer(Answer::No), "key-no" footer;
    ASKED "?" [NO Char('?')] Action::Answer(Answer::Unknown), "key-unsure" footer;
    LEAVING "q" [NO Char('q'), NO Esc] Action::Back, "key-leave" first;
    LIVE "End" [NO End, SHIFT Char('G')] Action::Last, "key-newest" footer;
    PLAY "Space" [NO Char(' ')] Action::PlayPause, "key-play-pause" footer;
    PLAY "Left" [NO Left, NO Char('h')] Action::StepBack, "key-step" footer;
    PLAY "Right" [NO Right, NO Char('l')] Action::StepOn, "key-step" footer;
    PLAY "[" [NO Char('[')] Action::PreviousFinding, "key-finding" footer;
    PLAY "]" [NO Char(']')] Action::NextFinding, "key-finding" footer;
    PLAY "1-5" [NO Char('1')] Action::Pane(1), "key-pane" footer;
    PLAY "" [NO Char('2')] Action::Pane(2), "key-pane";
    PLAY "" [NO Char('3')] Action::Pane(3), "key-pane";
    PLAY "" [NO Char('4')] Action::Pane(4), "key-pane";
    PLAY "" [NO Char('5')] Action::Pane(5), "key-pane";
    PLAY "Tab" [NO Tab] Action::NextPane, "key-pane";
    PLAY "" [SHIFT BackTab, NO BackTab] Action::PreviousPane, "key-pane";
    BOTH "Up" [NO Up, NO Char('k')] Action::Up, "key-move";
    BOTH "Down" [NO Down, NO Char('j')] Action::Down, "key-move";
    BOTH "PgUp" [NO PageUp, CTRL Char('b')] Action::PageUp, "key-page";
    BOTH "PgDn" [NO PageDown, CTRL Char('f')] Action::PageDown, "key-page";
    LIBRARY "J" [SHIFT Char('J'), SHIFT Down, NO Char(' ')] Action::DetailsDown, "key-details";
    LIBRARY "K" [SHIFT Char('K'), SHIFT Up] Action::DetailsUp, "key-details";
    PLAY "J" [SHIFT Char('J'), SHIFT Down] Action::DetailsDown, "key-text";
    PLAY "K" [SHIFT Char('K'), SHIFT Up] Action::DetailsUp, "key-text";
    BOTH "Home" [NO Home, NO Char('g')] Action::First, "key-ends";
    STILL "End" [NO End, SHIFT Char('G')] Action::Last, "key-ends";
    UNASKED "Enter" [NO Enter] Action::Open, "key-jump";
    LIBRARY "/" [NO Char('/')] Action::Filter, "key-filter" footer;
    CALM "?" [NO Char('?'), NO F(1)] Action::Help, "key-help" first;
    ASKED "F1" [NO F(1)] Action::Help, "key-help" first;
    OWN "q" [NO Char('q'), NO Esc] Action::Back, "key-back" first;
    LIBRARY "q" [NO Char('q'), NO Esc] Action::Back, "key-quit" first;
    PLAY "+" [NO Char('+'), NO Char('=')] Action::Faster, "key-speed";
    PLAY "-" [NO Char('-')] Action::Slower, "key-speed";
    STILL "r" [NO Char('r')] Action::Again, "key-again" footer;
    LIBRARY "R" [SHIFT Char('R')] Action::AgainAll, "key-again-all" footer;
    STILL "L" [SHIFT Char('L')] Action::Language, "key-language" footer;
    LIVE "L" [SHIFT Char('L')] Action::Language, "key-language" first;
    OWN "P" [SHIFT Char('P')] Action::KioskLanguage, "key-kiosk-language";
    FILTER "Enter" [NO Enter] Action::Accept, "key-accept" footer;
    FILTER "Esc" [NO Esc] Action::Clear, "key-clear" footer;
    FILTER "Backspace" [NO Backspace, CTRL Char('h')] Action::Erase, "key-erase" footer;
    EVERYWHERE "Ctrl-Z" [CTRL Char('z')] Action::Suspend, "key-suspend";
    EVERYWHERE "Ctrl-C" [CTRL Char('c')] Action::Quit, "key-quit";
};

/// Returns what a key does where the focus is; any key closes the help, and any but that which
/// leaves goes on.
pub fn action(focus: Focus, key: KeyEvent) -> Option<Action> {
    if key.kind != KeyEventKind::Press {
        return None;
    }
    // Terminals differ in whether they report Shift beside the letter that it made.
    let modifiers = match key.code {
        Char(letter) if letter.is_uppercase() => key.modifiers | SHIFT,
        Char(_) => key.modifiers - SHIFT,
        _ => key.modifiers,
    };
    let bound = BINDINGS
        .iter()
        .filter(|binding| binding.focus.contains(&focus))
        .find(|binding| binding.keys.contains(&(modifiers, key.code)))
        .map(|binding| binding.action);
    match (bound, focus, key.code) {
        (Some(action), _, _) => Some(action),
        (None, Focus::Help, _) => Some(Action::Help),
        (None, Focus::Parting, _) => Some(Action::Stay),
        (None, Focus::Filter, Char(letter)) if (modifiers - SHIFT).is_empty() => {
            Some(Action::Type(letter))
        }
        _ => None,
    }
}

/// Keys that do one thing, with the key of its wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The keys as people read them.
    pub keys: String,
    /// Key of the wording.
    pub wording: &'static str,
    /// Whether the footer has it.
    pub footer: Footer,
}

/// Returns the lines of help or footer: the keys with the wording of what they do.
pub fn lines(focus: Focus, footer: bool) -> Vec<Shown> {
    let mut lines: Vec<Shown> = Vec::new();
    for binding in BINDINGS {
        if !binding.focus.contains(&focus)
            || binding.shown.is_empty()
            || (footer && binding.footer == Footer::No)
        {
            continue;
        }
        match lines.last_mut() {
            Some(shown) if shown.wording == binding.wording => {
                shown.keys.push(' ');
                shown.keys.push_str(binding.shown);
            }
            _ => lines.push(Shown {
                keys: binding.shown.to_owned(),
                wording: binding.wording,
                footer: binding.footer,
            }),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(focus: Focus, code: KeyCode) -> Option<Action> {
        action(focus, KeyEvent::new(code, NO))
    }

    #[test]
    fn keys_do_what_the_table_says_whether_or_not_shift_is_reported() {
        assert_eq!(press(Focus::Play, Char(' ')), Some(Action::PlayPause));
        assert_eq!(press(Focus::Library, Char('R')), Some(Action::AgainAll));
        let shifted = KeyEvent::new(Char('?'), SHIFT);
        assert_eq!(action(Focus::Library, shifted), Some(Action::Help));
    }

    #[test]
    fn a_released_key_does_nothing() {
        let mut key = KeyEvent::new(Char('q'), NO);
        key.kind = KeyEventKind::Release;
        assert_eq!(action(Focus::Library, key), None);
    }

    #[test]
    fn letters_are_text_while_filtering_and_close_the_help() {
        assert_eq!(press(Focus::Filter, Char('q')), Some(Action::Type('q')));
        assert_eq!(press(Focus::Filter, Char('Q')), Some(Action::Type('Q')));
        assert_eq!(press(Focus::Help, Char('q')), Some(Action::Help));
        let interrupt = KeyEvent::new(Char('c'), CTRL);
        assert_eq!(action(Focus::Help, interrupt), Some(Action::Quit));
    }

    #[test]
    fn no_key_does_two_things() {
        for focus in EVERYWHERE {
            let mut seen = Vec::new();
            for binding in BINDINGS {
                if !binding.focus.contains(focus) {
                    continue;
                }
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} in {focus:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn help_and_footer_come_from_the_table() {
        let help = lines(Focus::Play, false);
        let step = help.iter().find(|line| line.wording == "key-step");
        assert_eq!(step.unwrap().keys, "Left Right");
        let footer = lines(Focus::Play, true);
        assert!(footer.len() < help.len());
    }
}
