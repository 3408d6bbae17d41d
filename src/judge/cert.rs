//! CERT: what the reader does with what the backend tells of the certificate.
//!
//! The reader is judged by what it was told; where the backend told wrong, the reader that
//! followed is not decided.

pub(super) mod backend;
pub(super) mod refused;
pub(super) mod validity;

use super::facts::{Case, Facts, Told, Truth, Visit, no_screens, not_ended};
use super::outcome::{Outcome, text};
use super::rule::{Rule, rule};
use crate::eligibility::{CertificatePhase, ConsentKind, Ground, Text};
use crate::requirement::{Id, Subject::Reader};
use crate::screen::{Screen, ScreenId};

pub(super) const RULES: &[Rule] = &[
    rule("CERT-01", Reader, cert_01),
    rule("CERT-02", Reader, cert_02),
    rule("CERT-03", Reader, cert_03),
    rule("CERT-04", Reader, cert_04),
    rule("CERT-05", Reader, cert_05),
    rule("CERT-06", Reader, cert_06),
    rule("CERT-12", Reader, cert_12),
];

/// What the reader was told of the phase, beside what it is.
struct Seen<'f, 'a> {
    visit: &'f Visit<'a>,
    case: &'f Case,
    truth: Option<Truth>,
    told: Option<CertificatePhase>,
}

impl Seen<'_, '_> {
    /// Tells whether the backend told a phase that cannot be.
    fn misled(&self) -> bool {
        match (&self.truth, self.told) {
            (Some(truth), Some(told)) => !truth.phases.contains(&told),
            _ => false,
        }
    }

    /// Returns the answer to `Authenticate`.
    fn at(&self, facts: &Facts<'_>) -> u64 {
        facts.exchanges[self.case.auth].answer_n()
    }
}

/// Judges each card inquiry in which the reader was told this phase.
fn each_told(
    facts: &Facts<'_>,
    id: &'static str,
    phase: CertificatePhase,
    judge: impl Fn(&Seen<'_, '_>) -> Vec<Outcome>,
) -> Vec<Outcome> {
    facts.each_case(Id::literal(id), |case| {
        let told = match facts.told(case) {
            Told::Accepted(accepted) => accepted.phase,
            Told::Refused(refusal) if refusal.ground == Ground::CertificateLapsed => {
                Some(CertificatePhase::Lapsed)
            }
            _ => None,
        };
        let Some(visit) = facts.visit(case.visit) else {
            return Vec::new();
        };
        if visit.emergency {
            return Vec::new();
        }
        let truth = facts.truth(case);
        let seen = Seen {
            visit,
            case,
            truth,
            told,
        };
        match told {
            Some(told) if told == phase && seen.misled() => vec![Outcome::open(
                &[seen.at(facts)],
                text!(
                    "照会先が証明書の時期を誤って伝えたので、それに従った読取機は判定しない",
                    "the backend told the wrong phase of the certificate, so a reader that followed is not judged"
                ),
            )],
            Some(told) if told == phase => judge(&seen),
            None if matches!(facts.told(case), Told::Accepted(_))
                && seen.truth.as_ref().is_some_and(|it| it.phases.contains(&phase)) =>
            {
                vec![Outcome::open(
                    &[seen.at(facts)],
                    text!(
                        "照会先が証明書の時期を伝えていないので、読取機を判定できない",
                        "the backend did not tell the phase of the certificate, so the reader cannot be judged"
                    ),
                )]
            }
            _ => Vec::new(),
        }
    })
}

/// Tells whether the reader went on to ask for eligibility, and when.
fn went_on(facts: &Facts<'_>, case: &Case) -> Option<u64> {
    facts.confirm(case).map(|confirm| confirm.n)
}

/// Returns why a visit that did not go on proves nothing: a fault, the card out, an unregistered
/// card, or no end.
fn excuse(facts: &Facts<'_>, seen: &Seen<'_, '_>) -> Option<Text> {
    let after = seen.at(facts);
    let unregistered = match facts.told(seen.case) {
        Told::Accepted(accepted) => !accepted.registered,
        _ => false,
    };
    if unregistered {
        return Some(text!(
            "未登録のカードなので、受付が続くとは限らない",
            "the card is unregistered, so the check-in need not have gone on"
        ));
    }
    let early = seen.visit.card_gone().is_some_and(|gone| {
        let end = [ScreenId::TakeCard, ScreenId::Counter, ScreenId::Done];
        seen.visit
            .shown_any(&end, after)
            .is_none_or(|(n, _)| gone < n)
    });
    if early || seen.visit.fault_since(after) {
        return Some(text!(
            "カードがなくなったか障害が起きて、その先が見られない",
            "the card went away or a fault struck, so what would have followed is not seen"
        ));
    }
    (!seen.visit.ended()).then(|| not_ended(seen.visit.number))
}

/// Judges that the reader goes on after a phase that allows service.
fn goes_on(facts: &Facts<'_>, seen: &Seen<'_, '_>, proof: &[u64], held: Text) -> Outcome {
    let mut entries = proof.to_vec();
    entries.push(seen.at(facts));
    if let Some(n) = went_on(facts, seen.case) {
        entries.push(n);
        return Outcome::pass(&entries, held);
    }
    if let Some(why) = excuse(facts, seen) {
        return Outcome::open(&entries, why);
    }
    let at = seen.at(facts);
    Outcome::fail(
        &entries,
        text!(
            "証明書は使える(項目{at})のに、資格を照会しないまま終わった",
            "the certificate allows service (entry {at}), but the visit ended without asking for eligibility"
        ),
    )
}

/// Finds a screen that says the certificate is worse than it was told to be. What the backend said
/// later, at the inquiry, counts as told too: midnight may lie between (convention 10).
fn worse_screen(facts: &Facts<'_>, seen: &Seen<'_, '_>, ids: &[ScreenId]) -> Option<Outcome> {
    let refused = facts.refusal(seen.case);
    if refused.is_some_and(|(_, refusal)| refusal.ground == Ground::CertificateLapsed) {
        return None;
    }
    seen.visit.shown_any(ids, seen.visit.first).map(|(n, id)| {
        let name = id.title();
        Outcome::fail(
            &[n],
            text!(
                [name],
                "証明書は有効なのに、項目{n}で{name}を示した",
                "the certificate is valid, yet entry {n} shows {name}"
            ),
        )
    })
}

fn cert_01(facts: &Facts<'_>) -> Vec<Outcome> {
    each_told(facts, "CERT-01", CertificatePhase::Valid, |seen| {
        let worse = [ScreenId::CertificateExpired, ScreenId::CertificateLapsed];
        if let Some(breach) = worse_screen(facts, seen, &worse) {
            return vec![breach];
        }
        if seen.visit.screens.is_empty() {
            return vec![Outcome::open(&[], no_screens())];
        }
        let held = text!(
            "予告なしに資格の照会まで進んだ",
            "went on to ask for eligibility, without any notice"
        );
        vec![goes_on(facts, seen, &[], held)]
    })
}

fn cert_02(facts: &Facts<'_>) -> Vec<Outcome> {
    each_told(facts, "CERT-02", CertificatePhase::Ending, |seen| {
        let worse = [ScreenId::CertificateExpired, ScreenId::CertificateLapsed];
        if let Some(breach) = worse_screen(facts, seen, &worse) {
            return vec![breach];
        }
        let held = text!(
            "期限が近いことを示し、そのまま受付を続けた",
            "showed that the certificate is about to end, and went on"
        );
        vec![notice(facts, seen, ScreenId::CertificateEnding, held)]
    })
}

/// Judges that a notice is shown and the check-in goes on.
fn notice(facts: &Facts<'_>, seen: &Seen<'_, '_>, id: ScreenId, held: Text) -> Outcome {
    let at = seen.at(facts);
    if seen.visit.screens.is_empty() {
        return Outcome::open(&[at], no_screens());
    }
    match seen.visit.shown(id, at) {
        Some(n) => goes_on(facts, seen, &[n], held),
        None => match excuse(facts, seen).filter(|_| went_on(facts, seen.case).is_none()) {
            Some(why) => Outcome::open(&[at], why),
            None => {
                let name = id.title();
                Outcome::fail(
                    &[at],
                    text!(
                        [name],
                        "証明書の時期が伝えられた(項目{at})のに、画面{name}が出ていない",
                        "the phase was told at entry {at}, but the screen {name} was never shown"
                    ),
                )
            }
        },
    }
}

fn cert_03(facts: &Facts<'_>) -> Vec<Outcome> {
    each_told(facts, "CERT-03", CertificatePhase::Grace, |seen| {
        let held = text!(
            "期限切れを示し、資格の確認を続けた",
            "showed that the certificate has expired, and went on with eligibility"
        );
        let mut outcomes = vec![notice(facts, seen, ScreenId::CertificateExpired, held)];
        let question = seen.visit.screens.iter().find(|(_, screen)| match screen {
            Screen::Consent { kind, .. } => *kind != ConsentKind::Limit,
            Screen::ConsentAll { .. } => true,
            _ => false,
        });
        if let Some((n, _)) = question {
            let message = text!(
                "猶予期間なのに、項目{n}で診療情報などの同意を尋ねた。提供されないので尋ねない",
                "in the grace period entry {n} asks for consent to medical information, none of which is given"
            );
            outcomes.push(Outcome::fail(&[*n], message).part("consent-question"));
        }
        outcomes
    })
}

/// Judges that a refused card ends at the counter, without success.
fn turned_away(facts: &Facts<'_>, case: &Case, guidance: &[ScreenId]) -> Outcome {
    let at = facts.exchanges[case.auth].answer_n();
    let Some(visit) = facts.visit(case.visit) else {
        return Outcome::open(&[at], no_screens());
    };
    if let Some(confirm) = facts.confirm(case) {
        let n = confirm.n;
        return Outcome::fail(
            &[at, n],
            text!(
                "断られた(項目{at})のに、項目{n}で資格を照会した",
                "the card was refused at entry {at}, yet entry {n} asked for eligibility"
            ),
        );
    }
    let success = [
        ScreenId::Done,
        ScreenId::Consent,
        ScreenId::ConsentAll,
        ScreenId::ConsentLimit,
    ];
    if let Some((n, _)) = visit.shown_any(&success, at) {
        return Outcome::fail(
            &[at, n],
            text!(
                "断られた(項目{at})のに、項目{n}で受付を続けた",
                "the card was refused at entry {at}, yet the screen at entry {n} goes on"
            ),
        );
    }
    if visit.screens.is_empty() {
        return Outcome::open(&[at], no_screens());
    }
    match visit.shown_any(guidance, at) {
        Some((n, _)) => Outcome::pass(
            &[at, n],
            text!(
                "断られたことを示し、窓口に案内した",
                "said that the card cannot be used, and led to the counter"
            ),
        ),
        None if visit.ended()
            && !visit.fault_since(at)
            && visit.card_gone().is_none_or(|gone| {
                visit
                    .shown(ScreenId::TakeCard, at)
                    .is_some_and(|n| n < gone)
            }) =>
        {
            Outcome::fail(
                &[at],
                text!(
                    "断られた(項目{at})のに、窓口への案内がない",
                    "the card was refused at entry {at}, but nobody was sent to the counter"
                ),
            )
        }
        None => Outcome::open(&[at], not_ended(visit.number)),
    }
}

const GUIDANCE: [ScreenId; 2] = [ScreenId::CertificateLapsed, ScreenId::Counter];

fn cert_04(facts: &Facts<'_>) -> Vec<Outcome> {
    each_told(facts, "CERT-04", CertificatePhase::Lapsed, |seen| {
        vec![turned_away(facts, seen.case, &GUIDANCE)]
    })
}

fn cert_05(facts: &Facts<'_>) -> Vec<Outcome> {
    each_told(facts, "CERT-05", CertificatePhase::Lapsed, |seen| {
        vec![turned_away(facts, seen.case, &GUIDANCE)]
    })
}

fn cert_06(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("CERT-06"), |case| match facts.told(case) {
        Told::Refused(refusal) if refusal.ground == Ground::CertificateRevoked => {
            vec![turned_away(facts, case, &GUIDANCE)]
        }
        _ => Vec::new(),
    })
}

fn cert_12(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for visit in &facts.visits {
        let card = visit
            .person
            .and_then(|it| facts.person(it))
            .map(|it| &it.card);
        let shown = visit.shown(ScreenId::CertificateEnding, visit.first);
        let (Some(card), Some(n)) = (card, shown) else {
            continue;
        };
        let told = facts.cases.iter().any(|case| {
            let phase = match facts.told(case) {
                Told::Accepted(accepted) => accepted.phase,
                _ => None,
            };
            case.visit == visit.number && phase == Some(CertificatePhase::Ending)
        });
        let (last, day) = (card.not_after.day(), visit.at.day());
        let Some(earliest) = super::dates::earliest_notice(last) else {
            continue;
        };
        outcomes.push(if earliest <= day {
            Outcome::pass(
                &[n],
                text!(
                    "予告は早すぎない({day}、期限{last})",
                    "the notice is not too early ({day}, last valid day {last})"
                ),
            )
        } else if told {
            Outcome::open(
                &[n],
                text!(
                    "照会先が早すぎる時期を伝えたので、それに従った読取機は判定しない",
                    "the backend told the phase too early, so a reader that followed is not judged"
                ),
            )
        } else {
            Outcome::fail(
                &[n],
                text!(
                    "期限{last}の証明書に、{day}に予告を示した。{earliest}より前には示さない",
                    "a notice on {day} for a certificate good until {last}; none before {earliest}"
                ),
            )
        });
    }
    outcomes
}
