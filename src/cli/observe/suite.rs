//! `uketsuke observe --suite`: every scenario that can be put to a reader, one after the other, each
//! result kept as it comes.

use super::results::Results;
use super::today;
use super::{ObserveArgs, Refused, Session, early, is_attended};
use crate::cli::failure::Failure;
use crate::cli::output::{Target, deliver};
use crate::cli::run::wanted;
use crate::cli::shell::{Shell, tell};
use crate::cli::transcripts::Transcripts;
use crate::exit_code::ExitCode;
use crate::observe::Ended;
use crate::observe::plan::{self, Beside};
use crate::report::{Report, tally};
use crate::requirement::Subject;
use crate::scenario::Playable;
use crate::statement::Statement;
use crate::wording::Language;

/// Walks through the suite and reports on it.
///
/// # Errors
///
/// [`Failure`] where nothing applies, or a result cannot be kept.
pub(super) fn suite(
    args: &ObserveArgs,
    statement: Option<Statement>,
    shell: &Shell,
) -> Result<ExitCode, Failure> {
    let target = Target::open(args.output.as_deref())?;
    let attended = is_attended(args);
    let chosen = |playable: &Playable| wanted(&playable.scenario, &args.tag, &args.requirement);
    let applies = |playable: &Playable| {
        let excluded = |it: &Statement| it.excludes(&playable.scenario);
        statement.as_ref().and_then(excluded).is_none()
            && can_be_put(playable, args.beside(), attended)
    };
    let (playables, others) = today::all(&args.scenarios, chosen, applies)?;
    if playables.is_empty() {
        return Err(Failure::Nothing(
            "none of these scenarios can be put to a reader that is observed today".to_owned(),
        ));
    }
    let mut results = Results::open(args.resume.as_deref(), statement.as_ref())?;
    let transcripts = match &args.transcripts {
        Some(folder) => {
            let ids = playables.iter().map(|it| it.scenario.id.as_str());
            Some(Transcripts::open(folder, ids)?)
        }
        None => None,
    };
    let all = playables.len();
    let done = |it: &&Playable| results.has(&it.scenario.id);
    let done = playables.iter().filter(done).count();
    tell(&match shell.language {
        Language::Ja => format!(
            "uketsuke: SIMULATION: 対象のシナリオは{all}件、うち{done}件は結果がある。今日または観測中の読取機では対象外のもの{others}件"
        ),
        Language::En => format!(
            "uketsuke: SIMULATION: {all} scenarios apply, {done} of them have a result; {others} do not apply today or to an observed reader"
        ),
    });
    let mut session = Session::new(args, statement.clone(), shell.language)?;
    let mut ended = Ended::Complete;
    for (index, playable) in playables.iter().enumerate() {
        let id = &playable.scenario.id;
        if results.has(id) {
            continue;
        }
        let title = playable.scenario.title.get(shell.language);
        tell(&format!(
            "[{}/{}] {id}  {title}",
            index + 1,
            playables.len()
        ));
        let (judged, observed) = match session.observe(args, playable) {
            Ok(done) => done,
            // Between selection and observation nothing changes.
            Err(Refused::NotApplicable(_)) => continue,
            Err(Refused::Failure(failure)) => return Err(failure),
        };
        if let Some(transcripts) = &transcripts {
            transcripts.write(id, &observed.transcript)?;
        }
        if stops(&observed.ended) {
            ended = observed.ended;
            break;
        }
        tell(&format!("  {} {id}", judged.verdict.word()));
        results.add(judged)?;
    }
    session.end();
    let order = |id: &str| playables.iter().position(|it| it.scenario.id == id);
    results.judged.retain(|judged| order(&judged.id).is_some());
    results.judged.sort_by_key(|judged| order(&judged.id));
    let requirements = tally::of(&results.judged, Subject::Reader, args.conventions);
    let report = Report {
        requirements,
        statement,
        ..Report::new(results.judged)
    };
    let code = deliver(&report, args.format, target, args.conventions, shell)?;
    Ok(ending(&ended, code, args, shell))
}

fn can_be_put(playable: &Playable, beside: Beside, attended: bool) -> bool {
    plan::visits(playable, beside)
        .is_ok_and(|visits| attended || visits.iter().all(|visit| visit.unattended().is_ok()))
}

/// Tells whether the rest of the suite has no chance either: the scenario is tried again next time.
fn stops(ended: &Ended) -> bool {
    matches!(
        ended,
        Ended::Interrupted | Ended::Deserted | Ended::Broken(_)
    )
}

fn ending(ended: &Ended, code: ExitCode, args: &ObserveArgs, shell: &Shell) -> ExitCode {
    let Some(why) = early(ended, shell.language) else {
        return code;
    };
    let file = args.resume.as_ref().map(|file| file.display().to_string());
    tell(&match (shell.language, file) {
        (Language::Ja, Some(file)) => {
            format!("uketsuke: {why}。--resume {file} で続きから再開できます")
        }
        (Language::Ja, None) => {
            format!("uketsuke: {why}。--resume FILE を付けておくと続きから再開できます")
        }
        (Language::En, Some(file)) => format!("uketsuke: {why}; go on with --resume {file}"),
        (Language::En, None) => {
            format!("uketsuke: {why}; with --resume FILE it could go on where it ended")
        }
    });
    match (ended, code) {
        (Ended::Interrupted, _) => ExitCode::Interrupted,
        (_, ExitCode::Failed) => ExitCode::Failed,
        _ => ExitCode::Undecided,
    }
}
