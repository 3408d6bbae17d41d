//! IDV: how it is proven who is there (rows 01, 07, 10–19).

pub(super) mod card;
pub(super) mod pad;
pub(super) mod pin;

use super::facts::visit::{Evidence, Identity};
use super::facts::{Exchange, Facts, Method, Visit, no_screens, not_ended};
use super::outcome::{Outcome, text};
use super::rule::{Rule, not_judged, rule};
use crate::eligibility::{InquiryKind, SiteKind};
use crate::requirement::{Id, Subject::Desk, Subject::Reader};
use crate::scenario::{DeskStep, FaceShown, Step};
use crate::screen::{Screen, ScreenId};
use crate::transcript::Role;

pub(super) const RULES: &[Rule] = &[
    rule("IDV-01", Reader, idv_01),
    rule("IDV-13", Reader, idv_13),
    not_judged(
        "IDV-14",
        Desk,
        "職員が目視モードを元に戻したかは、この版では判定しない",
        "whether staff switched visual mode off again is not judged by this version",
    ),
    not_judged(
        "IDV-15",
        Desk,
        "窓口でのやりとりは記録に現れないので、判定しない",
        "what is said at the desk is not in the transcript, so this is not judged",
    ),
    rule("IDV-16", Reader, idv_16),
    rule("IDV-17", Reader, idv_17),
    rule("IDV-19", Reader, idv_19),
];

/// Returns the first inquiry of the reader for an answer about insurance or health in a visit.
fn asked<'f, 'a>(facts: &'f Facts<'a>, visit: &Visit<'_>) -> Option<&'f Exchange<'a>> {
    facts.exchanges.iter().find(|exchange| {
        let kind = exchange.inquiry.kind();
        exchange.visit == visit.number
            && exchange.from == Role::Reader
            && !matches!(kind, InquiryKind::Authenticate | InquiryKind::Register)
    })
}

/// Returns the identity that the card in the reader allows: without a photo, the PIN alone counts
/// (IDV-10).
fn valid_identity(facts: &Facts<'_>, visit: &Visit<'_>) -> Option<Identity> {
    let photo_counts = has_photo(facts, visit) || !Facts::in_force(ID_10, visit.at.day());
    visit
        .identity()
        .filter(|identity| photo_counts || identity.method == Method::Pin)
}

const ID_10: Id = Id::literal("IDV-10");

fn has_photo(facts: &Facts<'_>, visit: &Visit<'_>) -> bool {
    visit
        .person
        .and_then(|person| facts.person(person))
        .is_none_or(|patient| patient.card.photo)
}

fn has_pin(facts: &Facts<'_>, visit: &Visit<'_>) -> bool {
    visit
        .person
        .and_then(|person| facts.person(person))
        .is_none_or(|patient| patient.card.user_pin.is_some())
}

/// Tells whether staff's visual check is the way in this visit, and since when.
fn visual_since(visit: &Visit<'_>) -> Option<u64> {
    let chosen = visit.stimuli.iter().find_map(|given| match given.act {
        Step::Choose(Method::Visual) => Some(given.n),
        _ => None,
    });
    let shown = visit.shown(ScreenId::VisualCheck, visit.first);
    [visit.visual_mode, chosen, shown]
        .into_iter()
        .flatten()
        .min()
}

/// Tells whether the visit shows any act by which it could be told who is there.
fn acts_unknown(facts: &Facts<'_>, visit: &Visit<'_>) -> bool {
    facts.reader_is_observed() && visit.stimuli.is_empty()
}

/// Which row an inquiry at entry `n` without a proof of identity breaks: the most specific one. A
/// proof that comes later is none.
fn broken_row(facts: &Facts<'_>, visit: &Visit<'_>, n: u64) -> &'static str {
    let proven = visit.identity().filter(|identity| identity.n < n);
    if proven.is_some() && valid_identity(facts, visit).is_none() {
        "IDV-10"
    } else if visual_since(visit).is_some_and(|since| since < n) {
        "IDV-19"
    } else {
        "IDV-01"
    }
}

fn idv_01(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-01"), |visit| {
        let Some(first) = asked(facts, visit) else {
            return nothing_asked(visit);
        };
        let n = first.n;
        match valid_identity(facts, visit) {
            Some(identity) if identity.n < n => Outcome::pass(
                &[identity.n, n],
                text!(
                    "照会(項目{n})は、本人確認の後だった",
                    "asked (entry {n}) after identity was proven"
                ),
            ),
            _ if acts_unknown(facts, visit) => Outcome::open(
                &[n],
                text!(
                    "患者や職員の操作が記録されていないので、本人確認が済んでいたか判定できない",
                    "no act of patient or staff is recorded, so it cannot be told whether identity was proven"
                ),
            ),
            _ => match broken_row(facts, visit, n) {
                "IDV-01" => Outcome::fail(
                    &[n],
                    text!(
                        "本人確認が済む前に項目{n}で照会した。顔・暗証番号・目視のどれかが成功してから照会する",
                        "entry {n} asked before identity was proven; face, PIN or visual check must have succeeded first"
                    ),
                ),
                row => Outcome::open(
                    &[n],
                    text!("{row}の違反として示す", "reported as a breach of {row}"),
                ),
            },
        }
    })
}

fn nothing_asked(visit: &Visit<'_>) -> Outcome {
    let gave_up = [
        ScreenId::Counter,
        ScreenId::Outage,
        ScreenId::Unreadable,
        ScreenId::CertificateLapsed,
        ScreenId::TakeCard,
    ];
    let done = visit.shown(ScreenId::Done, visit.first);
    match (done, visit.shown_any(&gave_up, visit.first)) {
        (None, Some((n, _))) if visit.ended() => Outcome::pass(
            &[n],
            text!(
                "資格も診療情報も照会しないまま終わった",
                "the visit ended without asking for eligibility or medical information"
            ),
        ),
        (Some(n), _) => Outcome::open(
            &[n],
            text!(
                "受付が完了したのに、照会が記録されていない",
                "the check-in was completed, but no inquiry is recorded"
            ),
        ),
        // Taken out early: nothing was asked, and what the reader showed until then is there.
        (None, None) if visit.ended() && !visit.screens.is_empty() => Outcome::pass(
            &visit.removed.into_iter().collect::<Vec<_>>(),
            text!(
                "資格も診療情報も照会しないまま、カードが取り出された",
                "the card was taken out before anything was asked"
            ),
        ),
        _ => Outcome::open(
            &[],
            text!(
                "照会も、あきらめたことも記録されていない",
                "neither an inquiry nor giving up is recorded"
            ),
        ),
    }
}

fn idv_13(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for visit in &facts.visits {
        for given in &visit.stimuli {
            if !matches!(given.act, Step::ShowFace(FaceShown::Mismatch)) {
                continue;
            }
            let n = given.n;
            outcomes.push(match visit.next_screen(n) {
                Some((at, screen)) => match screen.id() {
                    ScreenId::Face
                    | ScreenId::ChooseMethod
                    | ScreenId::PinPad
                    | ScreenId::VisualCheck
                    | ScreenId::Counter => Outcome::pass(
                        &[n, at],
                        text!(
                            "顔認証の失敗の後、次にできることを示した",
                            "after the failed face check a way on was shown"
                        ),
                    ),
                    ScreenId::Unreadable | ScreenId::Outage | ScreenId::InsertCard => {
                        Outcome::open(
                            &[n, at],
                            text!(
                                "別の障害のために、失敗の後の案内が見られなかった",
                                "something else went wrong before the way on could be shown"
                            ),
                        )
                    }
                    _ => Outcome::fail(
                        &[n, at],
                        text!(
                            "顔認証の失敗(項目{n})の後、もう一度・暗証番号・窓口のどれも示さなかった",
                            "after the failed face check (entry {n}) neither another try nor the PIN nor the counter was shown"
                        ),
                    ),
                },
                None => Outcome::open(&[n], not_ended(visit.number)),
            });
        }
    }
    outcomes
}

fn idv_16(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-16"), |visit| {
        let normal_site = facts.world(visit.first).is_some_and(|world| {
            matches!(
                world.site.kind,
                SiteKind::Clinic | SiteKind::Hospital | SiteKind::Pharmacy
            )
        });
        let shown = visit.screens.iter().find(|(_, screen)| {
            matches!(
                screen.id(),
                ScreenId::ChooseMethod | ScreenId::PinPad | ScreenId::Face | ScreenId::PinLocked
            )
        });
        let until = shown.map_or(u64::MAX, |(n, _)| *n);
        let visual = visual_since(visit).is_some_and(|n| n < until);
        let locked = visit.locked().is_some_and(|n| n < until);
        let card = has_photo(facts, visit) && has_pin(facts, visit);
        if !normal_site || visual || locked || !card || visit.emergency {
            return Outcome::absent(text!(
                "通常の方法で本人確認を選ぶ場面ではない",
                "not a visit in which face and PIN are both to be offered"
            ));
        }
        match shown {
            _ if visit.screens.is_empty() => Outcome::open(&[], no_screens()),
            Some((n, Screen::ChooseMethod { methods })) => {
                if methods.contains(&Method::Face) && methods.contains(&Method::Pin) {
                    Outcome::pass(
                        &[*n],
                        text!("顔認証と暗証番号を示した", "face and PIN were offered"),
                    )
                } else {
                    Outcome::fail(
                        &[*n],
                        text!(
                            "項目{n}の画面に、顔認証と暗証番号の両方が示されていない",
                            "the screen at entry {n} does not offer both face and PIN"
                        ),
                    )
                }
            }
            Some((n, _)) => Outcome::fail(
                &[*n],
                text!(
                    "患者が選ぶ前に、項目{n}で本人確認の方法が決められた",
                    "the way was decided at entry {n} before the patient could choose"
                ),
            ),
            None => Outcome::open(
                &[],
                text!(
                    "本人確認の方法を選ぶ画面まで進まなかった",
                    "the visit did not get to the choice of the way"
                ),
            ),
        }
    })
}

fn idv_17(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-17"), |visit| {
        if visit.screens.is_empty() {
            return Outcome::open(&[], no_screens());
        }
        let questions = [
            ScreenId::Consent,
            ScreenId::ConsentAll,
            ScreenId::ConsentLimit,
        ];
        let first = visit.shown_any(&questions, visit.first).map(|(n, _)| n);
        let done = visit.shown(ScreenId::Done, visit.first);
        let identity = visit.identity().map_or(u64::MAX, |identity| identity.n);
        let after_done = done
            .and_then(|done| visit.shown_any(&[ScreenId::Consent, ScreenId::ConsentAll], done + 1));
        if acts_unknown(facts, visit) {
            return Outcome::open(&[], no_screens());
        }
        let breach = match (first, after_done) {
            (Some(n), _) if n < identity => Some((
                vec![n],
                text!(
                    "本人確認の前に、項目{n}で同意を尋ねた",
                    "a consent question was put at entry {n}, before identity was proven"
                ),
            )),
            (_, Some((n, _))) => Some((
                vec![n],
                text!(
                    "受付が完了した後に、項目{n}で同意を尋ねた",
                    "a consent question was put at entry {n}, after the check-in was done"
                ),
            )),
            _ => None,
        };
        if first.is_none() && done.is_none() {
            return Outcome::absent(text!(
                "同意にも完了にも進んでいない",
                "the visit came to neither consent nor completion"
            ));
        }
        let held = text!(
            "カード・本人確認・同意・完了の順に進んだ",
            "card, identity, consent, done: in this order"
        );
        visit.prohibition(Evidence::Screen, breach, held)
    })
}

fn idv_19(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-19"), |visit| {
        let Some(since) = visual_since(visit) else {
            return Outcome::absent(text!(
                "目視確認が使われていない",
                "no visual check was used"
            ));
        };
        let word = visit.stimuli.iter().find_map(|given| match given.act {
            Step::Desk(DeskStep::VisualCheck(FaceShown::Match)) => Some(given.n),
            _ => None,
        });
        let by_other = visit.identity().filter(|it| it.method != Method::Visual);
        // What follows success counts as much as an inquiry: questions, or completion.
        let success = [ScreenId::Consent, ScreenId::ConsentAll, ScreenId::Done];
        let n = asked(facts, visit)
            .map(|exchange| exchange.n)
            .or(visit.shown_any(&success, since).map(|(n, _)| n));
        match (n, word, by_other) {
            (Some(n), Some(word), _) if word < n => Outcome::pass(
                &[word, n],
                text!(
                    "職員の確認(項目{word})の後に進んだ",
                    "went on after the staff's word at entry {word}"
                ),
            ),
            (Some(n), _, Some(other)) if other.n < n => Outcome::absent(text!(
                "別の方法で本人確認が済んでいた",
                "identity was proven another way"
            )),
            (Some(n), ..) if acts_unknown(facts, visit) => Outcome::open(
                &[n],
                text!(
                    "職員の操作が記録されていない",
                    "no act of staff is recorded"
                ),
            ),
            (Some(n), ..) => Outcome::fail(
                &[since, n],
                text!(
                    "目視確認モードで、職員の確認がないまま項目{n}で先に進んだ",
                    "in visual mode, entry {n} went on without the staff's word"
                ),
            ),
            (None, ..) => nothing_asked(visit),
        }
    })
}
