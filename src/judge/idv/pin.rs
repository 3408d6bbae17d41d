//! IDV: what a reader does with the PIN (rows 02–06, 08, 09).

use crate::eligibility::Text;
use crate::judge::facts::pins::{Entered, assign};
use crate::judge::facts::visit::Evidence;
use crate::judge::facts::{Facts, Visit, no_traffic, not_ended};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, Command, USER_PIN};
use crate::requirement::{Id, Subject::Reader};
use crate::scenario::{DeskStep, Step};
use crate::secret::Alphabet;
use crate::transcript::{By, Role};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("IDV-02", Reader, idv_02),
    rule("IDV-04", Reader, idv_04),
    rule("IDV-09", Reader, idv_09),
];

/// The VERIFYs of the user PIN in a visit, each with the entry that explains it.
struct Matched<'v> {
    entered: Vec<Entered>,
    verifies: Vec<&'v Command>,
    assigned: Vec<Option<usize>>,
    /// Whether it is known what was typed, and when.
    entries_known: bool,
}

/// Nobody types four digits anew in less than this many milliseconds: a convention of this harness,
/// for recordings in which it is not seen what was typed.
const RETYPING_MS: u64 = 1_000;

/// Why a VERIFY has no entry of its own.
#[derive(PartialEq, Eq)]
enum Unexplained {
    /// The one before it sent the same and was answered (IDV-02).
    Doubled(u64),
    /// Sent again after an error, a reset or a new start (IDV-04).
    Remembered(u64),
    /// Not four digits: IDV-09 says so.
    Malformed,
    /// Nobody typed this.
    Invented,
    /// It is not known what was typed, and this may have been.
    Unknown,
}

fn matched<'v>(facts: &Facts<'_>, visit: &'v Visit<'_>) -> Matched<'v> {
    let verifies: Vec<&Command> = visit
        .commands
        .iter()
        .filter(|command| command.is(Act::Verify, App::Jpki, USER_PIN))
        .collect();
    let mut entered = visit.entered();
    let told = visit
        .stimuli
        .iter()
        .any(|given| given.from == Role::Patient);
    let observed = facts.reader_is_observed() && !told;
    if observed {
        // Convention 16: without patient entries, they are those of the scenario.
        entered = of_scenario(facts, visit.number);
    }
    let pairs: Vec<_> = verifies
        .iter()
        .map(|command| (command.n, command.secret.clone()))
        .collect();
    Matched {
        assigned: assign(&entered, &pairs),
        entries_known: !observed || !entered.is_empty(),
        entered,
        verifies,
    }
}

/// Returns what the scenario has typed in a visit.
fn of_scenario(facts: &Facts<'_>, visit: u32) -> Vec<Entered> {
    let mut current = 0;
    let mut entered = Vec::new();
    for step in &facts.scenario.steps {
        match step {
            Step::PresentCard(_) | Step::Desk(DeskStep::NoCard) => current += 1,
            Step::EnterPin(secret) if current == visit => entered.push(Entered {
                n: 0,
                secret: secret.masked().cloned(),
                length: secret.length(),
            }),
            _ => {}
        }
    }
    entered
}

impl Matched<'_> {
    fn unexplained(&self, facts: &Facts<'_>, visit: &Visit<'_>, index: usize) -> Unexplained {
        let command = self.verifies[index];
        let Some(secret) = &command.secret else {
            return Unexplained::Invented;
        };
        if secret.length != 4 || secret.alphabet != Alphabet::Digits {
            return Unexplained::Malformed;
        }
        if !self.entries_known {
            return self.by_time(facts, visit, index);
        }
        let same =
            |other: &&&Command| other.secret.as_ref().map(|it| &it.alias) == Some(&secret.alias);
        if let Some(before) = self.verifies[..index].iter().rev().find(same) {
            let restarted = restarted(visit, before.n, command.n);
            let answered = before.done() || before.tries_told().is_some();
            return if answered && !restarted {
                Unexplained::Doubled(before.n)
            } else {
                Unexplained::Remembered(before.n)
            };
        }
        let earlier = facts
            .visits
            .iter()
            .filter(|other| other.number < visit.number)
            .flat_map(Visit::entered)
            .find(|entered| entered.secret.as_ref().map(|it| &it.alias) == Some(&secret.alias));
        match earlier {
            Some(entered) => Unexplained::Remembered(entered.n),
            None => Unexplained::Invented,
        }
    }

    /// Where it is not known what was typed: the same PIN right after it had opened the card, or
    /// sooner than anybody types, was typed once. Anything else may have been typed.
    fn by_time(&self, facts: &Facts<'_>, visit: &Visit<'_>, index: usize) -> Unexplained {
        let command = self.verifies[index];
        let alias = |it: &Command| it.secret.as_ref().map(|secret| secret.alias.clone());
        let before = index.checked_sub(1).map(|before| self.verifies[before]);
        let Some(before) = before.filter(|before| alias(before) == alias(command)) else {
            return Unexplained::Unknown;
        };
        let at = |n: u64| facts.entries.get(usize::try_from(n).ok()?.checked_sub(1)?);
        let since = before.answer_n.unwrap_or(before.n);
        let quick = match (at(since), at(command.n)) {
            (Some(first), Some(second)) => second.at.ms_since(first.at) < RETYPING_MS,
            _ => false,
        };
        let between = visit
            .commands
            .iter()
            .filter(|it| before.n < it.n && it.n < command.n);
        let adjacent = between.clone().all(|it| it.act == Act::PinStatus);
        let answered = before.done() || before.tries_told().is_some();
        let restarted = restarted(visit, before.n, command.n);
        match (quick || (adjacent && before.done()), answered && !restarted) {
            (true, true) => Unexplained::Doubled(before.n),
            (true, false) if quick => Unexplained::Remembered(before.n),
            _ => Unexplained::Unknown,
        }
    }
}

/// Tells whether the card began anew between two entries.
fn restarted(visit: &Visit<'_>, from: u64, to: u64) -> bool {
    visit
        .resets
        .iter()
        .chain(&visit.power_off)
        .chain(&visit.power_lost)
        .any(|n| from < *n && *n < to)
}

fn idv_02(facts: &Facts<'_>) -> Vec<Outcome> {
    let judge = |visit: &Visit<'_>| {
        let matched = matched(facts, visit);
        if matched.entered.is_empty() && matched.verifies.is_empty() {
            if facts.is_recording() && !matched.entries_known {
                return vec![Outcome::open(&[], entries_unknown())];
            }
            return vec![Outcome::absent(text!(
                "暗証番号が入力されていない",
                "no PIN was entered"
            ))];
        }
        if visit.commands.is_empty() {
            return vec![Outcome::open(&[], no_traffic())];
        }
        if let Some(outcome) = at_most_one(facts, visit, &matched) {
            return vec![outcome];
        }
        if !visit.ended() {
            return vec![Outcome::open(&[], not_ended(visit.number))];
        }
        let mut outcomes = exactly_one(facts, visit, &matched);
        if !matched.entries_known {
            outcomes.push(Outcome::open(&[], entries_unknown()));
            return outcomes;
        }
        let (entered, sent) = (matched.entered.len(), matched.verifies.len());
        let mut entries: Vec<u64> = matched
            .entered
            .iter()
            .map(|it| it.n)
            .filter(|n| *n > 0)
            .collect();
        entries.extend(matched.verifies.iter().map(|it| it.n));
        if sent > 0 {
            outcomes.push(Outcome::pass(
                &entries,
                text!(
                    "{entered}回の入力に対して、照合は{sent}回だった",
                    "{entered} confirmed entries, {sent} VERIFYs with data"
                ),
            ));
        }
        outcomes
    };
    facts
        .visits
        .iter()
        .filter(|visit| visit.presented.is_some())
        .flat_map(judge)
        .collect()
}

fn entries_unknown() -> Text {
    text!(
        "患者の入力が記録されていないので、照合と比べられない",
        "what the patient typed is not recorded, so the VERIFYs cannot be compared with it"
    )
}

/// Why nothing has held where a command is claimed to type a PIN, and does not.
fn none_sent() -> Text {
    text!(
        "コマンドが行うとされた入力は照合されなかったので、暗証番号の扱いは見られない",
        "the command is claimed to type a PIN but sent none, so how it treats one is not seen"
    )
}

fn at_most_one(facts: &Facts<'_>, visit: &Visit<'_>, matched: &Matched<'_>) -> Option<Outcome> {
    for (index, command) in matched.verifies.iter().enumerate() {
        if matched.assigned[index].is_some() {
            continue;
        }
        let n = command.n;
        match matched.unexplained(facts, visit, index) {
            Unexplained::Doubled(before) => {
                return Some(Outcome::fail(
                    &[before, n],
                    text!(
                        "1回の入力に対して、同じ暗証番号が項目{before}と{n}で2度送られた。入力1回に照合は1回だけ送る",
                        "one entry, but the same PIN was sent at entries {before} and {n}; each confirmed entry is sent at most once"
                    ),
                ));
            }
            Unexplained::Invented if matched.entries_known => {
                return Some(Outcome::fail(
                    &[n],
                    text!(
                        "項目{n}で、患者が確定していない暗証番号が送られた。入力された値だけを送る",
                        "the PIN sent at entry {n} is none that the patient had confirmed by then; send only what was entered"
                    ),
                ));
            }
            Unexplained::Invented
            | Unexplained::Remembered(_)
            | Unexplained::Malformed
            | Unexplained::Unknown => {}
        }
    }
    None
}

/// Finds confirmed entries that were never sent without any reason to be seen (exception
/// `exactly-one`).
fn exactly_one(facts: &Facts<'_>, visit: &Visit<'_>, matched: &Matched<'_>) -> Vec<Outcome> {
    let gone = visit.card_gone();
    let mut outcomes = Vec::new();
    for (index, entered) in matched.entered.iter().enumerate() {
        if matched.assigned.contains(&Some(index)) || entered.n == 0 {
            continue;
        }
        let next = visit.next_stimulus(entered.n).unwrap_or(u64::MAX);
        let excused = visit
            .user_pin_tries()
            .any(|(n, left)| left == 0 && n < next)
            || gone.is_some_and(|gone| gone < next)
            || visit.fault_since(entered.n)
            || !visit.power_lost.is_empty()
            || entered.length != 4
            || visit.commands.iter().any(|command| command.lost.is_some());
        let n = entered.n;
        if excused {
            continue;
        }
        // That a command does what it is claimed to do is no fact.
        let declared = facts.known_by(n) == Some(By::Declared);
        if declared {
            let why = text!(
                "コマンドが行うとされた入力(項目{n})は照合されなかった。行うコマンドを指定すれば判定できる",
                "the command is claimed to type the PIN of entry {n}, but none was sent; name a command that does, so that this can be decided"
            );
            outcomes.push(Outcome::open(&[n], why).part("exactly-one"));
        } else {
            outcomes.push(
                Outcome::fail(
                    &[n],
                    text!(
                        "項目{n}で確定した暗証番号が照合されなかった。閉塞・未設定・取り出しでない限り、1回照合する",
                        "the entry confirmed at {n} was never sent; unless the card is locked, has no PIN or is gone, it is sent once"
                    ),
                )
                .part("exactly-one"),
            );
        }
    }
    outcomes
}

fn idv_04(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-04"), |visit| {
        let matched = matched(facts, visit);
        if matched.verifies.is_empty() && visit.entered().is_empty() && facts.visits.len() < 2 {
            return Outcome::absent(text!(
                "暗証番号が使われていない",
                "no PIN was used"
            ));
        }
        let breach = (0..matched.verifies.len())
            .filter(|index| matched.assigned[*index].is_none())
            .find_map(|index| match matched.unexplained(facts, visit, index) {
                Unexplained::Remembered(before) => {
                    let n = matched.verifies[index].n;
                    Some((
                        vec![before, n],
                        text!(
                            "項目{before}の暗証番号が、入力し直されないまま項目{n}でまた送られた。覚えておいて送らない",
                            "the PIN of entry {before} was sent again at entry {n} without being entered anew; it is never remembered"
                        ),
                    ))
                }
                _ => None,
            });
        if breach.is_none() && !matched.entries_known && !matched.verifies.is_empty() {
            return Outcome::open(&[], entries_unknown());
        }
        if breach.is_none() && matched.verifies.is_empty() && facts.acts_declared(visit) {
            return Outcome::open(&[], none_sent());
        }
        let held = text!(
            "覚えておいた暗証番号が送られることはなかった",
            "no remembered PIN was sent"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

fn idv_09(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-09"), |visit| {
        let verifies: Vec<&Command> = visit
            .commands
            .iter()
            .filter(|command| command.is(Act::Verify, App::Jpki, USER_PIN))
            .collect();
        if verifies.is_empty() && visit.entered().is_empty() {
            return Outcome::absent(text!("暗証番号が使われていない", "no PIN was used"));
        }
        if verifies.is_empty() && facts.acts_declared(visit) {
            return Outcome::open(&[], none_sent());
        }
        let breach = verifies
            .iter()
            .find(|command| {
                !command.secret.as_ref().is_some_and(|secret| {
                    secret.length == 4 && secret.alphabet == Alphabet::Digits
                })
            })
            .map(|command| {
                let n = command.n;
                let length = command.secret.as_ref().map_or(0, |secret| secret.length);
                (
                    command.entries(),
                    text!(
                        "項目{n}で{length}文字の値が利用者証明用の暗証番号として送られた。数字4桁だけを送る",
                        "entry {n} sent {length} characters as the user PIN; only exactly four digits are sent"
                    ),
                )
            });
        let held = text!(
            "送られた暗証番号は、どれも数字4桁だった",
            "every PIN sent had exactly four digits"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}
