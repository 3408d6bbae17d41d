//! `observe --tui`: the observation goes on on a thread of its own, the terminal UI before it.

use std::thread;

use tokio::sync::{Notify, mpsc};

use super::operator::Operator;
use super::{ObserveArgs, Refused, Session, early};
use crate::cli::console::can_draw;
use crate::cli::failure::Failure;
use crate::cli::shell::{HeldLog, tell};
use crate::eligibility::Text;
use crate::judge::judge_with;
use crate::observe::{Answered, Observed, Progress};
use crate::report::Judged;
use crate::scenario::Playable;
use crate::statement::Statement;
use crate::tui::{self, Answer, News, Seen, Teller};
use crate::wording::Language;

/// How many answers wait: more than one is typed by nobody.
const ANSWERS_WAITING: usize = 16;

/// Refuses to draw where nothing can be drawn, before anything is observed.
///
/// # Errors
///
/// [`Failure::Usage`] without a terminal that can move the cursor.
pub(super) fn check_terminal() -> Result<(), Failure> {
    if !can_draw() {
        return Err(Failure::Usage(
            "--tui needs a terminal on stdin and stdout that can move the cursor; leave it out"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Observes a reader through one scenario while the terminal UI follows. Leaving the terminal UI
/// ends what still goes on.
pub(super) fn observe(
    session: &mut Session,
    args: &ObserveArgs,
    playable: &Playable,
) -> Result<(Judged, Observed), Refused> {
    let language = session.language;
    let (answering, answers) = mpsc::channel(ANSWERS_WAITING);
    session.answers = session.attended.then_some(answers);
    let (teller, stand) = tui::stand();
    let quit = Notify::new();
    thread::scope(|scope| {
        let watching = scope.spawn(|| watch(session, args, playable, &quit, teller));
        let answer = |answer: Answer| {
            // Nobody waits for an answer once the observation is over.
            let _ = answering.try_send(answered(answer));
        };
        let log = HeldLog::new();
        let followed = tui::follow(stand, &playable.scenario, language, answer);
        drop(log);
        quit.notify_one();
        let observed = watching.join();
        if let Err(error) = followed {
            tell(&format!("uketsuke: the terminal cannot be used: {error}"));
        }
        observed.unwrap_or_else(|_| {
            let why = "the thread that observes has panicked".to_owned();
            Err(Refused::Failure(Failure::Bug(why)))
        })
    })
}

fn answered(answer: Answer) -> Answered {
    match answer {
        Answer::Enter => Answered::Enter,
        Answer::Yes => Answered::Yes,
        Answer::No => Answered::No,
        Answer::Unknown => Answered::Unknown,
    }
}

/// Observes, and tells the terminal UI. Its teller, dropped, says that nothing more comes.
fn watch(
    session: &mut Session,
    args: &ObserveArgs,
    playable: &Playable,
    quit: &Notify,
    teller: Teller,
) -> Result<(Judged, Observed), Refused> {
    let speakers = [Language::Ja, Language::En]
        .map(|language| Operator::new(&playable.scenario, &args.vpcd, language));
    let statement = session.statement.clone();
    let told = |progress: Progress<'_>| {
        for news in news(&progress, &speakers, statement.as_ref(), args.conventions) {
            teller.tell(news);
        }
    };
    let (judged, observed) = session.watch(args, playable, quit.notified(), told)?;
    let transcript = observed.transcript.clone();
    let judgement = judge_with(&transcript.header.scenario, &transcript, args.conventions);
    teller.tell(News::Over {
        seen: Box::new(Seen {
            transcript,
            judgement,
        }),
        remarks: remarks(&observed),
    });
    Ok((judged, observed))
}

/// Says what is strange about how it ended.
fn remarks(observed: &Observed) -> Vec<Text> {
    let both = |say: fn(&Observed, Language) -> Option<String>| {
        let (ja, en) = (say(observed, Language::Ja)?, say(observed, Language::En)?);
        Some(Text::new(ja, en))
    };
    let silent = |observed: &Observed, language: Language| {
        observed
            .is_silent()
            .then(|| language.wording().say("observe-silent"))
    };
    let early = |observed: &Observed, language| early(&observed.ended, language);
    [both(silent), both(early)].into_iter().flatten().collect()
}

/// Says in both languages what happens: the language of the terminal UI can be changed.
fn news(
    progress: &Progress<'_>,
    speakers: &[Operator<'_>; 2],
    statement: Option<&Statement>,
    conventions: bool,
) -> Vec<News> {
    let [ja, en] = speakers;
    match progress {
        Progress::Recorded(recorded) => {
            let mut so_far = recorded.so_far();
            so_far.header.statement = statement.cloned();
            let judgement = judge_with(&so_far.header.scenario, &so_far, conventions);
            let asked = recorded.asked();
            let transcript = match asked {
                Some(_) => so_far,
                None => recorded.transcript.clone(),
            };
            let seen = Box::new(Seen {
                transcript,
                judgement,
            });
            vec![News::Seen { seen, asked }]
        }
        Progress::Asked(question) => {
            let ((what_ja, keys_ja), (what_en, keys_en)) =
                (ja.question(*question), en.question(*question));
            vec![News::Asked {
                what: Text::new(what_ja, what_en),
                keys: Text::new(keys_ja, keys_en),
            }]
        }
        other => {
            let lines = ja.said(other).into_iter().zip(en.said(other));
            lines
                .map(|(ja, en)| News::Said(Text::new(ja, en)))
                .collect()
        }
    }
}
