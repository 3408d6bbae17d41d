//! DIS, OUT, PHN, CHD and VAR: what is judged of them, and why the rest is not.

use super::cert::backend::silent;
use super::difference::{Difference, refused_wrongly, word};
use super::facts::{Case, Exchange, Facts, Method, Told, Visit, no_screens, not_ended};
use super::outcome::{Outcome, text};
use super::refusal::registered_here;
use super::rule::{Rule, not_judged, rule};
use crate::eligibility::{CardClass, Inquiry, SiteKind, Validity};
use crate::requirement::{Id, Subject::Backend, Subject::Desk, Subject::Reader};
use crate::screen::{Screen, ScreenId};

const PHONE: (&str, &str) = (
    "スマートフォンはこの版では扱わない",
    "this version has no phones",
);
const DESK: (&str, &str) = (
    "窓口でのやりとりは記録に現れないので、判定しない",
    "what is done at the desk is not in the transcript, so this is not judged",
);

pub(super) const RULES: &[Rule] = &[
    not_judged("OUT-01", Desk, DESK.0, DESK.1),
    not_judged("OUT-02", Desk, DESK.0, DESK.1),
    not_judged("PHN-01", Reader, PHONE.0, PHONE.1),
    not_judged("PHN-02", Reader, PHONE.0, PHONE.1),
    not_judged("PHN-03", Reader, PHONE.0, PHONE.1),
    not_judged("PHN-04", Reader, PHONE.0, PHONE.1),
    not_judged("CHD-01", Desk, DESK.0, DESK.1),
    rule("CHD-02", Reader, chd_02),
    not_judged("CHD-03", Desk, DESK.0, DESK.1),
    rule("VAR-01", Backend, var_01),
    rule("VAR-02", Reader, var_02),
    not_judged("VAR-03", Desk, DESK.0, DESK.1),
    not_judged("VAR-04", Desk, DESK.0, DESK.1),
    not_judged("VAR-05", Desk, DESK.0, DESK.1),
    rule("VAR-05", Backend, var_05),
    not_judged("VAR-06", Desk, DESK.0, DESK.1),
];

fn chd_02(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("CHD-02"), |visit| {
        let without = visit
            .person
            .and_then(|person| facts.person(person))
            .is_some_and(|patient| !patient.card.signature_certificate);
        if !without || visit.emergency {
            return Outcome::absent(text!(
                "署名用電子証明書のないカードではない",
                "the card has a signature certificate"
            ));
        }
        let asked = facts
            .cases
            .iter()
            .filter(|case| case.visit == visit.number)
            .find(|case| case.confirm.is_some() || has_other_ground(facts, case));
        if let Some(case) = asked {
            let n = facts.exchanges[case.auth].n;
            return Outcome::pass(
                &[n],
                text!(
                    "署名用電子証明書がなくても、ほかのカードと同じに進んだ",
                    "went on like with any other card"
                ),
            );
        }
        let gave_up = visit.shown_any(&[ScreenId::Unreadable, ScreenId::Counter], visit.first);
        let identified = visit.identity();
        match (gave_up, identified) {
            (Some((n, _)), Some(identity))
                if n > identity.n
                    && visit.faults.is_empty()
                    && visit.card_gone().is_none_or(|gone| n < gone) =>
            {
                Outcome::fail(
                    &[identity.n, n],
                    text!(
                        "署名用電子証明書のないカードを、項目{n}で断った",
                        "a card without a signature certificate was turned away at entry {n}"
                    ),
                )
            }
            _ => Outcome::open(&[], not_ended(visit.number)),
        }
    })
}

/// Tells whether the card was turned away on a ground that has nothing to do with its signature
/// certificate: a refusal, or that it is not registered and was not registered here.
fn has_other_ground(facts: &Facts<'_>, case: &Case) -> bool {
    let unregistered = match facts.told(case) {
        Told::Accepted(accepted) => !accepted.registered,
        _ => false,
    };
    facts.refusal(case).is_some()
        || facts.disturbed(case).is_some()
        || (unregistered && !registered_here(facts, case))
}

fn var_01(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in &facts.exchanges {
        let limited = facts
            .world(exchange.n)
            .is_some_and(|world| world.site.kind == SiteKind::EligibilityOnly);
        if !limited {
            continue;
        }
        let n = exchange.answer_n();
        match exchange.inquiry {
            Inquiry::Medical { .. } if exchange.returned_records() => {
                outcomes.push(
                    Outcome::fail(
                        &exchange.entries(),
                        text!(
                            "資格確認限定型の施設に、項目{n}で診療情報などを返した",
                            "entry {n} returns medical information to an eligibility-only site"
                        ),
                    )
                    .returned_wrongly(exchange),
                );
            }
            Inquiry::Medical { .. } if exchange.answer().is_none() => {
                outcomes.push(Outcome::open(&exchange.entries(), silent()));
            }
            Inquiry::Medical { .. } => outcomes.push(Outcome::pass(
                &exchange.entries(),
                text!(
                    "診療情報などを返さなかった",
                    "no medical information was returned"
                ),
            )),
            Inquiry::Confirm { .. } if exchange.eligibility().is_some() => {
                outcomes.push(Outcome::pass(
                    &exchange.entries(),
                    text!("資格だけを返した", "eligibility was returned"),
                ));
            }
            _ => {}
        }
    }
    outcomes
}

fn var_02(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("VAR-02"), |visit| {
        let online = facts
            .world(visit.first)
            .is_some_and(|world| world.site.kind == SiteKind::OnlineCare);
        if !online {
            return Outcome::absent(text!("オンライン診療ではない", "not online care"));
        }
        let other = visit.screens.iter().find(|(_, screen)| {
            matches!(screen, Screen::Face { .. } | Screen::VisualCheck)
                || Visit::offered(screen)
                    .is_some_and(|methods| methods.iter().any(|method| *method != Method::Pin))
        });
        match other {
            _ if visit.screens.is_empty() => Outcome::open(&[], no_screens()),
            Some((n, _)) => Outcome::fail(
                &[*n],
                text!(
                    "オンライン診療なのに、項目{n}で暗証番号以外の方法を示した",
                    "in online care the screen at entry {n} offers another way than the PIN"
                ),
            ),
            None if visit.ended() => Outcome::pass(
                &[],
                text!("暗証番号だけを示した", "only the PIN was offered"),
            )
            .until_the_end(),
            None => Outcome::open(&[], not_ended(visit.number)),
        }
    })
}

/// Returns the difference of an answer that does not confirm a qualification in force.
fn not_valid(exchange: &Exchange<'_>) -> Difference {
    match exchange.eligibility() {
        Some(answer) => Difference::new("validity", "valid", word(&answer.validity)),
        None => refused_wrongly(exchange),
    }
}

fn var_05(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let id = Id::literal("VAR-05");
    for exchange in &facts.exchanges {
        let Inquiry::Number {
            key,
            disaster: None,
            ..
        } = exchange.inquiry
        else {
            continue;
        };
        let day = exchange.at.day();
        let registry = exchange
            .person
            .and_then(|person| facts.registry(person, exchange.n));
        // Exactly as it stands on the 資格確認書; other ways of writing are ELIG-06.
        let holds = registry.is_some_and(|registry| {
            registry.person.birth_date == key.birth_date
                && registry.qualifications.iter().any(|it| {
                    it.holds_on(day)
                        && it.class != CardClass::MedicalAid
                        && it.insurer == key.insurer
                        && it.symbol == key.symbol
                        && it.number == key.number
                        && it.branch == key.branch
                })
        });
        if !holds || !Facts::in_force(id, day) || exchange.fault.is_some() {
            continue;
        }
        let n = exchange.answer_n();
        outcomes.push(match (exchange.eligibility(), exchange.refusal()) {
            (Some(answer), _) if answer.validity == Validity::Valid => Outcome::pass(
                &exchange.entries(),
                text!("資格確認書の番号で資格が確認できた", "eligibility was confirmed by the number of the 資格確認書"),
            ),
            (None, None) => Outcome::open(&exchange.entries(), silent()),
            _ => Outcome::fail(
                &exchange.entries(),
                text!(
                    "有効な資格の番号なのに、項目{n}で有効と答えなかった",
                    "the number is that of a qualification in force, but entry {n} does not say valid"
                ),
            )
            .all_differ(vec![not_valid(exchange)]),
        });
    }
    outcomes
}
