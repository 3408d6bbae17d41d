//! IDV: what the PIN pad shows, and when the PIN is not to be used (rows 03, 05, 06, 08, 20).

use crate::judge::facts::visit::Evidence;
use crate::judge::facts::{Facts, Method, Visit, no_screens, not_ended};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, CARD_FACE_FILE, Command, USER_PIN};
use crate::requirement::{Id, Subject::Reader};
use crate::scenario::{DeskStep, Step};
use crate::screen::Screen;
use crate::transcript::By;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("IDV-03", Reader, idv_03),
    rule("IDV-05", Reader, idv_05),
    rule("IDV-06", Reader, idv_06),
    rule("IDV-08", Reader, idv_08),
    rule("IDV-20", Reader, idv_20),
];

fn idv_03(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-03"), |visit| {
        let mut locked = Vec::new();
        let mut breach = None;
        for command in &visit.commands {
            let reference = (command.app, command.file);
            let known = locked.iter().find(|(it, _)| *it == reference);
            if let (Act::Verify, Some((_, told))) = (command.act, known) {
                let (told, n) = (*told, command.n);
                breach.get_or_insert((
                    vec![told, n],
                    text!(
                        "項目{told}で閉塞とわかった後に、項目{n}で照合した。閉塞後は照合しない",
                        "entry {told} told that the reference is locked, yet entry {n} verified it again; once locked, it is left alone"
                    ),
                ));
            }
            if matches!(command.act, Act::Verify | Act::PinStatus)
                && command.tries_told() == Some(0)
            {
                locked.push((reference, command.answer_n.unwrap_or(command.n)));
            }
        }
        if locked.is_empty() {
            return Outcome::absent(text!("閉塞が起きていない", "nothing was locked"));
        }
        let held = text!("閉塞後の照合はなかった", "nothing locked was verified again");
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

fn idv_05(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-05"), |visit| {
        let wrong: Vec<(&Command, u8)> = visit
            .commands
            .iter()
            .filter(|command| command.is(Act::Verify, App::Jpki, USER_PIN))
            .filter_map(|command| Some((command, command.tries_told().filter(|it| *it > 0)?)))
            .collect();
        if wrong.is_empty() {
            return Outcome::absent(text!(
                "残り回数のある誤入力がない",
                "no wrong entry left any tries"
            ));
        }
        if visit.screens.is_empty() {
            return Outcome::open(&[], no_screens());
        }
        let outcomes: Vec<Outcome> = wrong
            .iter()
            .map(|(command, left)| tries_shown(visit, command, *left))
            .collect();
        crate::judge::outcome::worst(&outcomes)
            .unwrap_or_else(|| Outcome::absent(text!("誤入力がない", "no wrong entry")))
    })
}

fn tries_shown(visit: &Visit<'_>, command: &Command, left: u8) -> Outcome {
    let n = command.answer_n.unwrap_or(command.n);
    let next = visit.next_stimulus(n).unwrap_or(u64::MAX);
    let shown = visit
        .screens
        .iter()
        .filter(|(at, _)| n < *at && *at < next)
        .find_map(|(at, screen)| match screen {
            Screen::PinWrong { left, .. } | Screen::PinPad { left, .. } => Some((*at, *left)),
            _ => None,
        });
    match shown {
        Some((at, Some(told))) if told == left => Outcome::pass(
            &[n, at],
            text!(
                "残り{left}回と正しく示した",
                "showed {left} tries left, as the card told"
            ),
        ),
        Some((at, told)) => {
            let told = told.map_or_else(|| "-".to_owned(), |told| told.to_string());
            Outcome::fail(
                &[n, at],
                text!(
                    "カードは残り{left}回と答えた(項目{n})のに、画面(項目{at})は{told}回と示した",
                    "the card told {left} tries left (entry {n}), the screen at entry {at} showed {told}"
                ),
            )
        }
        None if visit.card_gone().is_some_and(|gone| gone < next)
            || visit.fault_since(n)
            || command.fault.is_some() =>
        {
            Outcome::open(
                &[n],
                text!(
                    "残り回数を示す前に、カードがなくなったか障害が起きた",
                    "the card went away or a fault struck before the tries could be shown"
                ),
            )
        }
        None if visit.ended() => Outcome::fail(
            &[n],
            text!(
                "誤入力(項目{n})の後、残り{left}回と示さないまま次に進んだ",
                "after the wrong entry (entry {n}) nothing showed that {left} tries are left"
            ),
        ),
        None => Outcome::open(&[n], not_ended(visit.number)),
    }
}

fn idv_06(facts: &Facts<'_>) -> Vec<Outcome> {
    let pads: Vec<(u64, &str)> = facts
        .visits
        .iter()
        .flat_map(|visit| &visit.screens)
        .filter_map(|(n, screen)| match screen {
            Screen::PinPad { keys, .. } | Screen::PinWrong { keys, .. } => {
                Some((*n, keys.as_str()))
            }
            _ => None,
        })
        .collect();
    if pads.is_empty() {
        return vec![Outcome::absent(text!(
            "暗証番号の画面が出ていない",
            "no PIN pad was shown"
        ))];
    }
    let screens = facts.visits.iter().flat_map(|visit| &visit.screens);
    let clear = screens.into_iter().find(|(_, screen)| {
        matches!(
            screen,
            Screen::PinPad {
                masked: Some(false),
                ..
            } | Screen::PinWrong {
                masked: Some(false),
                ..
            }
        )
    });
    if let Some((n, _)) = clear {
        return vec![Outcome::fail(
            &[*n],
            text!(
                "入力した数字が伏せずに表示される(項目{n})。●で示す",
                "typed digits are shown in clear (entry {n}); a dot stands for each"
            ),
        )];
    }
    let entries: Vec<u64> = pads.iter().map(|(n, _)| *n).collect();
    let count = pads.len();
    let told = pads.iter().all(|(_, keys)| !keys.is_empty());
    if count < 3 || !told {
        return vec![Outcome::open(
            &entries,
            text!(
                "配列のわかる暗証番号の画面が3回に満たない({count}回)ので、数字の入替えを判定できない",
                "fewer than three PIN pads with a known layout ({count} shown), so shuffling cannot be decided"
            ),
        )];
    }
    let equal = pads.windows(2).all(|pair| pair[0].1 == pair[1].1);
    vec![if equal {
        Outcome::fail(
            &entries,
            text!(
                "{count}回の暗証番号の画面が、どれも同じ数字の並びだった。並びを入れ替える",
                "all {count} PIN pads had the same layout; the digits change places"
            ),
        )
    } else {
        Outcome::pass(
            &entries,
            text!("数字の並びが入れ替わった", "the digits changed places"),
        )
    }]
}

/// Tells whether the scenario is known to go by PIN alone (convention 16: without the patient's acts,
/// they are those of the scenario).
fn pin_alone(facts: &Facts<'_>) -> bool {
    let steps = &facts.scenario.steps;
    let other = |step: &Step| match step {
        Step::Choose(method) => *method != Method::Pin,
        Step::Desk(step) => matches!(step, DeskStep::VisualMode),
        _ => false,
    };
    !steps.is_empty() && !steps.iter().any(other)
}

/// Returns which ways were chosen in a visit, and by which entry, in their order; visual mode is
/// chosen by staff.
fn choices(visit: &Visit<'_>) -> Vec<(u64, Method)> {
    let by_patient = visit.stimuli.iter().filter_map(|given| match given.act {
        Step::Choose(method) => Some((given.n, *method)),
        _ => None,
    });
    let by_staff = visit.visual_mode.map(|n| (n, Method::Visual));
    let mut choices: Vec<_> = by_patient.chain(by_staff).collect();
    choices.sort_by_key(|(n, _)| *n);
    choices
}

/// Returns the way that is chosen when a command comes, and by which entry.
fn chosen_before(choices: &[(u64, Method)], command: &Command) -> Option<(u64, Method)> {
    choices.iter().rev().find(|(n, _)| *n < command.n).copied()
}

fn idv_08(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-08"), |visit| {
        let identity = visit.identity().map_or(u64::MAX, |identity| identity.n);
        let choices = choices(visit);
        if facts.reader_is_observed() && visit.stimuli.is_empty() && !pin_alone(facts) {
            return Outcome::open(
                &[],
                text!(
                    "どの方法が選ばれたか記録されていないので、判定できない",
                    "which way was chosen is not recorded, so this cannot be decided"
                ),
            );
        }
        if choices.iter().all(|(_, method)| *method == Method::Pin) {
            return Outcome::absent(text!(
                "顔認証も目視確認も選ばれていない",
                "neither face nor visual check was chosen"
            ));
        }
        let breach = visit
            .commands
            .iter()
            .filter(|command| command.is(Act::Verify, App::Jpki, USER_PIN) && command.n < identity)
            .find_map(|command| {
                let (from, method) = chosen_before(&choices, command)?;
                let n = command.n;
                (method != Method::Pin).then(|| {
                    (
                        vec![from, n],
                        text!(
                            "顔認証か目視確認を選んだ(項目{from})のに、項目{n}で暗証番号を照合した。別の方法が選ばれている間は照合しない",
                            "face or visual check was chosen (entry {from}), yet entry {n} verified the PIN; it is not verified while another way is chosen"
                        ),
                    )
                })
            });
        let mut verifies = visit.commands.iter();
        let verified = verifies.any(|it| it.is(Act::Verify, App::Jpki, USER_PIN));
        let by_pin = choices.iter().any(|(_, method)| *method == Method::Pin) || !visit.entered().is_empty();
        if facts.acts_declared(visit) && verified && (breach.is_none() || by_pin) {
            return Outcome::open(
                &[],
                text!(
                    "コマンドが行うとされた操作の時がわからないので、顔認証・目視確認の間の照合かどうか判定できない",
                    "a command is claimed to do what people do, and nobody saw when, so it cannot be told whether the PIN was verified during face or visual check"
                ),
            );
        }
        let held = text!(
            "顔認証・目視確認の間、暗証番号の照合はなかった",
            "no PIN was verified during face or visual check"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

fn idv_20(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-20"), |visit| {
        let choices = choices(visit);
        if choices.iter().all(|(_, method)| *method != Method::Pin) {
            return Outcome::absent(text!(
                "暗証番号が選ばれていない",
                "the PIN was not chosen"
            ));
        }
        let breach = visit
            .commands
            .iter()
            .filter(|command| command.is(Act::Read, App::CardFace, CARD_FACE_FILE))
            .find_map(|command| {
                let (from, method) = chosen_before(&choices, command)?;
                let n = command.n;
                (method == Method::Pin).then(|| {
                    (
                        vec![from, n],
                        text!(
                            "暗証番号を選んだ(項目{from})のに、項目{n}で顔写真のファイルを読んだ",
                            "the PIN was chosen (entry {from}), yet entry {n} read the file with the photo"
                        ),
                    )
                })
            });
        let claimed = |(n, _): &(u64, Method)| facts.known_by(*n) == Some(By::Declared);
        let mixed = choices.iter().any(|(_, method)| *method != Method::Pin);
        if let Some((entries, _)) = &breach
            && mixed
            && choices.iter().any(claimed)
        {
            // What is only claimed stands before all that came of it.
            return Outcome::open(
                entries,
                text!(
                    "ほかの方法も選ばれ、いつ選ばれたかを見た人がいないので、写真がどの方法のために読まれたかわからない",
                    "other methods were chosen as well, and nobody saw when, so it is not known for which of them the photo was read"
                ),
            );
        }
        let held = text!(
            "暗証番号を選んだ後、顔写真は読まれなかった",
            "the photo was not read once the PIN was chosen"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}
