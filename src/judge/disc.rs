//! DISC: restricted disclosure.

pub(super) mod shown;

use super::cert::backend::each_truth;
use super::cert::refused::must_be_refused;
use super::difference::{address, portal};
use super::disc::shown::{each_number, each_portal, shows_address};
use super::facts::{Case, Facts, Told, Truth, Visit, no_screens, not_ended};
use super::outcome::{Outcome, text};
use super::refusal::{was_withheld, wrong_refusal};
use super::rule::{Rule, not_judged, rule};
use crate::eligibility::{Ground, PortalSection, Registry, Validity};
use crate::requirement::{Id, Subject::Backend, Subject::Desk, Subject::Reader};
use crate::screen::ScreenId;

pub(super) const RULES: &[Rule] = &[
    rule("DISC-01", Reader, disc_01_reader),
    rule("DISC-01", Backend, disc_01_backend),
    rule("DISC-02", Reader, disc_02),
    rule("DISC-04", Backend, disc_04),
    rule("DISC-07", Backend, disc_07),
    not_judged(
        "DISC-08",
        Desk,
        "窓口でのやりとりは記録に現れないので、判定しない",
        "what is said at the desk is not in the transcript, so this is not judged",
    ),
    rule("DISC-09", Backend, disc_09),
];

/// Judges each card inquiry in which the reader was told that the card cannot be used.
fn each_withheld(
    facts: &Facts<'_>,
    id: &'static str,
    judge: impl Fn(&Case, &Visit<'_>, u64) -> Outcome,
) -> Vec<Outcome> {
    facts.each_case(Id::literal(id), |case| {
        let told = facts
            .refusal(case)
            .filter(|(_, refusal)| refusal.ground == Ground::Withheld);
        let (Some((exchange, _)), Some(visit)) = (told, facts.visit(case.visit)) else {
            return Vec::new();
        };
        vec![judge(case, visit, exchange.answer_n())]
    })
}

fn disc_01_reader(facts: &Facts<'_>) -> Vec<Outcome> {
    each_withheld(facts, "DISC-01", |case, visit, at| {
        let later = facts.confirm(case).filter(|confirm| confirm.n > at);
        if let Some(confirm) = later {
            let n = confirm.n;
            return Outcome::fail(
                &[at, n],
                text!(
                    "カードを使えないと伝えられた(項目{at})のに、項目{n}で照会した",
                    "the card was refused at entry {at}, yet entry {n} asked"
                ),
            );
        }
        if visit.screens.is_empty() {
            return Outcome::open(&[at], no_screens());
        }
        let success = [ScreenId::Done, ScreenId::Consent, ScreenId::ConsentAll];
        if let Some((n, _)) = visit.shown_any(&success, at) {
            return Outcome::fail(
                &[at, n],
                text!(
                    "カードを使えないと伝えられた(項目{at})のに、項目{n}で受付を続けた",
                    "the card was refused at entry {at}, yet the screen at entry {n} goes on"
                ),
            );
        }
        match visit.shown(ScreenId::Counter, at) {
            Some(n) => Outcome::pass(&[at, n], text!("窓口に案内した", "led to the counter")),
            None => Outcome::open(&[at], not_ended(visit.number)),
        }
    })
}

fn disc_02(facts: &Facts<'_>) -> Vec<Outcome> {
    each_withheld(facts, "DISC-02", |_, visit, at| {
        if visit.screens.is_empty() {
            return Outcome::open(&[at], no_screens());
        }
        let neutral = [
            ScreenId::Counter,
            ScreenId::TakeCard,
            ScreenId::InsertCard,
            ScreenId::Checking,
        ];
        let revealing = visit
            .screens
            .iter()
            .find(|(n, screen)| *n > at && !neutral.contains(&screen.id()));
        match (revealing, visit.shown(ScreenId::Counter, at)) {
            (Some((n, screen)), _) => {
                let name = screen.id().title();
                Outcome::fail(
                    &[at, *n],
                    text!(
                        [name],
                        "断った(項目{at})後の画面{name}(項目{n})は、ただ窓口に案内するものではない",
                        "after the refusal at entry {at} the screen {name} (entry {n}) says more than to go to the counter"
                    ),
                )
            }
            (None, Some(n)) => Outcome::pass(
                &[at, n],
                text!(
                    "理由を示さずに窓口へ案内した",
                    "led to the counter without a reason"
                ),
            ),
            (None, None) => Outcome::open(&[at], not_ended(visit.number)),
        }
    })
}

fn disc_01_backend(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "DISC-01", |case, truth| {
        let applies = truth.withheld && !truth.certificate_refused() && !truth.may_be_lapsed();
        if !applies {
            return Vec::new();
        }
        let why = text!("自己情報提供不可である", "自己情報提供不可 is set");
        let outcome = must_be_refused(facts, case, &why);
        // One of several insurers has lifted the flag: DISC-07 is more specific.
        if outcome.verdict == super::Verdict::Fail && partly_lifted(facts, case, truth) {
            return vec![Outcome::open(
                &outcome.entries,
                text!("DISC-07の違反として示す", "reported as a breach of DISC-07"),
            )];
        }
        let answered = outcome.verdict == super::Verdict::Fail;
        // Convention 2: in an emergency a foreign backend may differ.
        if answered && truth.is_emergency() && facts.backend_is_foreign() {
            return vec![Outcome::open(
                &outcome.entries,
                text!(
                    "救急時の自己情報提供不可の扱いは、資料で確かでない",
                    "the sources do not say what 自己情報提供不可 means in an emergency"
                ),
            )];
        }
        vec![outcome]
    })
}

/// Tells whether some, but not all, of the insurers that had set 自己情報提供不可 have lifted it.
fn partly_lifted(facts: &Facts<'_>, case: &Case, truth: &Truth) -> bool {
    let n = facts.exchanges[case.auth].n;
    let now = facts
        .registry(truth.person, n)
        .map_or(0, |registry| registry.withheld_by.len());
    truth.withheld
        && facts
            .worlds
            .iter()
            .filter(|world| world.from <= n)
            .filter_map(|world| world.registries.get(truth.person))
            .any(|registry| registry.withheld_by.len() > now)
}

/// Judges card check-in where nothing but 不開示 is set.
fn usable(facts: &Facts<'_>, case: &Case, truth: &Truth, row: &'static str) -> Outcome {
    if let Some(wrong) = wrong_refusal(facts, case).filter(|wrong| wrong.row == row) {
        let ground = wrong.ground.title();
        return wrong.breach(text!(
            [ground],
            "自己情報提供不可ではないのに、カードを断った({ground})",
            "自己情報提供不可 is not set, yet the card was refused ({ground})"
        ));
    }
    let Some((confirm, answer)) = facts.eligibility(case) else {
        return Outcome::open(
            &facts.exchanges[case.auth].entries(),
            text!(
                "資格の回答まで進まなかった",
                "the check-in did not get to eligibility"
            ),
        );
    };
    let n = confirm.answer_n();
    let on_record = facts
        .registry(truth.person, confirm.n)
        .is_some_and(|registry| shows_address(Some(&registry.person)));
    let hidden = row == "DISC-04"
        && on_record
        && facts.carries(|answer| shows_address(answer.person.as_ref()))
        && answer.validity != Validity::None
        && !answer
            .person
            .as_ref()
            .is_some_and(|person| person.address.is_some() && person.postcode.is_some());
    if hidden {
        let lacking = address(answer.person.as_ref(), true);
        return Outcome::fail(
            &confirm.entries(),
            text!(
                "不開示だけなら、カードでの照会には住所と郵便番号を返す(項目{n}にない)",
                "with 不開示 alone a card inquiry gets address and postcode; entry {n} lacks them"
            ),
        )
        .all_differ(lacking);
    }
    Outcome::pass(
        &confirm.entries(),
        text!("カードで受付できた", "the card could be used"),
    )
}

fn disc_04(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "DISC-04", |case, truth| {
        if truth.undisclosed && truth.refused_by().is_none() {
            vec![usable(facts, case, truth, "DISC-04")]
        } else {
            Vec::new()
        }
    })
}

fn disc_09(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "DISC-09", |case, truth| {
        let n = facts.exchanges[case.auth].n;
        let lifted = truth.undisclosed && was_withheld(facts, truth.person, n);
        if lifted && truth.refused_by().is_none() {
            vec![usable(facts, case, truth, "DISC-09")]
        } else {
            Vec::new()
        }
    })
}

fn disc_07(facts: &Facts<'_>) -> Vec<Outcome> {
    let free =
        |registry: &Registry| registry.withheld_by.is_empty() && registry.undisclosed_by.is_empty();
    let mut outcomes = each_truth(facts, "DISC-07", |case, truth| {
        let told = matches!(facts.told(case), Told::Nothing);
        let certificate = truth.certificate_refused() || truth.may_be_lapsed();
        if partly_lifted(facts, case, truth) && !certificate {
            let why = text!(
                "自己情報提供不可を解除していない保険者がいる",
                "an insurer has not lifted 自己情報提供不可"
            );
            return vec![must_be_refused(facts, case, &why)];
        }
        if truth.withheld || truth.undisclosed || truth.refused_by().is_some() || told {
            return Vec::new();
        }
        vec![usable(facts, case, truth, "DISC-07")]
    });
    outcomes.extend(each_number(facts, |exchange, answer, registry| {
        let full = free(registry)
            && shows_address(Some(&registry.person))
            && answer.validity == Validity::Valid;
        // A foreign protocol need not carry the address at all.
        if !full || facts.backend_is_foreign() {
            return None;
        }
        let n = exchange.answer_n();
        Some(if shows_address(answer.person.as_ref()) {
            Outcome::pass(
                &exchange.entries(),
                text!("住所が返された", "the address was returned"),
            )
        } else {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "不開示ではないのに、項目{n}で住所が伏せられた",
                    "不開示 is not set, yet entry {n} withholds the address"
                ),
            )
            .all_differ(address(answer.person.as_ref(), true))
        })
    }));
    outcomes.extend(each_portal(facts, |exchange, shown, registry| {
        if !free(registry) || registry.qualifications.is_empty() {
            return None;
        }
        let n = exchange.answer_n();
        let owed = [PortalSection::Insurance, PortalSection::ExchangeHistory];
        Some(if owed.iter().all(|section| shown.contains(section)) {
            Outcome::pass(
                &exchange.entries(),
                text!("ポータルは何も伏せなかった", "the portal withheld nothing"),
            )
        } else {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "フラグがないのに、マイナポータル(項目{n})が情報を伏せた",
                    "no flag is set, yet the portal (entry {n}) withholds something"
                ),
            )
            .all_differ(portal(&owed, shown, true))
        })
    }));
    outcomes
}
